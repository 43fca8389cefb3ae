"""Who is told that a promise is about to be broken, and that it was."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from crm import bells
from crm.choices import JobQueue, Role
from crm.locks import side_connection, take_lock
from crm.log import log
from crm.models import JobWindow, User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from crm.templatetags.figures import plural
from service.models import SlaPolicy, Ticket
from service.promising import keep_due

SOON = dt.timedelta(minutes=30)
LATEST = dt.timedelta(days=7)  # what ran out before, in an import or a long standstill, is no news
AT_ONCE = 500
PASS_LOCK = 7361
ASKED, READ_UP_TO = "promises: asked anew", "promises: read up to ticket"  # and how many it has changed so far
RUN_SECONDS, PAUSE_SECONDS = 600.0, 60.0
MOST_MANAGERS = 5


def watch_promises() -> int:
    """Tell the owner of what is due within half an hour, and beside the owner the managers of what is late; each once
    for each promise. How many were told."""
    now, managers = timezone.now(), list(User.objects.filter(role=Role.MANAGER, is_active=True))
    due = Ticket.objects.unsolved().filter(due_at__gt=now - LATEST, due_at__lte=now + SOON).select_related("owner")
    return sum(
        len(tell(news for ticket in piece for news in _news(ticket, now, managers))) for piece in _in_pieces(due)
    )


def refresh_promises(seconds: float = RUN_SECONDS, *, is_asked: bool = True) -> int:
    """Read the clocks of all unsolved tickets again: promises, hours and tiers may have changed. How many changed.

    One pass at a time: who asks meanwhile leaves a mark, and a whole pass follows. What does not fit into the seconds
    goes on a minute later where it stood (`is_asked` is false then), and so does a pass whose process ended.
    """
    end, changed = time.monotonic() + seconds, 0
    if is_asked:
        JobWindow.objects.get_or_create(job=ASKED, window="")
    with side_connection() as side:
        if not take_lock(side, PASS_LOCK, 0):
            return 0
        while _is_wanted():
            while (count := _refresh_next()) is not None:
                changed += count
                if time.monotonic() >= end:
                    _ring_later()
                    return changed
    if JobWindow.objects.filter(job=ASKED).exists():  # by who came while the lock was given back
        _ring_later()
    return changed


@transaction.atomic
def _is_wanted() -> bool:
    """Whether a pass is under way, or another one is asked for, which begins then."""
    if JobWindow.objects.filter(job=READ_UP_TO).exists():
        return True
    if not JobWindow.objects.filter(job=ASKED).delete()[0]:
        return False
    JobWindow.objects.create(job=READ_UP_TO, window="0 0")
    return True


@transaction.atomic
def _refresh_next() -> int | None:
    """Some hundred tickets, and how far the pass is, both or neither; None where it is through, which is logged."""
    place = JobWindow.objects.select_for_update().get(job=READ_UP_TO)
    last, before = (*(int(word) for word in place.window.split()), 0)[:2]
    rows = Ticket.objects.unsolved().filter(pk__gt=last).order_by("pk")
    tickets = list(rows.select_for_update(of=("self",))[:AT_ONCE])
    if not tickets:
        done = [f"New deadlines for {plural(before, 'ticket')}"] if before else []
        done += [f"no ticket has the promise “{name}” any more, which was taken away" for name in _forget_withdrawn()]
        if done:
            log(actor=None, verb="refresh promises", kind=Ticket, summary=capfirst("; ".join(done)))
        place.delete()
        return None
    changed = keep_due(tickets)
    place.window = f"{tickets[-1].pk} {before + changed}"
    place.save(update_fields=["window"])
    return changed


def _forget_withdrawn() -> Iterator[str]:
    """Delete the promises that were taken away and that no unsolved ticket has; their names. Held first: a ticket that
    is being given one just now is seen."""
    for promise in SlaPolicy.everything.select_for_update().exclude(removed_at=None).order_by("pk"):
        if not Ticket.objects.unsolved().filter(policy=promise).exists():
            promise.delete()
            yield str(promise)


def _ring_later() -> None:
    from service.tasks import refresh_promises_task  # noqa: PLC0415 - tasks import the actions

    bells.ring(refresh_promises_task, False, queue=JobQueue.BATCH, countdown=PAUSE_SECONDS)


def _in_pieces(rows: QuerySet[Ticket]) -> Iterator[list[Ticket]]:
    """The rows by their numbers, some hundred at once."""
    after = 0
    while piece := list(rows.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        yield piece
        after = piece[-1].pk


def _news(ticket: Ticket, now: dt.datetime, managers: Sequence[User]) -> Iterator[News]:
    assert ticket.due_at is not None  # noqa: S101 - asked for
    is_late = ticket.due_at <= now
    told = [ticket.owner] if ticket.owner is not None and ticket.owner.is_active else []
    if is_late or not told:
        told += _above(ticket, managers)
    what = ticket.get_due_for_display().lower()
    words = f"{ticket.number} is late: {what}" if is_late else f"{ticket.number} is due soon: {what}"
    for person in {one.pk: one for one in told}.values():
        key = f"due:{ticket.pk}:{ticket.due_at:%Y%m%d%H%M%S}:{ticket.due_for}:{is_late}:{person.pk}"
        yield News(person, NoticeKind.REMINDER, words, ticket.get_absolute_url(), key, ticket.subject)


def _above(ticket: Ticket, managers: Sequence[User]) -> Sequence[User]:
    """Managers of the ticket's team; of the house, where it has none."""
    own = [one for one in managers if ticket.team_id and one.team_id == ticket.team_id]
    return (own or managers)[:MOST_MANAGERS]
