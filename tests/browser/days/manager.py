"""A manager: reads figures, follows them to customers, hands work out, looks at notices."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from contacts.models import Contact
from crm.models import User
from tests.browser.days.day import Day

PAGES = (
    "", "rfm/", "clv/", "churn/", "retention/", "cohorts/", "retention/contracts/", "retention/worth/", "runs/",
)  # fmt: skip
FIRST_NUMBER = re.compile(r"\d[\d,]*")


def read_every_page_of_figures(day: Day) -> None:
    for page in PAGES:
        day.go(f"/analytics/{page}")
        expect(day.page.locator("main h1").or_(day.page.locator("h1")).first).to_be_visible()
    chart = day.page.locator("[data-chart-canvas] canvas")
    day.go("/analytics/retention/")
    expect(chart.first).to_be_visible()


def follow_those_at_risk(day: Day) -> None:
    day.go("/analytics/churn/")
    card = day.page.locator(".figure-card", has_text="High risk")
    count = int(FIRST_NUMBER.search(card.locator(".figure-value").inner_text()).group().replace(",", ""))
    if count == 0:
        return
    card.click()
    day.says("Contacts", "h1")
    foot = day.page.locator(".table-foot span").first.inner_text()
    assert int(FIRST_NUMBER.search(foot).group().replace(",", "")) == count


def hand_out_customers(day: Day) -> None:
    rep = User.objects.get(email="rep@example.com")
    day.go("/")
    day.keys("g", "c")
    expect(day.page.locator("table[data-list]")).to_be_visible()
    day.settle()
    day.keys("j", "x", "j", "x", "a")
    expect(day.page.locator("#bulk-dialog .ts-control input")).to_be_focused()
    day.type(rep.name.split()[0])
    expect(day.page.locator("#bulk-dialog .option.active")).to_have_text(rep.name)
    day.keys("Enter")
    day.button("Assign: 2\u00a0contacts").click()
    day.told(f"Owner set to {rep.name}")


def take_a_bulk_change_back(day: Day) -> None:
    tag = f"wave{day.chance.randrange(10**6)}"
    day.go("/contacts/")
    day.keys("j", "x", "j", "x", "j", "x", "t")
    expect(day.page.get_by_label("Tag", exact=True)).to_be_focused()
    day.type(tag)
    day.keys("Enter")
    day.told("3\u00a0contacts")
    assert Contact.objects.filter(tags__contains=[tag]).count() == 3
    day.page.locator("#toasts").get_by_role("link", name="Take it back").first.click()
    day.button("Take it back").click()
    day.page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(day.page.locator("h1")).to_contain_text("Taken back")
    assert Contact.objects.filter(tags__contains=[tag]).count() == 0


def let_contracts_renew_by_themselves(day: Day) -> None:
    day.go("/subscriptions/")
    day.keys("j", "x", "j", "x")
    day.button("Edit a field").click()
    day.page.locator("#bulk-dialog select[name=field]").select_option(label="Renews by itself")
    day.page.locator("#bulk-dialog select[name=value]").select_option(label="yes")
    day.button(re.compile("^Edit a field: 2")).click()
    day.told("Renews by itself set to yes")
    day.page.locator("#toasts").get_by_role("link", name="Take it back").first.click()
    day.button("Take it back").click()
    day.page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(day.page.locator("h1")).to_contain_text("Taken back")


def look_at_a_colleagues_week(day: Day) -> None:
    day.go("/calendar/")
    who = day.page.get_by_label("Whose calendar")
    name = day.chance.choice(who.locator("option").all_inner_texts()[1:])
    who.select_option(label=name)
    day.settle()
    expect(day.page.locator(".page-note").filter(has_text=name)).to_be_visible()


def read_notices_and_jobs(day: Day) -> None:
    for path in ("/notices/", "/jobs/", "/imports/", "/"):
        day.go(path)
        expect(day.page.locator("h1").first).to_be_visible()


CHORES = (
    read_every_page_of_figures,
    follow_those_at_risk,
    hand_out_customers,
    take_a_bulk_change_back,
    let_contracts_renew_by_themselves,
    look_at_a_colleagues_week,
    read_notices_and_jobs,
)
