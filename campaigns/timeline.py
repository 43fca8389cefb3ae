"""Campaigns on the history of a contact: what went out to them, and what they did."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext

from campaigns.choices import CameBack, Reached
from campaigns.models import Campaign, Recipient
from crm.access import can, visible_words
from crm.catalogue import TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.database.kept import ANY_KEY, KeptRows, Shelf
from crm.field_rights import hidden_fields
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import in_sentence, money

_newest: Shelf[KeptRows[Recipient]] = Shelf()


def campaigns_before(
    user: User, key: int, before: dt.datetime | None, limit: int, words: str = ""
) -> list[TimelineEntry]:
    """The campaigns that reached a contact, before a moment, the newest first."""
    if not can(user, Verb.VIEW, Campaign):
        return []
    shows_money = "amount" not in hidden_fields(user, Recipient)
    if not before and not words:
        return [_entry(row, shows_money=shows_money) for row in _newest_told(user, limit).read(key)]
    rows = _told(user, key)
    if before:
        rows = rows.filter(sent_at__lt=before)
    for word in words.split():
        rows = rows.filter(campaign__name__icontains=word)
    return [_entry(row, shows_money=shows_money) for row in rows[:limit]]


def _newest_told(user: User, limit: int) -> KeptRows[Recipient]:
    """The question of every page of a contact."""
    key = (limit, visible_words(Recipient, user))
    return _newest.get_or_make(key, lambda: KeptRows(_told(user, ANY_KEY)[:limit]))


def _told(user: User, key: int) -> QuerySet[Recipient]:
    rows = Recipient.objects.visible_to(user).filter(contact=key, sent_at__isnull=False, variant__is_control=False)
    return rows.select_related("campaign", "variant").order_by("-sent_at", "-pk")


def _entry(row: Recipient, *, shows_money: bool) -> TimelineEntry:
    done = [in_sentence(label) for name, label in (*Reached.choices, *CameBack.choices) if getattr(row, name)]
    if row.amount and shows_money:
        done.append(in_words("spent %(amount)s", amount=money(row.amount, row.campaign.currency)))
    names = {"campaign": row.campaign, "variant": row.variant}
    assert row.sent_at is not None  # noqa: S101 - for the type checker; asked for
    return TimelineEntry(
        at=row.sent_at,
        icon="megaphone",
        title=gettext("Play %(campaign)s") % names
        if row.campaign.play_id
        else gettext("Campaign %(campaign)s: %(variant)s") % names,
        key=f"recipient-{row.pk}",
        text=", ".join(done).capitalize(),
        url=row.campaign.get_absolute_url(),
        tone=_tone(row),
    )


def _tone(row: Recipient) -> str:
    if row.complained or row.bounced:
        return "bad"
    return "good" if row.converted or row.responded else "neutral"


TIMELINE = (TimelineSource("campaigns", "Campaigns", campaigns_before, is_searched=True, counted_as="campaigns"),)
