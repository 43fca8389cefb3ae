"""What every save of a record guards against: two writers at once, and a record that its writer loses sight of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from crm.languages.refusing import Later
from crm.languages.words import Titled
from crm.models import LogEntry, User
from crm.templatetags.figures import relative_time


class StaleRecord(Exception):
    """Somebody saved the record since this person opened it; `sentence` says who, when and what."""

    def __init__(self, record: models.Model) -> None:
        self.record = record
        self.sentence = what_happened(record)
        super().__init__(self.sentence)


def locked(record: models.Model, version: int, *, no_key: bool = False) -> Any:
    """The record's row, locked until the transaction ends; with `no_key` rows that point at it are written meanwhile.
    Raises `StaleRecord` when it is of another version."""
    current: Any = type(record)._default_manager.select_for_update(no_key=no_key).get(pk=record.pk)
    if current.version != version:
        raise StaleRecord(current)
    return current


def assign(record: models.Model, fields: Mapping[str, Any]) -> list[str]:
    """Set these fields; the names of those that changed, as people call them."""
    changed = []
    for name, value in fields.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
            changed.append(str(cast("models.Field[Any, Any]", record._meta.get_field(name)).verbose_name))
    return changed


@dataclass(frozen=True)
class Placed:
    """A record at its place, from 1, among its like; `row` has it there. `is_moved`: it stood elsewhere, or nowhere."""

    place: int
    row: list[Any]
    is_moved: bool


def place_in(row: Sequence[models.Model], record: models.Model | None) -> int | None:
    """Its place in this row, from 1, whatever numbers are stored; None where it does not stand there."""
    return next((place for place, one in enumerate(row, start=1) if record and one.pk == record.pk), None)


def placed(row: Sequence[models.Model], record: models.Model, asked: int | None, last: int | None = None) -> Placed:
    """The record where it is asked for, at most at `last` (the end of the row): the others make room. Without a place
    it stays where it is; one that is not in the row stands last."""
    was, others = place_in(row, record), [one for one in row if one.pk != record.pk]
    last = len(others) + 1 if last is None else last
    place = was or last if asked is None else min(max(asked, 1), last)
    return Placed(place, [*others[: place - 1], record, *others[place - 1 :]], place != was)


def number_row(row: Sequence[Any]) -> None:
    """Store as `position` of each its place in this row; a row is written where it has another."""
    for position, one in enumerate(row, start=1):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])


def refuse_lost_sight(actor: User | None, record: models.Model) -> None:
    """Raise where the person who saved a record could not see it afterwards (the transaction is undone)."""
    visible = type(record)._default_manager.visible_to(actor)  # type: ignore[attr-defined]
    if actor is not None and not visible.filter(pk=record.pk).exists():
        raise ValidationError("You would not see this record any more: keep yourself or your own team in charge of it.")


def what_happened(record: models.Model | type[models.Model]) -> str:
    """Who saved this record (or this table, for a model) while somebody else was typing, in a sentence."""
    about = {"object_id": record.pk} if isinstance(record, models.Model) else {}
    entry = _last_entry(record._meta.label_lower, **about)
    if entry is None:
        return Titled("Somebody saved this while you were typing. Your text is kept below: look at it and save again.")
    names = {"who": _who(entry), "when": Later(partial(relative_time, entry.at)), "what": entry.summary}
    if about:
        return Titled(
            "{who} saved this record while you were typing ({when}: {what}). Your text is kept below, and what they "
            "changed is shown with it.",
            **names,
        )
    return Titled(
        "{who} saved this page while you were typing ({when}: {what}). Your text is kept below, and what they changed "
        "is shown with it.",
        **names,
    )


def who_was_faster(record: models.Model) -> str:
    """The same for a change that was no typing: a card that was moved, a line that was dragged."""
    entry = _last_entry(record._meta.label_lower, object_id=record.pk)
    if entry is None:
        return Titled("Somebody was faster: it stands as they left it, and nothing of yours was saved.")
    when = Later(partial(relative_time, entry.at))
    return Titled(
        "{who} was faster ({when}: {what}). It stands as they left it.", who=_who(entry), when=when, what=entry.summary
    )


def _who(entry: LogEntry) -> Any:
    return entry.actor.name if entry.actor else Later(_import)


def _last_entry(label: str, **about: int) -> LogEntry | None:
    return LogEntry.objects.filter(model=label, **about).select_related("actor").first()


def _import() -> str:
    return gettext("An import")
