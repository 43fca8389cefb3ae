"""What the ground floor knows of the history of a contact, or of another record: notes, tasks that are done, changes,
mails. One query for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.translation import gettext

from crm.access import visible_words
from crm.catalogue import TimelineEntry, TimelineSource, record_models, timeline_sources
from crm.database.kept import ANY_KEY, KeptStatement, Shelf
from crm.languages.words import in_words, translated
from crm.mail.choices import MailState
from crm.models import LogEntry, Mention, Note, OutgoingMail, Task

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.models import User

COLUMNS = ("part", "pk", "at", "title", "text", "who", "state", "names")
CONTACT = "contacts.contact"
NOT_A_CHANGE = ("note", "log", "create task")
_kept: Shelf[KeptStatement] = Shelf()
STATE_TONES = {MailState.SENT: "accent", MailState.FAILED: "bad", MailState.PARKED: "bad", MailState.UNCERTAIN: "warn"}


@dataclass(frozen=True)
class Whose:
    """Whose history: all that is about a contact, or what hangs on a record of another kind. `told` are verbs of the
    log that another source of that record's timeline tells of."""

    key: int
    label: str = CONTACT
    told: tuple[str, ...] = ()

    @property
    def hanging(self) -> Q:
        """Which notes and tasks."""
        return Q(contact_id=self.key) if self.label == CONTACT else Q(record_model=self.label, record_id=self.key)

    @property
    def logged(self) -> Q:
        """Which rows of the log: of a contact, those of records too that have no timeline of their own."""
        if self.label != CONTACT:
            return Q(model=self.label, object_id=self.key)
        labels = [label for label in record_models() if label == CONTACT or not timeline_sources(label)]
        return Q(contact_id=self.key, model__in=labels)

    @property
    def sent(self) -> Q:
        """Which mails of the product."""
        if self.label == CONTACT:
            return Q(contact_id=self.key, object_model="")
        return Q(object_model=self.label, object_id=self.key)


def history_before(
    user: User | None,
    key: int,
    before: dt.datetime | None,
    limit: int,
    words: str = "",
    parts: Sequence[str] = (),
    label: str = CONTACT,
    told: tuple[str, ...] = (),
) -> list[TimelineEntry]:
    """The newest of these parts (all of them, for none) strictly before a moment."""
    if words or parts or before:
        whose = Whose(key, label, told)
        rows: Iterable[Any] = _union(user, whose, before, limit, words.split(), parts or list(PARTS))
    else:
        rows = _newest(user, limit, label, told).ask(key)
    return [_entry(dict(zip(COLUMNS, row, strict=True))) for row in rows]


def _newest(user: User | None, limit: int, label: str, told: tuple[str, ...]) -> KeptStatement:
    """The question of every page of a record; kept by what the person may see of notes and tasks."""
    key = (limit, label, told, *(visible_words(model, user) for model in (Note, Task)))
    whose = Whose(ANY_KEY, label, told)
    return _kept.get_or_make(key, lambda: KeptStatement.of(_union(user, whose, None, limit, (), list(PARTS))))


def _union(
    user: User | None,
    whose: Whose,
    before: dt.datetime | None,
    limit: int,
    words: Sequence[str],
    parts: Sequence[str],
) -> QuerySet[Any, Any]:
    limited = [_before(PARTS[name](user, whose, words), before)[:limit] for name in parts]
    if len(limited) == 1:
        return limited[0]
    return limited[0].union(*limited[1:], all=True).order_by("-moment", "-pk")[:limit]


def mentioned_in(label: str) -> ArraySubquery:
    """Names of those who are mentioned in the row of a query over the model `label`."""
    rows = Mention.objects.filter(source_model=label, source_id=OuterRef("pk"))
    return ArraySubquery(rows.order_by("user__name").values("user__name"))


def _notes(user: User | None, whose: Whose, words: Sequence[str]) -> QuerySet[Any, Any]:
    rows = Note.objects.visible_to(user).filter(whose.hanging)
    for word in words:
        rows = rows.filter(text__icontains=word)
    return _as_columns(rows, "notes", "created_at", "", F("text"), "author__name", "crm.note")


def _tasks(user: User | None, whose: Whose, words: Sequence[str]) -> QuerySet[Any, Any]:
    rows = Task.objects.visible_to(user).filter(whose.hanging, done_at__isnull=False)
    for word in words:
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word))
    return _as_columns(rows, "tasks", "done_at", F("title"), F("text"), "done_by__name", "crm.task")


def _changes(user: User | None, whose: Whose, words: Sequence[str]) -> QuerySet[Any, Any]:
    """What was done to the record itself; who sees the record may know that, as on its tab of changes."""
    rows = LogEntry.objects.filter(whose.logged).exclude(verb__in=[*NOT_A_CHANGE, *whose.told])
    for word in words:
        rows = rows.filter(summary__icontains=word)
    return _as_columns(rows, "changes", "at", F("summary"), Value(""), "actor__name")


def _mails(user: User | None, whose: Whose, words: Sequence[str]) -> QuerySet[Any, Any]:
    """Mails of the product; those that a person wrote on a page stand there as touches."""
    rows = OutgoingMail.objects.filter(whose.sent, is_secret=False)
    for word in words:
        rows = rows.filter(subject__icontains=word)
    return _as_columns(rows, "sent", "created_at", F("subject"), Value(""), "actor__name", state=F("state"))


Read = Callable[["User | None", "Whose", Sequence[str]], "QuerySet[Any, Any]"]
PARTS: dict[str, Read] = {"notes": _notes, "tasks": _tasks, "changes": _changes, "sent": _mails}
LABELS = {"notes": "Notes", "tasks": "Tasks done", "changes": "Changes", "sent": "Sent by the product"}


def _as_columns(
    rows: QuerySet[Any], part: str, at: str, title: Any, text: Any, who: str, label: str = "", state: Any = None
) -> QuerySet[Any, Any]:
    """The rows as the columns that all parts share."""
    nobody = ArraySubquery(Mention.objects.none().values("user__name"))
    columns: dict[str, Any] = {
        "part": Value(part, CharField()),
        "moment": F(at),
        "heading": Cast(title if title else Value(""), TextField()),
        "words": Cast(text, TextField()),
        "person": Coalesce(F(who), Value(""), output_field=CharField()),
        "condition": Cast(state if state is not None else Value(""), TextField()),
        "named": mentioned_in(label) if label else nobody,
    }
    names = ("part", "pk", "moment", "heading", "words", "person", "condition", "named")
    return rows.order_by().annotate(**columns).values_list(*names)


def _before(rows: QuerySet[Any, Any], before: dt.datetime | None) -> QuerySet[Any, Any]:
    narrowed = rows.filter(moment__lt=before) if before else rows
    return narrowed.order_by("-moment", "-pk")


def _entry(row: dict[str, Any]) -> TimelineEntry:
    part, state = row["part"], row["state"]
    url = reverse("agenda:task_detail", args=[row["pk"]]) if part == "tasks" else ""
    looks = {
        "notes": ("chat-left-text", gettext("Note"), "warn"),
        "tasks": ("check-circle", in_words("Done: %(title)s", title=row["title"]), "good"),
        "changes": ("pencil", row["title"] or gettext("Changed"), "neutral"),
        "sent": ("send", row["title"] or gettext("(no subject)"), STATE_TONES.get(state, "neutral")),
    }
    icon, title, tone = looks[part]
    return TimelineEntry(
        at=row["at"],
        icon=icon,
        title=title,
        key=f"{part}-{row['pk']}",
        text=row["text"],
        who=row["who"],
        url=url,
        tone=tone,
        notes=(translated(MailState(state).label),) if state else (),
        names=tuple(row["names"] or ()),
    )


def house_source(label: str = CONTACT, told: tuple[str, ...] = ()) -> TimelineSource:
    """The source of the ground floor for the timeline of a kind of record; see `Whose`."""

    def source(name: str, words: str, parts: tuple[str, ...] = ()) -> TimelineSource:
        read = partial(history_before, parts=parts, label=label, told=told)
        return TimelineSource(name, words, read, is_searched=True, of=label)

    return replace(source("house", "House"), parts=tuple(source(name, LABELS[name], (name,)) for name in PARTS))


HISTORY = house_source()
