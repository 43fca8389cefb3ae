"""The history of a deal: its moves, its quotes, what was said about it; and its moves on that of a contact."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Case, DateTimeField, F, Func, Q, QuerySet, Value, When, Window
from django.db.models.functions import Lag, TruncDate
from django.utils.translation import gettext

from contacts.choices import Channel
from contacts.queries import interactions_before
from crm.access import can, visible_words
from crm.catalogue import TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.company import current_company
from crm.database.kept import ANY_KEY, KeptRows, Shelf
from crm.field_rights import mask
from crm.languages.words import in_words
from crm.models import User
from crm.notes.history import house_source
from crm.templatetags.figures import days
from pipeline.choices import StageKind
from pipeline.models import Deal, StageChange
from pipeline.quotes.panels import quotes_before

DEAL = "pipeline.deal"
TOLD_BY_STAGES = ("create", "move")
CHANNELS = (
    ("calls", "Calls", (Channel.PHONE, Channel.WIRELESS)),
    ("mails", "Mails and chats", (Channel.EMAIL, Channel.CHAT, Channel.SOCIAL)),
    ("meetings", "Visits and meetings", (Channel.VISIT, Channel.MEETING)),
)
SHOWN = (
    "changed_on", "reason", "is_inferred", "deal__title", "from_stage__name", "to_stage__name", "to_stage__kind",
    "actor__name", "actor__email",
)  # fmt: skip
SINCE = Window(Lag("changed_on"), partition_by=[F("deal")], order_by=[F("changed_on"), F("pk")])
_newest: Shelf[KeptRows[Any]] = Shelf()
LOOKS = {
    StageKind.OPEN: ("arrow-right", "accent"),
    StageKind.WON: ("trophy", "good"),
    StageKind.LOST: ("x-circle", "bad"),
}


def _moment() -> Case:
    """When a move was written down, where that is the day on which it happened; else noon of that day."""
    zone = current_company().zone
    noon = Func(F("changed_on"), template="(%(expressions)s + interval '12 hours')", output_field=DateTimeField())
    at_noon = Func(Value(str(zone)), noon, function="timezone", output_field=DateTimeField())
    return Case(When(changed_on=TruncDate("recorded_at", tzinfo=zone), then=F("recorded_at")), default=at_noon)


def moves_before(
    user: User, key: int, before: dt.datetime | None, limit: int, words: str = "", *, of_contact: bool = False
) -> list[TimelineEntry]:
    """The moves of a deal, or of all deals of a contact that the person may see, before a moment, newest first."""
    if not can(user, Verb.VIEW, Deal):
        return []
    if before or words:
        rows = _told(user, key, of_contact=of_contact)
        if before:
            rows = rows.filter(moment__lt=before)
        for word in words.split():
            rows = rows.filter(Q(to_stage__name__icontains=word) | Q(reason__icontains=word))
        found = list(rows.annotate(since=SINCE)[:limit])
    else:
        found = _newest_told(user, limit, of_contact=of_contact).read(key)
    for change in found:
        mask(user, change)
    return [_entry(change, of_contact=of_contact) for change in found]


def _newest_told(user: User, limit: int, *, of_contact: bool) -> KeptRows[Any]:
    """The question of every page of a deal or contact."""
    seen = (limit, of_contact, str(current_company().zone), visible_words(StageChange, user))
    told = partial(_told, user, ANY_KEY, of_contact=of_contact)
    return _newest.get_or_make(seen, lambda: KeptRows(told().annotate(since=SINCE)[:limit]))


def _told(user: User, key: int, *, of_contact: bool) -> QuerySet[Any]:
    about = Q(deal__contact=key) | Q(deal__organization=key) if of_contact else Q(deal=key)
    rows: QuerySet[Any] = StageChange.objects.visible_to(user).filter(about).annotate(moment=_moment())
    if of_contact:
        rows = rows.filter(deal__archived_at=None)
    return rows.select_related("deal", "from_stage", "to_stage", "actor").only(*SHOWN).order_by("-moment", "-pk")


def _entry(change: Any, *, of_contact: bool) -> TimelineEntry:
    icon, tone = LOOKS[StageKind(change.to_stage.kind)]
    if change.from_stage:
        title = f"{change.from_stage} → {change.to_stage}"
    else:
        title = (
            in_words("Opened in %(stage)s", stage=change.to_stage) if change.to_stage.is_open else str(change.to_stage)
        )
    stayed = (
        ()
        if change.since is None
        else (in_words("after %(days)s", days=days((change.changed_on - change.since).days)),)
    )
    return TimelineEntry(
        at=change.moment,
        icon=icon,
        title=f"{change.deal}: {title}" if of_contact else title,
        key=f"move-{change.pk}",
        text=change.reason or "",
        who=change.actor.name if change.actor else "",
        url=change.deal.get_absolute_url() if of_contact else "",
        tone=tone,
        notes=(*stayed, *((gettext("from the imported dates"),) if change.is_inferred else ())),
    )


def _touches(name: str, label: str, channels: tuple[str, ...] = ()) -> TimelineSource:
    read = partial(interactions_before, channels=channels, about=DEAL)
    return TimelineSource(name, label, read, is_searched=True, of=DEAL)


TOUCHES = TimelineSource(
    "interactions",
    "Interactions",
    partial(interactions_before, about=DEAL),
    is_searched=True,
    parts=tuple(_touches(*one) for one in CHANNELS),
    of=DEAL,
)
TIMELINE = (
    TOUCHES,
    TimelineSource("moves", "Moves", moves_before, is_searched=True, of=DEAL),
    house_source(DEAL, told=TOLD_BY_STAGES),
    TimelineSource("quotes", "Quotes", partial(quotes_before, of="quote__deal"), counted_as="quotes", of=DEAL),
    TimelineSource("deals", "Deals", partial(moves_before, of_contact=True), is_searched=True, counted_as="deals"),
)
