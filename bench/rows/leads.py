"""Leads: so many given away by rules at once, and the page of tracking over all of them, beside the barest SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.db import connection, transaction

from bench.base import UNTIL
from bench.measuring import Line, alternate, at_most, beside, timed
from bench.rows.pages import costs, page
from bench.world import MANAGER, World
from crm.choices import Role
from crm.company import current_company
from crm.kept_sums.keeping import fold_all
from crm.models import User
from leads.allocation.actions import create_rule
from leads.allocation.engine import allocate, unassigned
from leads.models import AllocationRule, Intake, Lead, LeadSum
from leads.tracking.queries import cohorts

WAITING, MOST_SECONDS = 100_000, 60
PAGE = "/leads/tracking/?first=2025-07-01&last=2026-06-30"
# leads spread over a year: those that wait for an owner, and as many others as there are customers
GROW = """
INSERT INTO leads_lead (name, first_name, last_name, organization, email, phone, city, postal_code, country, language,
  industry, market, message, tags, source, list_kind, list_name, campaign, utm_source, utm_medium, utm_campaign,
  utm_term, utm_content, owner_id, team_id, status, status_at, lost_reason, converted, converted_at, first_touch_at,
  custom, version, created_at, added_at, updated_at, sort_name, search_text, email_key, phone_key)
SELECT 'Lead ' || n, '', '', '', '', '', '', '', (ARRAY['DE', 'GB', 'FR', 'IT'])[1 + n %% 4], '', '', '', '', '{}',
  (ARRAY['Fair', 'Web form', 'Phone', 'Referral', 'Bought list'])[1 + n %% 5], 'response', '', '', '', '', '', '', '',
  CASE WHEN n > %(waiting)s THEN p.id END, CASE WHEN n > %(waiting)s THEN p.team_id END,
  CASE WHEN n <= %(waiting)s THEN 'new' WHEN n %% 3 = 0 THEN 'converted' ELSE 'working' END, m.at, '',
  CASE WHEN n > %(waiting)s AND n %% 3 = 0 THEN true END, CASE WHEN n > %(waiting)s AND n %% 3 = 0 THEN m.at END,
  CASE WHEN n > %(waiting)s THEN m.at END, '{}', 1, m.at, m.at, m.at, 'lead ' || n, 'lead ' || n, '', ''
FROM generate_series(1, %(rows)s) n
CROSS JOIN LATERAL (SELECT %(until)s::timestamptz - (n %% 365) * interval '1 day' AS at) m
LEFT JOIN LATERAL (SELECT id, team_id FROM crm_user WHERE role = 'rep' ORDER BY id OFFSET n %% 5 LIMIT 1) p ON true
"""
BARE_FUNNEL = """
SELECT source, count(*), count(first_touch_at), count(qualified_at), count(*) FILTER (WHERE converted) FROM leads_lead
WHERE created_at >= %s AND created_at < %s GROUP BY 1
"""


def _grow(world: World, *, waiting: int, others: int) -> None:
    """More leads; then as a table that has been up for a day."""
    with connection.cursor() as cursor:
        cursor.execute(GROW, {"rows": waiting + others, "waiting": waiting, "until": f"{UNTIL} 12:00+00"})
    fold_all()
    with world.as_owner() as owner:
        for model in (Lead, LeadSum):
            owner.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def give_away(keys: list[int]) -> None:
    """All of them, and back again: the next round finds them without an owner."""
    with transaction.atomic():
        given = allocate(keys)
        transaction.set_rollback(True)
    if given.count != len(keys):
        raise AssertionError(f"{given.count:,} of {len(keys):,} leads were given away")


def count_barely(first: dt.date, last: dt.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE_FUNNEL, [first, last + dt.timedelta(days=1)])
        cursor.fetchall()


def measure(world: World) -> Iterator[Line]:
    """A hundred thousand leads within a minute; the funnel within three times the barest count, its page within six
    times its floor page, and hardly longer with ten times as many leads."""
    Lead.objects.filter(owner=None).delete()
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    cases = {"page": page(us, PAGE), "floor": page(floor, "/list/")}
    tenth = world.grown // 10
    _grow(world, waiting=0, others=tenth)
    for case in cases.values():
        case()
    before = alternate(cases)
    _grow(world, waiting=WAITING, others=world.grown - tenth)
    for case in cases.values():
        case()
    found = alternate(cases)
    count = Lead.objects.count()
    yield beside("leads", f"tracking over {count:,} leads", found["page"], found["floor"], most=6, name="floor")
    yield beside("leads", "tracking: growth", found["page"], before["page"], most=1.3, name=f"at {tenth:,} leads")
    yield from costs("leads", "tracking", PAGE, 16)
    AllocationRule.objects.all().delete()
    Intake.objects.all().delete()
    reps = list(User.objects.filter(role=Role.REP, is_active=True))
    create_rule(actor=None, fields={"position": 1, "name": "From Germany", "countries": ["DE"]}, people=reps[:5])
    create_rule(
        actor=None,
        fields={"position": 2, "name": "Who asked", "sources": ["Web form", "Phone"], "way": "least busy"},
        people=reps[5:],
    )
    create_rule(actor=None, fields={"position": 3, "name": "Everybody else", "respond_minutes": 240}, people=reps)
    keys = list(unassigned().values_list("pk", flat=True))
    seconds = alternate({"us": partial(timed, partial(give_away, keys))}, rounds=1)["us"].median
    what = f"{len(keys):,} given away by 3 rules ({len(keys) / seconds:,.0f} leads/s)"
    yield at_most("leads", what, seconds, MOST_SECONDS, "s")
    last = dt.date.fromisoformat(UNTIL)
    first, manager = last - dt.timedelta(days=365), User.objects.get(email=MANAGER)
    zone = current_company().time_zone
    found = alternate(
        {
            "us": partial(timed, partial(cohorts, manager, "source", first, last, zone)),
            "bare": partial(timed, partial(count_barely, first, last)),
        }
    )
    yield beside("leads", f"funnel by source over {count:,} leads", found["us"], found["bare"], most=3, name="bare SQL")
