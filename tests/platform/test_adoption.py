"""Adoption: sign-ins, records and entries by person and week equal plain counting, and each leads to its rows."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest

from crm.adoption.queries import ENTRIES, MEASURES, RECORDS, SIGN_INS, adoption, weeks_up_to_now
from crm.choices import Role, Scope
from crm.models import AccessRule, JobRun, LogEntry
from tests.factories import make_company, make_team, make_user, signed_in

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
UPKEEP, IN_PASSING = ("create", "change", "move"), ("export", "watch", "vote", "arrange", "try")
VERBS = ("sign in", "sign out", *UPKEEP, "log", "note", "reply", *IN_PASSING)


@pytest.fixture
def house():
    make_company(time_zone="Europe/Berlin")
    manager = make_user(Role.MANAGER, name="Mia")
    people = [manager, make_user(Role.REP, name="Ben", team=make_team()), make_user(Role.AGENT, name="Ada")]
    dice, weeks = random.Random(5), weeks_up_to_now(8)
    job = JobRun.objects.create(kind="bulk")
    start = dt.datetime.combine(weeks[0], dt.time(), tzinfo=BERLIN) - dt.timedelta(days=4)
    rows = [
        LogEntry(
            actor=dice.choice([*people, None]),
            verb=dice.choice(VERBS),
            job=dice.choice((None, None, None, job)),
            model=dice.choice(("contacts.contact", "orders.order", "crm.user")),
            object_id=dice.choice((None, 1, 2, 3)),
            contact_id=dice.choice((None, 7)),
        )
        for _ in range(500)
    ]
    moments = LogEntry._meta.get_field("at")
    moments.auto_now_add = False  # the log can only be added to: moments are given as the rows are made
    try:
        for row in rows:
            row.at = start + dt.timedelta(minutes=dice.randrange(8 * 7 * 24 * 60))
        LogEntry.objects.bulk_create(rows)
    finally:
        moments.auto_now_add = True
    return manager, people, weeks


def in_python(rows, weeks) -> dict:
    """The figures, counted row by row."""
    counts: dict[tuple, int] = defaultdict(int)
    records: dict[tuple, set] = defaultdict(set)
    for row in rows:
        week = (day := row.at.astimezone(BERLIN).date()) - dt.timedelta(days=day.weekday())
        if row.job_id or row.actor_id is None or week not in weeks:
            continue
        written = row.verb in ("log", "note", "reply")
        counts[row.actor_id, SIGN_INS, week] += row.verb == "sign in"
        counts[row.actor_id, ENTRIES, week] += written and row.contact_id is not None
        if row.object_id and row.model != "crm.user" and row.verb in UPKEEP:
            records[row.actor_id, week].add((row.model, row.object_id))
    counts.update({(person, RECORDS, week): len(found) for (person, week), found in records.items()})
    return {key: count for key, count in counts.items() if count}


def test_figures_equal_plain_counting_and_lead_to_as_many_rows(house):
    manager, _, weeks = house
    rows = list(LogEntry.objects.all())
    found = adoption(manager, weeks)
    told = {(one.person.pk, name, week): count for one in found for (name, week), count in one.counts.items()}
    assert told == in_python(rows, weeks)
    assert [one.person.name for one in found] == ["Ada", "Ben", "Mia"]
    client = signed_in(manager)
    for measure in MEASURES:
        page = client.get(f"/people/adoption/?what={measure}&weeks=8")
        for line in page.context["rows"]:
            for count, url in line["cells"]:
                if count:
                    assert client.get(url).context["count"] == count, url
        assert page.context["total"] == sum(count for (_, name, _), count in told.items() if name == measure)


def test_the_file_has_all_three_measures(house):
    manager, people, _ = house
    sent = signed_in(manager).get("/people/adoption/export/?weeks=4")
    lines = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Person,Role,Week of,Sign-ins,Records kept up to date,Entries"
    assert len(lines) == 1 + 4 * len(people)
    assert LogEntry.objects.filter(verb="export", summary="Exported adoption by person and week").exists()


def test_the_file_is_for_those_who_may_take_the_log_away(house):
    client = signed_in(house[0])
    assert "/people/adoption/export/?weeks=8" in client.get("/people/adoption/").content.decode()
    AccessRule.objects.create(role=Role.MANAGER, model="crm.logentry", verb="export", scope=Scope.NONE)
    assert "/people/adoption/export/" not in client.get("/people/adoption/").content.decode()
    assert client.get("/people/adoption/export/").status_code == 403


def test_it_is_for_managers_and_administrators_and_asks_for_what_there_is(house):
    manager, people, weeks = house
    for person in people[1:]:
        assert signed_in(person).get("/people/adoption/").status_code == 403
    client = signed_in(manager)
    figure = f"/people/adoption/rows/?person={manager.pk}&what=entries&week="
    for wrong in ("x", "0001-01-01", (weeks[0] + dt.timedelta(days=1)).isoformat(), "9999-12-31"):
        assert client.get(figure + wrong).status_code == 404, wrong
    assert client.get("/people/adoption/?what=x&weeks=x").status_code == 200
