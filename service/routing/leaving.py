"""Tickets of a colleague who is gone: back to their queues, where the rules give them away anew.

Gone is who may not sign in any more (all that is unsolved goes back), and who is out of office (what waits for us goes
back; what waits for the customer stays, and follows once they answer). A ticket that somebody gives to an absent
colleague in spite of it stays with them. What a hand-over moves is written in the log of each ticket here, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from crm.agenda.timing import zone_of
from crm.languages.styles import NO_BREAK
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News
from crm.notes.notices import tell as ring_bell
from crm.templatetags.figures import full_day
from leads.models import Intake
from service.choices import UNSOLVED, EventKind, TicketState
from service.models import Queue, Ticket, TicketEvent, TicketWatcher
from service.routing.engine import LOCK
from service.routing.people import AT_WORK

AT_ONCE = 1_000
MOST_TOLD = 200  # people of the teams, and who watch
MOST_READ = 200_000


@dataclass(frozen=True)
class Leaver:
    """Who is gone, why (in words that go on from their name), and since when; None: for good."""

    user: User
    words: str
    since: dt.datetime | None

    @property
    def reason(self) -> str:
        return f"{self.user.name} {self.words}"


def leavers(now: dt.datetime) -> list[Leaver]:
    """Who has unsolved tickets and is gone."""
    owners = Ticket.objects.filter(state__in=UNSOLVED, owner__isnull=False).order_by()
    gone = User.objects.filter(is_active=False)
    away = Intake.objects.filter(user__is_active=True).exclude(away_from=None, away_until=None).select_related("user")
    absent = {one.user_id: one for one in away if one.is_away(now.astimezone(zone_of(one.user)).date())}
    candidates = [*gone.values_list("pk", flat=True), *absent]
    having = owners.filter(owner__in=candidates).values_list("owner", flat=True).distinct()
    users = User.objects.in_bulk(list(having))
    return [
        _absent(users[key], absent[key], now) if key in absent else Leaver(users[key], "may not sign in any more", None)
        for key in sorted(users)
    ]


def return_tickets() -> list[int]:
    """Take what people who are gone have back to the queues, and say so once to who watches them and to the teams of
    the queues; the ids of those tickets."""
    now, returned = timezone.now(), list[int]()
    for leaver in leavers(now):
        while True:
            with transaction.atomic():
                part = _return(leaver, now)
            returned += part
            if len(part) < AT_ONCE:
                break
    return returned


def note_handover(*, user: User, to: User | None, ticket_ids: Sequence[int], job_id: int) -> None:
    """What a hand-over of all records did to these tickets, in the log of each: whose they are, or that nobody has
    them; told once to the colleague, to who watches them, and to the teams of what is nobody's."""
    with transaction.atomic():
        tickets = list(Ticket.objects.filter(pk__in=ticket_ids, state__in=UNSOLVED).defer("search_text"))
        if not tickets:
            return
        event = EventKind.ASSIGNED if to else EventKind.RETURNED
        value = f"{to.name}, handed over by {user.name}" if to else f"{user.name} handed all over"
        _note(tickets, event, value, timezone.now())
        if to is None:
            Ticket.objects.filter(pk__in=[one.pk for one in tickets], state=TicketState.OPEN).update(
                state=TicketState.NEW
            )
        words = f"of {user.name} are {to.name}’s now" if to else f"of {user.name} are nobody’s now"
        _tell(tickets, words, f"handed over:{job_id}", also=[to] if to else [], is_freed=to is None)


def _absent(user: User, intake: Intake, now: dt.datetime) -> Leaver:
    """Away from the first moment of their first day; of an absence without one, from that of today."""
    zone = zone_of(user)
    first = intake.away_from or now.astimezone(zone).date()
    until = f" until {full_day(intake.away_until)}".replace(NO_BREAK, " ") if intake.away_until else ""
    return Leaver(user, f"is out of office{until}", dt.datetime.combine(first, dt.time(), zone))


def _return(leaver: Leaver, now: dt.datetime) -> list[int]:
    """At most `AT_ONCE` tickets of theirs; those that somebody holds right now are left for the next time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    rows = Ticket.objects.filter(owner=leaver.user, state__in=UNSOLVED if leaver.since is None else AT_WORK)
    if leaver.since is not None:
        given = TicketEvent.objects.filter(event=EventKind.ASSIGNED, occurred_at__gte=leaver.since)
        rows = rows.exclude(pk__in=given.filter(ticket__owner=leaver.user).values("ticket"))
    held = rows.select_for_update(skip_locked=True).order_by("pk").defer("search_text")
    tickets = list(held[:AT_ONCE])
    if not tickets:
        return []
    keys = [ticket.pk for ticket in tickets]
    Ticket.objects.filter(pk__in=keys).update(
        owner=None,
        team=Coalesce(_team_of_queue(tickets), F("team")),
        state=Case(When(state=TicketState.OPEN, then=Value(TicketState.NEW)), default=F("state")),
        version=F("version") + 1,
        updated_at=now,
    )
    events = _note(tickets, EventKind.RETURNED, leaver.reason, now)
    if len(keys) == 1:
        summary = f"Back to the queue, {leaver.reason}: {tickets[0].subject}"
        log(actor=None, verb="return", object=tickets[0], contact_id=tickets[0].contact_id, summary=summary)
    else:
        summary = f"{len(keys):,} tickets back to the queue: {leaver.reason}"
        log(actor=None, verb="return", kind=Ticket, summary=summary)
    also = [leaver.user] if leaver.user.is_active else []
    _tell(tickets, f"are back in the queue: {leaver.reason}", f"returned:{events[0].pk}", also=also, is_freed=True)
    return keys


def _team_of_queue(tickets: Iterable[Ticket]) -> Any:
    """The team of a ticket's queue, as an expression; NULL where it has none."""
    queues = Queue.objects.filter(pk__in={ticket.queue_id for ticket in tickets}, team__isnull=False)
    whens = [When(queue=queue, then=Value(team)) for queue, team in queues.values_list("pk", "team")]
    return Case(*whens, default=Value(None), output_field=IntegerField())


def _note(tickets: Sequence[Ticket], event: str, value: str, at: dt.datetime) -> list[TicketEvent]:
    rows = (TicketEvent(ticket_id=one.pk, event=event, value=value[:200], occurred_at=at) for one in tickets)
    return TicketEvent.objects.bulk_create(rows)


def _tell(tickets: Sequence[Ticket], words: str, key: str, *, also: Sequence[User], is_freed: bool) -> None:
    """One line of the bell to each: to `also` of all tickets, to the others of those that concern them and that they
    may see."""
    keys = [ticket.pk for ticket in tickets]
    concern: dict[int, set[int]] = {}
    for user_id, ticket_id in TicketWatcher.objects.filter(ticket__in=keys).values_list("user", "ticket"):
        concern.setdefault(user_id, set()).add(ticket_id)
    if is_freed:
        of_teams = Ticket.objects.filter(pk__in=keys, team__isnull=False)
        for user_id, ticket_id in of_teams.values_list("team__members", "pk")[:MOST_READ]:
            concern.setdefault(user_id, set()).add(ticket_id)
    known = {person.pk for person in also}
    news = [_news(person, tickets[0], len(keys), words, f"{key}:{person.pk}") for person in also]
    others = User.objects.filter(pk__in=concern.keys() - known, is_active=True).order_by("pk")
    for person in others[:MOST_TOLD]:
        seen = Ticket.objects.visible_to(person).filter(pk__in=concern[person.pk]).order_by("pk")
        found = list(seen.only("pk", "subject"))
        if found:
            news.append(_news(person, found[0], len(found), words, f"{key}:{person.pk}"))
    ring_bell(news)


def _news(person: User, first: Ticket, count: int, words: str, key: str) -> News:
    """`#12 is back …: Frames` for one; `3 tickets are back …` for more, which lead to the list."""
    one = f"{first.number}, {first.subject}: {words.replace('are', 'is', 1)}"
    said = one if count == 1 else f"{count:,} tickets {words}"
    title = "".join(sign for sign in said if sign.isprintable())
    url = first.get_absolute_url() if count == 1 else reverse("service:ticket_list")
    return News(user=person, kind=NoticeKind.TASK, title=title, url=url, key=key)
