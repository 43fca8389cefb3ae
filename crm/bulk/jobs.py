"""A bulk change as a job: one transaction, one row of the log, some thousand rows a statement, history by triggers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from crm.access import can
from crm.bulk.changes import (
    ADD_TAG,
    ARCHIVE,
    REMOVE_TAG,
    RESTORE,
    SET,
    Change,
    assignment,
    clean,
    differing,
    limited,
    taking,
)
from crm.bulk.choosing import CannotChoose, Choice
from crm.catalogue import fields_of
from crm.choices import FieldType
from crm.jobs import JobError, Progress, start_job
from crm.languages.refusing import refused
from crm.log import log
from crm.models import JobRun, User
from crm.templatetags.figures import plural

KIND = "bulk"
AT_ONCE = 10_000


def start_bulk(*, actor: User, choice: Choice, change: Change, announced: str) -> JobRun:
    """Start a change of the chosen rows. `announced` is the number of rows that the person agreed to, in words.

    Raises ValidationError for a change that cannot be made, CannotChoose for rows that cannot be told.
    """
    value = clean(actor, change)
    choice.rows(actor)
    parameters = {
        **choice.parameters, "op": change.op, "field": change.field, "typed": list(change.typed), "announced": announced
    }  # fmt: skip
    return start_job(actor=actor, kind=KIND, title=f"{said(change, value)}: {announced}", parameters=parameters)


def run_bulk(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job. Each row is narrowed by what its person may see and change now, at the work."""
    actor, choice, change = _asked(job)
    try:
        value = clean(actor, change)
        with transaction.atomic():
            chosen = limited(change, choice.rows(actor))
            writable = limited(change, choice.writable(actor, change.verb, by_charge=change.is_by_charge))
            keys = list(writable.order_by("pk").values_list("pk", flat=True))
            left = chosen.order_by().count() - len(keys)
            changed, unfit = _write(actor, change, value, keys, progress)
            without = _count_without(change, choice.rows(actor))
            noun = change.editing.noun
            summary = f"{said(change, value)}: {plural(changed, noun)}"
            log(actor=actor, verb="bulk change", kind=apps.get_model(change.label), summary=summary, job=job)
    except (CannotChoose, ValidationError) as error:
        raise JobError(" ".join(getattr(error, "messages", [str(error)]))) from error
    same = len(keys) - changed - unfit
    unfit += without
    why = change.editing.by_spec[change.field].but if unfit else ""
    return {"changed": changed, "same": same, "left": left, "noun": noun, "unfit": unfit, "why": why}


def _count_without(change: Change, rows: Any) -> int:
    """Chosen rows that do not have the field, where that is told."""
    edit = change.editing.by_spec.get(change.field) if change.op == SET else None
    return rows.exclude(**dict(edit.only)).order_by().count() if edit and edit.only and edit.but else 0


def _asked(job: JobRun) -> tuple[User, Choice, Change]:
    if job.actor is None or not job.actor.is_active:
        raise JobError("Whoever asked for this may not sign in any more. Nothing was changed.")
    said = job.parameters
    change = Change(said["list"], said["op"], said["field"], tuple(said["typed"]))
    if not can(job.actor, change.verb, apps.get_model(change.label)):
        raise JobError("You may not do this any more. Nothing was changed.")
    return job.actor, Choice.kept(said), change


def _write(actor: User, change: Change, value: Any, keys: Sequence[int], progress: Progress) -> tuple[int, int]:
    """One statement for some thousand rows; how many changed, and how many cannot have the value."""
    model, changed, unfit = apps.get_model(change.label), 0, 0
    set_to = assignment(change, value)
    for done, part in parts_of(keys):
        rows = differing(change, value, model._default_manager.filter(pk__in=part))
        fit = taking(change, value, rows)
        unfit += 0 if fit is rows else rows.count() - fit.count()
        changed += fit.update(**set_to)
        if change.editing.after and change.op not in (ADD_TAG, REMOVE_TAG, ARCHIVE, RESTORE):
            change.editing.after(part)
        refuse_lost(actor, model, part, change.editing.noun)
        progress.report(done, len(keys), f"Changing {change.editing.noun}s")
    return changed, unfit


def parts_of(keys: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """How many are done after each part, and the part."""
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        yield start + len(part), part


def refuse_lost(actor: User, model: type[models.Model], keys: Sequence[int], noun: str) -> None:
    """Raise where the person could not see some of these rows afterwards; the transaction is undone."""
    visible = model._default_manager.visible_to(actor).filter(pk__in=keys).order_by()  # type: ignore[attr-defined]
    if lost := len(keys) - visible.count():
        raise refused(
            "You would not see any more: %(records)s. Keep yourself or your own team in charge. Nothing was changed.",
            records=lambda: plural(lost, noun),
        )


def said(change: Change, value: Any) -> str:
    """The change in words: `Owner set to Kim Lee`, `Tag vip added`, `Archived`."""
    if change.op in (ADD_TAG, REMOVE_TAG):
        verb = "added" if change.op == ADD_TAG else "taken off"
        return f"Tag {', '.join(value)} {verb}"
    if change.op in (ARCHIVE, RESTORE):
        return "Archived" if change.op == ARCHIVE else "Restored"
    spec = next(one for one in fields_of(change.label) if one.name == change.field)
    if value in (None, "", []):
        return f"{spec.label} emptied"
    if change.definition is not None and change.definition.type == FieldType.CONTACT:
        value = apps.get_model("contacts.contact")._default_manager.filter(pk=value).first() or value
    if isinstance(value, bool):
        return f"{spec.label} set to {'yes' if value else 'no'}"
    labels = {str(key): label for key, label in spec.choices()} if spec.choices else {}
    values = value if isinstance(value, list) else [value]
    return f"{spec.label} set to {', '.join(str(labels.get(str(one), one)) for one in values)}"[:150]
