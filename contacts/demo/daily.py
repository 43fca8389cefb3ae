"""The demo's daily work: what its people have to do, have done, and noted; around the day after the last one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np

from crm.choices import Role
from crm.demo.house import Batch, Book, Colleague, Fill, House
from crm.demo.process import Ints
from crm.demo.writing import copy_columns
from crm.models import Note, Task

LABEL = "contacts.contact"
NOTED = 0.05  # of the contacts that somebody looks after
# days from today, hour (none: any time that day), minutes, kind, title; those of days before today and marked are done
PLANS: tuple[tuple[int, int | None, int | None, str, str, bool], ...] = (
    (-2, None, None, "todo", "Send corner samples of the narrow oak moulding", False),
    (-1, 15, 15, "call", "Ask whether the glass arrived without a scratch", False),
    (0, 10, 15, "call", "Call back about the delivery date", False),
    (0, None, None, "mail", "Send the price list for next year", False),
    (0, 14, 60, "meeting", "Go through the plans for the spring exhibition", False),
    (1, 9, 15, "call", "Agree a date for the next visit", False),
    (1, None, None, "todo", "Check stock of passe-partouts for them", False),
    (2, 11, 90, "meeting", "Visit: show the new mouldings", False),
    (3, None, None, "mail", "Offer for forty frames with museum glass", False),
    (4, 16, 15, "call", "Ask how the framing course went", False),
    (6, 10, 60, "meeting", "Prices for the year", False),
    (9, None, None, "todo", "Prepare the yearly review", False),
    (-1, 11, 15, "call", "Tell them that the order is on its way", True),
    (-3, None, None, "mail", "Confirm the sizes of the panes", True),
    (-4, 10, 60, "meeting", "Visit: workshop", True),
    (-6, None, None, "todo", "Find out who decides about glass", True),
)
NOTES = (
    "Prefers to be called before ten; in the afternoon they are in the workshop.",
    "Decides together with the head of the museum. Bring samples, not catalogues.",
    "Moves the workshop to the other side of the yard in spring; deliveries by the back gate until then.",
    "Asked twice about anti-reflection glass. Worth an offer as soon as the new range is out.",
    "Pays within a week, always. Wants one invoice a month, to the bookkeeper.",
    "Her daughter takes over the shop next year; invite both to the open house.",
    "Compares our prices with the wholesaler in town; what counts is that we deliver on Thursdays.",
    "Was unhappy about the dented profiles in May. Called back the same day, sent new ones; that was noticed.",
)
TEAM_MEETING = "FREQ=WEEKLY;BYDAY=MO"


def load(house: House) -> Fill:
    """The function that writes the tasks and notes of a batch."""
    return fill


def fill(batch: Batch) -> None:
    book = batch.book
    if book is None:
        raise RuntimeError("The loader of the daily work comes after that of contacts in CRM_DEMO_LOADERS.")
    rng = batch.rng("daily work")
    if batch.number == 0:
        _write_tasks(batch.house, list(_tasks(rng, batch.house, book)))
    _write_notes(rng, batch.house, book)


def _tasks(rng: np.random.Generator, house: House, book: Book) -> Iterator[dict[str, Any]]:
    """What everybody who looks after customers has to do, and the meeting of the team."""
    today = house.end + dt.timedelta(days=1)
    monday = today + dt.timedelta(days=(7 - today.weekday()) % 7)
    for person in house.colleagues:
        rows = np.flatnonzero(book.owner == person.id)
        if person.role == Role.AGENT:
            rows = np.arange(len(book.id))
        if len(rows):
            for plan in PLANS:
                contact = int(book.id[rows[rng.integers(0, len(rows))]])
                yield _task(house, person, today, plan, contact)
        if person.role in (Role.REP, Role.MANAGER):
            plan = ((monday - today).days, 9, 45, "meeting", "Team meeting", False)
            yield _task(house, person, today, plan, None) | {"rule": TEAM_MEETING}


def _task(
    house: House, person: Colleague, today: dt.date, plan: tuple[int, int | None, int | None, str, str, bool],
    contact: int | None,
) -> dict[str, Any]:  # fmt: skip
    ahead, hour, minutes, kind, title, is_done = plan
    day = _working_day(today, ahead)
    due_at = None if hour is None else dt.datetime.combine(day, dt.time(hour), tzinfo=house.zone)
    made = dt.datetime.combine(min(day, today) - dt.timedelta(days=3), dt.time(9, 30), tzinfo=house.zone)
    done = dt.datetime.combine(day, dt.time((hour or 15) + 1), tzinfo=house.zone) if is_done else None
    remind_at = due_at - dt.timedelta(minutes=10) if due_at and not is_done and day >= today else None
    return {
        "uid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{house.seed} {house.there} {person.name} {ahead} {title}")),
        "kind": kind, "title": title, "text": "", "place": "", "owner": str(person.id), "maker": str(person.id),
        "due_on": day.isoformat(), "due_at": _iso(due_at), "minutes": None if minutes is None else str(minutes),
        "zone": house.zone.key, "rule": "", "remind_before": "10" if remind_at else None, "remind_at": _iso(remind_at),
        "done_at": _iso(done), "done_by": str(person.id) if is_done else None, "version": "1",
        "created_at": _iso(made), "updated_at": _iso(done or made), "record_model": LABEL if contact else "",
        "record_id": str(contact) if contact else None, "contact_id": str(contact) if contact else None,
    }  # fmt: skip


def _working_day(today: dt.date, ahead: int) -> dt.date:
    """So many working days from today, except for today itself."""
    day = today
    for _ in range(abs(ahead)):
        day += dt.timedelta(days=1 if ahead > 0 else -1)
        while day.weekday() > 4:  # Saturday, Sunday
            day += dt.timedelta(days=1 if ahead > 0 else -1)
    return day


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _write_tasks(house: House, tasks: list[dict[str, Any]]) -> None:
    if tasks:
        columns = {name: [task[name] for task in tasks] for name in tasks[0]}
        house.counts["tasks"] += copy_columns(Task, columns, count=len(tasks))


def _write_notes(rng: np.random.Generator, house: House, book: Book) -> None:
    rows: Ints = np.flatnonzero((book.owner > 0) & (rng.random(len(book.id)) < NOTED))
    if not len(rows):
        return
    known = (np.datetime64(house.end) - book.created_on[rows]).astype(int)
    days = book.created_on[rows] + np.floor(rng.random(len(rows)) * (known + 1)).astype("m8[D]")
    moments = days.astype("M8[s]") + rng.integers(8 * 3600, 16 * 3600, len(rows)).astype("m8[s]")
    keys = book.id[rows]
    house.counts["notes"] += copy_columns(
        Note,
        {
            "author": book.owner[rows],
            "text": np.array(NOTES, object)[rng.integers(0, len(NOTES), len(rows))],
            "created_at": moments,
            "record_model": LABEL,
            "record_id": keys,
            "contact_id": keys,
        },
        count=len(rows),
    )
