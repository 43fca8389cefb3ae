"""The fields of leads that say in which sequence they are and how they stand there."""

from __future__ import annotations

from collections.abc import Sequence as Rows
from typing import Any

from django.db.models import Exists, OuterRef, Q

from crm.catalogue import FieldSpec
from crm.models import User
from crm.templatetags.figures import relative_time
from leads.choices import RUNNING, EnrolmentState, StopReason
from leads.models import Enrolment, Sequence
from leads.nurturing import marks

STOPPED = "stopped:"
STANDINGS: tuple[tuple[str, str], ...] = (
    ("active", "Running"),
    ("paused", "Paused"),
    ("finished", "Finished"),
    *((f"{STOPPED}{reason}", f"Stopped: {StopReason(reason).label.lower()}") for reason in StopReason.values),
)


def sequences() -> Rows[tuple[str, str]]:
    return [(str(key), name) for key, name in Sequence.objects.values_list("pk", "name")]


def read_enrolments(records: Rows[Any], user: User) -> None:
    """The newest enrolment of each lead of a page; one query."""
    rows = Enrolment.objects.filter(lead__in=[record.pk for record in records]).select_related("sequence")
    found = {row.lead_id: row for row in rows.order_by("started_at", "pk")}
    for record in records:
        record.nurtured = found.get(record.pk)


def in_sequence(look_up: str, value: Any) -> Q:
    """Leads that are or were in one of these sequences; without any value: in some, or in none."""
    rows = Enrolment.objects.filter(lead=OuterRef("pk"))
    if look_up in ("empty", "filled", "isnull"):
        found = Q(Exists(rows))
        return found if look_up == "filled" or value is False else ~found
    keys = [int(one) for one in _listed(value) if str(one).isascii() and str(one).isdecimal() and len(str(one)) < 19]
    return Q(Exists(rows.filter(sequence__in=keys)))


def stands(look_up: str, value: Any) -> Q:
    """Leads with an enrolment in one of these states, such as `active` or `stopped:replied`."""
    if look_up in ("empty", "filled", "isnull"):
        return in_sequence(look_up, value)
    meant = Q(pk__in=[])
    for one in _listed(value):
        if str(one).startswith(STOPPED):
            meant |= Q(state=EnrolmentState.STOPPED, reason=str(one).removeprefix(STOPPED))
        else:
            meant |= Q(state=one)
    return Q(Exists(Enrolment.objects.filter(meant, lead=OuterRef("pk"))))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _name(record: Any) -> str:
    return record.nurtured.sequence.name if record.nurtured else ""


def _standing(record: Any) -> str:
    row = record.nurtured
    if row is None:
        return ""
    why = f": {row.get_reason_display().lower()}" if row.reason else ""
    return f"{row.get_state_display()}{why}"


def _next(record: Any) -> Any:
    row = record.nurtured
    return row.next_at if row is not None and row.state in RUNNING and row.next_step_id else None


NURTURING_FIELDS = (
    FieldSpec(
        "sequence", "Sequence", "id", kind="choice", choices=sequences, order=72, value=_name,
        cell=_name, along=read_enrolments, condition=lambda end, value: in_sequence("in", value), compare=in_sequence,
        help="The last one that it came into; the filter: any that it is or was in.",
    ),
    FieldSpec(
        "in_sequence", "In the sequence", "id", kind="choice", choices=lambda: STANDINGS, order=73,
        value=_standing, cell=_standing, along=read_enrolments, condition=lambda end, value: stands("in", value),
        compare=stands, help="How it stands there.",
    ),
    FieldSpec(
        "next_step_at", "Next step", "id", kind="moment", filter=False, order=74, value=_next,
        cell=lambda record: relative_time(moment) if (moment := _next(record)) else "", along=read_enrolments,
        help="When the sequence goes on.",
    ),
    FieldSpec("nurtured", "Of a sequence", "pk", kind="mark", column=False, order=96, mark=marks.condition,
              words=marks.words),
)  # fmt: skip
