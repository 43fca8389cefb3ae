"""What a person says of the pieces of a campaign: that they went out, that one came back, that somebody answered."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from campaigns.choices import CampaignChannel, CampaignState, RecipientState
from campaigns.models import Campaign, Piece, Recipient
from campaigns.tallies import count_again
from campaigns.ways.codes import fold_code
from crm.company import company_today, current_company
from crm.log import log
from crm.models import User
from crm.templatetags.figures import plural

CAME_BACK = "it came back: unknown at this address"


@transaction.atomic
def say_gone(*, actor: User | None, campaign: Campaign, day: dt.date | None = None) -> int:
    """What was written down so far went out on this day (None: today); how many people got it.

    Raises ValidationError where somebody else sees to it (a call, an adapter), before the start and in the future.
    """
    current = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if current.state != CampaignState.SENDING:
        raise ValidationError("It is not under way.")
    if current.channel in (CampaignChannel.EMAIL, CampaignChannel.PHONE):
        raise ValidationError("Nobody has to say that: it is told by what is done.")
    today = company_today()
    day = day or today
    if current.launched_at is None or day < timezone.localtime(current.launched_at, current_company().zone).date():
        raise ValidationError("It had not started on that day.")
    if day > today:
        raise ValidationError("That day has not come yet.")
    waiting = Recipient.objects.filter(
        campaign=current, state=RecipientState.HANDED, piece__claimed_at=None, piece__isnull=False
    )
    moment = timezone.now()
    if day < today:
        moment = dt.datetime.combine(day, dt.time(12), tzinfo=current_company().zone)
    count: int = waiting.update(state=RecipientState.SENT, sent_at=moment, reason="")
    if not count:
        raise ValidationError("There is nothing that has not gone out yet.")
    log(actor=actor, verb="send", object=current, summary=f"{plural(count, 'piece')} of {current} went out")
    count_again([current.pk])
    return count


@transaction.atomic
def say_come_back(*, actor: User, campaign: Campaign, codes: list[str]) -> int:
    """Letters that came back, by their codes: their people did not get it. Raises ValidationError naming a code that is
    none of this campaign's; how many."""
    wanted = [folded for code in codes if (folded := fold_code(code))]
    pieces = {piece.code: piece for piece in Piece.objects.filter(campaign=campaign, code__in=wanted)}
    if unknown := [code for code in wanted if code not in pieces]:
        raise ValidationError(f"“{unknown[0][:20]}” is no code of this campaign. Nothing was changed.")
    keys = [piece.pk for piece in pieces.values()]
    rows = Recipient.objects.filter(pk__in=keys, state__in=(RecipientState.SENT, RecipientState.HANDED))
    count: int = rows.update(state=RecipientState.FAILED, reason=CAME_BACK, sent_at=None)
    log(actor=actor, verb="change", object=campaign, summary=f"{plural(count, 'piece')} of {campaign} came back")
    count_again([campaign.pk])
    return count
