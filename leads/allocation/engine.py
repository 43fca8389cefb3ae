"""Gives leads away by the rules: some thousand at a time, one statement a step, never two runs at once.

A run holds a lock until its transaction ends, so turns and open leads are what they are: with many connections each
person gets as many as with one. Every assignment says why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.agenda.timing import zone_of
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import Team, Territory, User
from leads.allocation.choosing import Seat, deal_out
from leads.allocation.hours import due_moment
from leads.allocation.turns import keep_turns, pass_turns
from leads.choices import OPEN_STATUSES
from leads.models import AllocationRule, AllocationTurn, Intake, Lead

LOCK = 7311
AT_ONCE = 5_000
GIVE_SQL = """
UPDATE leads_lead l SET owner_id = g.owner_id, team_id = g.team_id, assigned_at = %(now)s, respond_by = g.respond_by,
  waits_since = NULL,
  version = l.version + 1, updated_at = %(now)s
FROM unnest(%(leads)s::bigint[], %(owners)s::bigint[], %(teams)s::bigint[], %(dues)s::timestamptz[])
  AS g(lead_id, owner_id, team_id, respond_by)
WHERE l.id = g.lead_id
"""
SAY_SQL = """
INSERT INTO leads_leadassignment (lead_id, rule_id, owner_id, owner_before_id, why, is_missed, at)
SELECT g.lead_id, %(rule)s, g.owner_id, g.before_id, left(g.why, 300), %(missed)s, %(now)s
FROM unnest(%(leads)s::bigint[], %(owners)s::bigint[], %(befores)s::bigint[], %(whys)s::text[])
  AS g(lead_id, owner_id, before_id, why)
"""


@dataclass
class Given:
    """What a run did: how many leads were given (`leads`: which), by person; how many no rule fits, and for how many
    nobody is free (`waiting`: which)."""

    count: int = 0
    by_person: dict[int, int] = field(default_factory=dict)
    without_rule: int = 0
    nobody_free: int = 0
    leads: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)


class Desk:
    """Who can take leads right now: everybody who is active, not away, at work, with room."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.intakes = {one.user_id: one for one in Intake.objects.select_related("user")}
        rows = Lead.objects.filter(archived_at=None, status__in=OPEN_STATUSES, owner__isnull=False)
        self.open_counts = dict(rows.order_by().values_list("owner").annotate(n=Count("pk")))
        self.users: dict[int, User] = {user.pk: user for user in User.objects.filter(is_active=True)}
        self.teams = dict(Team.objects.values_list("pk", "parent_id"))
        self.zones: dict[int, Any] = {}
        self._territories: dict[int, set[int]] = {}

    def is_there(self, user_id: int) -> bool:
        intake = self.intakes.get(user_id)
        return user_id in self.users and (intake is None or intake.works_at(self.now.astimezone(self.zone(user_id))))

    def speaks(self, user_id: int, language: str) -> bool:
        intake = self.intakes.get(user_id)
        return bool(intake and language and language in intake.languages)

    def zone(self, user_id: int) -> Any:
        if user_id not in self.zones:
            self.zones[user_id] = zone_of(self.users[user_id])
        return self.zones[user_id]

    def looks_after(self, user_id: int, territory_id: int | None) -> bool:
        """Whether the person, or their team, looks after the territory or one above it."""
        if territory_id is None:
            return False
        if territory_id not in self._territories:
            self._territories[territory_id] = self._people_of(territory_id)
        return user_id in self._territories[territory_id]

    def due(self, user_id: int, minutes: int | None) -> dt.datetime | None:
        if minutes is None:
            return None
        return due_moment(self.intakes.get(user_id), self.now, minutes, self.zone(user_id))

    def seat(self, turn: AllocationTurn) -> Seat:
        intake, count = self.intakes.get(turn.user_id), self.open_counts.get(turn.user_id, 0)
        return Seat(turn.user_id, self.users[turn.user_id].name, turn.order, count, intake.capacity if intake else None)

    @staticmethod
    def _territory(pk: int) -> Territory | None:
        return Territory.objects.filter(pk=pk).prefetch_related("people").first()

    def _people_of(self, territory_id: int) -> set[int]:
        found: set[int] = set()
        current: int | None = territory_id
        for _ in range(20):
            if current is None or (territory := self._territory(current)) is None:
                break
            found |= {person.pk for person in territory.people.all()}
            if territory.team_id:
                found |= {user.pk for user in self.users.values() if user.team_id == territory.team_id}
            current = territory.parent_id
        return found


def allocate(lead_ids: Sequence[int], *, excluded: Iterable[int] = (), is_missed: bool = False) -> Given:
    """Give these open leads away, in batches of a transaction each. `excluded` people get none of them.

    Leads that have an owner keep it, unless their time was missed (`is_missed`).
    """
    given = Given()
    for start in range(0, len(lead_ids), AT_ONCE):
        with transaction.atomic():
            _allocate(lead_ids[start : start + AT_ONCE], set(excluded), is_missed, given)
    return given


def unassigned() -> QuerySet[Lead]:
    """Open leads that nobody owns, the oldest first."""
    return Lead.objects.all().open().filter(owner=None).order_by("created_at", "id")


def waiting_leads() -> QuerySet[Lead]:
    """Open leads of nobody that a rule fits, and for whom nobody was free when they came in."""
    return Lead.objects.all().open().filter(owner=None, waits_since__isnull=False)


def rule_condition(rule: AllocationRule) -> Q:
    """The leads that a rule fits. Raises TreeProblem where its segment asks for a field that is gone."""
    condition = Q()
    node = tree_of(rule.tree) if rule.tree else None
    if node is not None:
        condition &= TreeList("leads.lead", None).meant(node)
    if rule.territory_id and rule.territory:
        condition &= Q(territory__in=rule.territory.subtree_ids())
    for name, values in (("country", rule.countries), ("language", rule.languages), ("source", rule.sources)):
        if values:
            condition &= Q(**{f"{name}__in": values})
    if rule.product_id:
        condition &= Q(product=rule.product_id)
    if rule.least_score is not None:
        condition &= Q(worth__gte=rule.least_score)
    return condition


def with_worth(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """Leads with the score that counts: the one by hand, else that of the rules."""
    return rows.annotate(worth=Coalesce("hand_score", "score"))


def _allocate(lead_ids: Sequence[int], excluded: set[int], is_missed: bool, given: Given) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    desk = Desk(timezone.now())
    waiting = Lead.objects.all().open().filter(pk__in=lead_ids)
    if not is_missed:
        waiting = waiting.filter(owner=None)
    left, fitted = set(waiting.values_list("pk", flat=True)), set[int]()
    for rule in AllocationRule.objects.filter(is_active=True).select_related("territory", "product"):
        if not left:
            break
        try:
            rows = with_worth(waiting.filter(pk__in=left)).filter(rule_condition(rule))
        except TreeProblem:
            continue  # the page of the rules says it; the other rules still give leads away
        found = list(rows.order_by("created_at", "id").values_list("pk", "language", "territory_id", "owner_id"))
        fitted |= {row[0] for row in found}
        given.leads += (done := _give(rule, found, desk, excluded, is_missed, given))
        left -= set(done)
    given.without_rule += len(left - fitted)
    given.nobody_free += len(left & fitted)
    given.waiting += sorted(left & fitted)


def _give(
    rule: AllocationRule, rows: Sequence[Any], desk: Desk, excluded: set[int], is_missed: bool, given: Given
) -> list[int]:
    """Give the leads of one rule away; the ids of those that were given."""
    turns = list(AllocationTurn.objects.filter(rule=rule).order_by("order", "id"))
    there = [turn for turn in turns if turn.user_id not in excluded and desk.is_there(turn.user_id)]
    seats = {turn.user_id: desk.seat(turn) for turn in there}
    groups: dict[tuple[str, int | None], list[int]] = {}
    for pk, language, territory_id, _ in rows:
        key = (language if rule.by_language else "", territory_id if rule.by_territory else None)
        groups.setdefault(key, []).append(pk)
    dealt: list[tuple[int, Seat, str]] = []
    for (language, territory_id), keys in groups.items():
        chosen = [
            seat
            for seat in seats.values()
            if (not rule.by_language or desk.speaks(seat.user_id, language))
            and (not rule.by_territory or desk.looks_after(seat.user_id, territory_id))
        ]
        part = deal_out(keys, chosen, rule.way)
        pass_turns(part, seats)
        dealt += part
    if not dealt:
        return []
    before = {row[0]: row[3] for row in rows}
    _write(rule, dealt, before, desk, is_missed)
    for seat in seats.values():
        desk.open_counts[seat.user_id] = seat.open_count
        if seat.taken:
            given.by_person[seat.user_id] = given.by_person.get(seat.user_id, 0) + seat.taken
    given.count += len(dealt)
    return [lead_id for lead_id, _, _ in dealt]


def _write(
    rule: AllocationRule,
    dealt: Sequence[tuple[int, Seat, str]],
    before: dict[int, int | None],
    desk: Desk,
    is_missed: bool,
) -> None:
    dues = {seat.user_id: desk.due(seat.user_id, rule.respond_minutes) for _, seat, _ in dealt}
    owners = [seat.user_id for _, seat, _ in dealt]
    missed = "not touched in time; " if is_missed else ""
    values: dict[str, Any] = {
        "now": desk.now,
        "rule": rule.pk,
        "missed": is_missed,
        "leads": [lead_id for lead_id, _, _ in dealt],
        "owners": owners,
        "teams": [desk.users[owner].team_id for owner in owners],
        "dues": [dues[owner] for owner in owners],
        "befores": [before[lead_id] for lead_id, _, _ in dealt],
        "whys": [f"{missed}rule “{rule.name}”, {rule.get_way_display().lower()}: {why}" for _, _, why in dealt],
    }
    with connection.cursor() as cursor:
        cursor.execute(GIVE_SQL, values)
        cursor.execute(SAY_SQL, values)
    keep_turns(AllocationTurn, rule, [seat for _, seat, _ in dealt], desk.now)
