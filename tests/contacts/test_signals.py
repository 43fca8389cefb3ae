"""What comes in bulk stands in the timeline as a line a month, with a count for each day behind it."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from contacts.choices import Channel
from contacts.models import Contact
from crm.timeline import read_timeline
from tests import factories as make

OPENS = 50_000
FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
INSERT = """
INSERT INTO contacts_interaction (contact_id, channel, direction, occurred_at, subject, body, outcome, created_at)
SELECT %s, %s, 'in', %s + n * interval '5 minutes', '', '', '', now() FROM generate_series(0, %s) AS n
"""


def opened(contact: Contact, channel: str, count: int) -> None:
    """So many from the first of January 2026 on, one every five minutes."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [contact.pk, channel, FIRST, count - 1])


def expected_days(count: int) -> dict[dt.date, int]:
    """How many fall on each day of the company, counted one by one."""
    found: dict[dt.date, int] = {}
    for number in range(count):
        day = timezone.localtime(FIRST + dt.timedelta(minutes=5 * number)).date()
        found[day] = found.get(day, 0) + 1
    return found


def days_shown(response) -> list[tuple[dt.date, int]]:
    return response.context["days"]


def test_fifty_thousand_opens_are_a_line_a_month_among_what_was_said(house):
    contact = make.make_contact(owner=house.rep)
    opened(contact, Channel.OPEN, OPENS)
    make.make_interaction(contact, subject="Asked for the price", occurred_at=FIRST + dt.timedelta(days=33))
    page = read_timeline(house.rep, contact)
    months = sorted({(day.year, day.month) for day in expected_days(OPENS)}, reverse=True)
    folded = [entry for entry in page.entries if entry.days_url]
    assert [(timezone.localtime(entry.at).year, timezone.localtime(entry.at).month) for entry in folded] == months
    assert [entry.title for entry in page.entries if not entry.days_url] == ["Asked for the price"]
    assert page.older_than is None
    assert all(entry.title.startswith("500+ mails opened in ") for entry in folded[1:])


def test_each_day_is_counted_when_the_line_is_opened(house):
    contact, other = make.make_contact(owner=house.rep), make.make_contact(owner=house.rep)
    opened(contact, Channel.OPEN, 3_000)
    opened(contact, Channel.CLICK, 400)
    opened(other, Channel.OPEN, 100)
    client, counts = make.signed_in(house.rep), expected_days(3_000)
    line = next(one for one in read_timeline(house.rep, contact, only="signals").entries if "open" in one.title)
    assert days_shown(client.get(line.days_url)) == sorted(counts.items(), reverse=True)
    clicks = client.get(f"/contacts/{contact.pk}/signals/?kind=click&month=2026-01")
    assert days_shown(clicks) == sorted(expected_days(400).items(), reverse=True)


@pytest.mark.parametrize(
    ("query", "code"), [("kind=phone&month=2026-01", 200), ("month=2026-13", 404), ("month=x", 404)]
)
def test_what_is_no_month_or_does_not_fold_shows_nothing(house, query, code):
    contact = make.make_contact(owner=house.rep)
    make.make_interaction(contact, occurred_at=FIRST)
    response = make.signed_in(house.rep).get(f"/contacts/{contact.pk}/signals/?{query}")
    assert response.status_code == code
    assert code == 404 or days_shown(response) == []


def test_the_days_are_for_who_may_see_the_contact(house):
    contact = make.make_contact(owner=house.stranger, team=house.stranger.team)
    assert make.signed_in(house.rep).get(f"/contacts/{contact.pk}/signals/").status_code == 404
