"""Five roles at work on one demo company. `make days` lets each of them live an hour; the suite, each chore once."""

from __future__ import annotations

import os
import random

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from crm.models import User
from tests.analytics.bases import make_segments
from tests.browser.days import admin, agent, manager, marketer, rep
from tests.browser.days.day import Day
from tests.browser.test_customers import enter

MINUTES = float(os.environ.get("CRM_DAY_MINUTES", "0"))
CHORES = {
    "rep": rep.CHORES,
    "marketer": marketer.CHORES,
    "agent": agent.CHORES,
    "manager": manager.CHORES,
    "admin": admin.CHORES,
}
# by themselves where each lives for long, else after one another in one house
TURNS = [(role,) for role in CHORES] if MINUTES else [tuple(CHORES)]


@pytest.fixture
def house(transactional_db) -> None:
    make_segments()
    call_command("load_demo", customers=150 if not MINUTES else 2_000, verbosity=0)


@pytest.mark.timeout(180 + 180 * 5 + MINUTES * 60)
@pytest.mark.usefixtures("house", "real_worker")
@pytest.mark.parametrize("roles", TURNS, ids="-".join)
def test_a_day_at_work(browser: Browser, live_server, roles, say_at_the_end):
    for role in roles:
        with browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True) as context:
            page = context.new_page()
            user = User.objects.get(email=f"{role}@example.com")
            enter(page, live_server, user)
            day = Day(page, live_server.url, user, random.Random(role))
            day.live(CHORES[role], MINUTES * 60)
            say_at_the_end(f"day of a {role}: {len(day.done)} chores, no fault")
