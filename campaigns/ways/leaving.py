"""What a person does with the pieces of a campaign: takes a file of them, says that they went out, or that some came
back.

A file holds what waited when it was taken, for ever: what is written down later is in the next one. So who counts as
reached is who stood in a file that went out. Who has said no since the pieces were written is left out as it is taken,
and is not in it when it is loaded later.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.choices import CampaignChannel, CampaignState, RecipientState
from campaigns.models import Campaign, Piece, PieceFile, Recipient
from campaigns.sending.audience import answered
from campaigns.tallies import count_again
from campaigns.ways.adapters import has_adapter, waiting_pieces
from campaigns.ways.codes import fold_code
from contacts.choices import YES
from contacts.models import Contact
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.templatetags.figures import plural

CAME_BACK = "it came back: unknown at this address"


def is_by_hand(campaign: Campaign) -> bool:
    """Whether a person takes its pieces: no mail, no call, no adapter."""
    return campaign.channel not in (CampaignChannel.EMAIL, CampaignChannel.PHONE) and not has_adapter(campaign.channel)


def for_file(campaign: Campaign, user: User | None) -> QuerySet[Piece]:
    """The pieces that wait and that the person may take out."""
    seen = Piece.objects.visible_to(user, Verb.EXPORT).order_by()
    found: QuerySet[Piece] = waiting_pieces(campaign).filter(pk__in=seen.values("pk"))
    return found


@transaction.atomic
def take_file(*, actor: User | None, campaign: Campaign) -> PieceFile:
    """A file of all that waits and that the actor may take out. Raises ValidationError where there is nothing, it is
    not under way, or an adapter sees to it."""
    current = _under_way(campaign)
    _leave_out_who_said_no(current)
    keys = list(for_file(current, actor).order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise ValidationError("Nothing waits that is in no file yet.")
    number = PieceFile.objects.filter(campaign=current).count() + 1
    file = PieceFile.objects.create(campaign=current, number=number, count=len(keys), taken_by=actor)
    Piece.objects.filter(pk__in=keys, file=None).update(file=file)
    log(actor=actor, verb="change", object=current, summary=f"Took {plural(len(keys), 'piece')} of {current} in a file")
    return file


@transaction.atomic
def say_gone(*, actor: User | None, file: PieceFile, day: dt.date | None = None) -> int:
    """What is in the file went out on this day (None: today); how many people got it.

    Raises ValidationError where it was said already, before the start and in the future.
    """
    current = _under_way(file.campaign)
    stored = PieceFile.objects.select_for_update().get(pk=file.pk)
    today = company_today()
    day = day or today
    if stored.gone_on:
        raise refused("File %(number)s has gone out already.", number=stored.number)
    if current.launched_at is None or day < timezone.localtime(current.launched_at, current_company().zone).date():
        raise ValidationError("It had not started on that day.")
    if day > today:
        raise ValidationError("That day has not come yet.")
    moment = timezone.now()
    if day < today:
        moment = dt.datetime.combine(day, dt.time(12), tzinfo=current_company().zone)
    rows = Recipient.objects.filter(piece__file=stored, state=RecipientState.HANDED)
    count: int = rows.update(state=RecipientState.SENT, sent_at=moment, reason="")
    stored.gone_on = day
    stored.save(update_fields=["gone_on"])
    log(actor=actor, verb="send", object=current, summary=f"{plural(count, 'piece')} of {current} went out")
    count_again([current.pk])
    return count


@transaction.atomic
def say_come_back(*, actor: User, campaign: Campaign, codes: list[str]) -> int:
    """Letters that came back, by their codes: the people of them did not get it; how many people. Raises
    ValidationError naming a code that is none of this campaign's."""
    wanted = [folded for code in codes if (folded := fold_code(code))]
    pieces = {piece.code: piece for piece in Piece.objects.filter(campaign=campaign, code__in=wanted)}
    if unknown := [code for code in wanted if code not in pieces]:
        raise refused("“%(unknown)s” is no code of this campaign. Nothing was changed.", unknown=unknown[0][:20])
    same_letter = Q(pk__in=[])
    variants = dict(
        Recipient.objects.filter(pk__in=[piece.pk for piece in pieces.values()]).values_list("pk", "variant")
    )
    for piece in pieces.values():
        letter = Q(file=piece.file, household=piece.household, recipient__variant=variants[piece.pk])
        same_letter |= letter if piece.household else Q(pk=piece.pk)
    together = Piece.objects.filter(same_letter, campaign=campaign)
    rows = Recipient.objects.filter(piece__in=together, state=RecipientState.SENT)
    count: int = rows.update(state=RecipientState.FAILED, reason=CAME_BACK, sent_at=None)
    log(actor=actor, verb="change", object=campaign, summary=f"{plural(count, 'piece')} of {campaign} came back")
    count_again([campaign.pk])
    return count


def _under_way(campaign: Campaign) -> Campaign:
    """The campaign, locked. Raises ValidationError where nobody takes its pieces."""
    current: Campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not is_by_hand(current):
        raise ValidationError("Nobody takes these in a file: it is told by what is done.")
    if current.state != CampaignState.SENDING:
        raise ValidationError("It is not under way.")
    return current


def permitted_now(campaign: Campaign, pieces: QuerySet[Piece]) -> QuerySet[Piece]:
    """Those of the pieces whose people may be written to now, and have not had enough."""
    people = Contact.objects.filter(campaign_places__piece__in=pieces.order_by().values("pk"))
    allowed = answered(campaign, people).filter(answer__in=[str(one) for one in YES])
    found: QuerySet[Piece] = pieces.filter(recipient__contact__in=allowed.order_by().values("pk"))
    return found


def _leave_out_who_said_no(campaign: Campaign) -> None:
    waiting = waiting_pieces(campaign)
    gone = waiting.exclude(pk__in=permitted_now(campaign, waiting).values("pk"))
    keys = list(gone.values_list("pk", flat=True))
    Recipient.objects.filter(pk__in=keys, state=RecipientState.HANDED).update(
        state=RecipientState.LEFT_OUT, reason="may not be written to any more"
    )
