"""The daily tasks of a manager, counted: the forecast and its deals, retention and NPS with who stands behind."""

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from analytics.runs import run_steps
from contacts.models import Contact
from crm.choices import Role
from crm.models import User
from pipeline.models import Deal
from tests import factories as make
from tests.analytics.bases import Sale, make_base, make_segments
from tests.browser.hand import at_home
from tests.browser.tasks.counts import count
from tests.browser.test_customers import enter

SPRING, SUMMER = dt.date(2026, 2, 10), dt.date(2026, 5, 10)
AS_OF = dt.date(2026, 6, 30)


@pytest.fixture
def mara(transactional_db) -> User:
    """A manager; eight customers of the first quarter, of whom three came back in the second; two of ten answers are
    of detractors; a deal won this quarter."""
    make.make_company()
    make_segments()
    base = [Sale(number, SPRING, Decimal(10 * number)) for number in range(1, 9)]
    make_base([*base, *(Sale(number, SUMMER, Decimal(50)) for number in (1, 2, 8))])
    survey = make.make_survey()
    for day in (SPRING, SUMMER):
        at = dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)
        for score in (9, 10, 9, 10, 8, 7, 9, 10, 3, 6):
            make.make_response(make.make_contact(name=f"Gave {score} on {day}"), score, survey=survey, answered_at=at)
    make.make_pipeline("Talk")
    today = dt.datetime.now(tz=dt.UTC).date()
    make.make_deal(title="Forty frames", closed=("Won", today), opened_on=today)
    run_steps(actor=None, as_of=AS_OF, only=["rfm", "history", "retention", "satisfaction"])
    return make.make_user(Role.MANAGER, name="Mara Manager")


@pytest.mark.parametrize("way", ["keys", "pointer"])
def test_the_forecast_of_the_quarter_and_the_deals_behind_it(page: Page, live_server, mara, way):
    enter(page, live_server, mara)
    hand = at_home(page, live_server.url)
    if way == "keys":
        hand.press("g", "f")
    else:
        hand.click(page.get_by_role("link", name="Forecast", exact=True))
    won = page.locator(".figure-card", has_text="Won in Q")
    expect(won).to_contain_text("target")
    hand.click(won)
    expect(page.get_by_role("link", name="Forty frames")).to_be_visible()
    expect(page.locator("table[data-list] tbody tr")).to_have_count(Deal.objects.filter(outcome="won").count())
    count(10, way, hand)


@pytest.mark.parametrize(("way", "figure"), [("keys", "Did not come back"), ("pointer", "Detractors")])
def test_retention_and_nps_beside_the_quarter_before_and_who_stands_behind(page: Page, live_server, mara, way, figure):
    enter(page, live_server, mara)
    hand = at_home(page, live_server.url)
    if way == "keys":
        hand.press("g", "r")
    else:
        hand.click(page.get_by_role("link", name="Dashboard", exact=True))
    retention, nps = page.locator("#tile-retention"), page.locator("#tile-nps")
    expect(retention.or_(nps)).to_have_count(2)
    figures = page.locator(".dash-figures")
    expect(figures.filter(has_text="Raw retention")).to_contain_text("37.5")
    expect(figures.filter(has_text="Detractors")).to_contain_text("Q2 2026")
    hand.click(figures.locator("div", has_text=figure).get_by_role("link"))
    names = {f"Gave {score} on {SUMMER}" for score in (3, 6)}
    if figure == "Did not come back":
        names = set(
            Contact.objects.filter(external_id__in=[f"C{n}" for n in (3, 4, 5, 6, 7)]).values_list("name", flat=True)
        )
    rows = page.locator("table[data-list] tbody tr")
    expect(rows).to_have_count(len(names))
    for name in names:
        expect(rows.filter(has_text=name)).to_have_count(1)
    count(12, way, hand)
