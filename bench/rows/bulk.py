"""A tag for a tenth of the customers, all that match a filter, beside the bare UPDATE of the same rows; triggers on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import connection, transaction

from analytics.models import RfmScore
from bench.measuring import Line, alternate, beside, timed
from bench.world import MANAGER, World
from crm.bulk.changes import ADD_TAG, Change
from crm.bulk.choosing import Choice
from crm.bulk.jobs import run_bulk, start_bulk
from crm.jobs import SilentProgress
from crm.models import User

CONTACT = "contacts.contact"
CHANGE = Change(CONTACT, ADD_TAG, typed=("bench",))
BARE = """
UPDATE contacts_contact SET tags = array_append(tags, 'bench'), version = version + 1, updated_at = now()
WHERE archived_at IS NULL AND id IN (SELECT contact_id FROM analytics_rfmscore WHERE monetary >= %s)
"""


def taken_back(work: Callable[[], object]) -> None:
    """Do it, and undo it: the next round finds the same rows."""
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


def by_job(choice: Choice) -> None:
    """As the worker does it: rights, filter, history, one row of the log."""
    job = start_bulk(actor=User.objects.get(email=MANAGER), choice=choice, change=CHANGE, announced="all")
    run_bulk(job, SilentProgress())


def bare(least: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [least])


def measure(world: World) -> Iterator[Line]:
    """At least a fifth of the rate."""
    wanted = world.rows // 10
    least = RfmScore.objects.order_by("-monetary").values_list("monetary", flat=True)[wanted]
    choice = Choice(
        CONTACT, filter=json.dumps({"version": 1, "where": {"field": "revenue", "op": "at_least", "value": str(least)}})
    )
    rows = choice.rows(User.objects.get(email=MANAGER)).count()
    found = alternate(
        {
            "job": partial(timed, partial(taken_back, partial(by_job, choice))),
            "bare": partial(timed, partial(taken_back, partial(bare, least))),
        },
        rounds=3,
    )
    rate = rows / found["job"].median
    what = f"a tag for {rows:,} contacts that match ({rate:,.0f} rows/s)"
    yield beside("bulk", what, found["job"], found["bare"], most=5, name="UPDATE", unit="s")
