"""The iCalendar feed, read by a library that other programs use; and the secret link."""

import datetime as dt

import icalendar
import pytest
from django.test import Client

from crm.agenda.actions import create_task
from crm.agenda.feeds import make_feed, revoke_feed
from crm.models import CalendarFeed
from tests import factories as make

pytestmark = pytest.mark.django_db
ODD = "Grüße; an “Müller, Söhne”\\ 🎉 " + "sehr " * 30
NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


@pytest.fixture
def mia(time_machine):
    time_machine.move_to(NOW, tick=False)
    make.make_company(time_zone="Europe/Berlin")
    return make.make_user(name="Mia Keller")


def read(secret: str) -> tuple[list[icalendar.Event], bytes]:
    answer = Client().get(f"/ics/{secret}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert calendar.errors == []
    return list(calendar.walk("VEVENT")), answer.content


def test_a_client_reads_titles_times_places_and_whole_days(mia):
    at = NOW + dt.timedelta(days=1)
    fields = {
        "title": ODD[:200],
        "due_on": at.date(),
        "due_at": at,
        "minutes": 45,
        "place": "Leeds, UK",
        "text": "a\nb",
    }
    create_task(actor=mia, record=make.make_contact(name="Okafor; Sons"), fields=fields)
    create_task(actor=mia, fields={"title": "Any time", "due_on": at.date()})
    create_task(actor=make.make_user(), fields={"title": "Somebody else's", "due_on": at.date()})
    events, content = read(make_feed(actor=mia, name="Phone")[1])
    whole, timed = sorted(events, key=lambda event: str(event["SUMMARY"]))
    assert str(timed["SUMMARY"]) == f"{ODD[:200]} – Okafor; Sons"
    assert (timed["DTSTART"].dt, timed["DTEND"].dt) == (at, at + dt.timedelta(minutes=45))
    assert (str(timed["LOCATION"]), str(timed["DESCRIPTION"])) == ("Leeds, UK", "a\nb")
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (at.date(), at.date() + dt.timedelta(days=1))
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)


def test_what_repeats_is_spelled_out_for_the_year_ahead(mia):
    fields = {"title": "Plan", "due_on": dt.date(2026, 3, 2), "due_at": NOW, "rule": "FREQ=WEEKLY;BYDAY=MO"}
    create_task(actor=mia, fields=fields)
    events, _ = read(make_feed(actor=mia, name="Phone")[1])
    assert len(events) == 53
    assert len({str(event["UID"]) for event in events}) == 53
    starts = sorted(event["DTSTART"].dt for event in events)
    assert starts[0] == NOW
    assert starts[5] == dt.datetime(2026, 4, 6, 7, tzinfo=dt.UTC), "nine in Berlin, in summer"


def test_a_link_is_kept_as_a_digest_and_opens_nothing_once_revoked(mia):
    feed, secret = make_feed(actor=mia, name="Phone")
    assert secret not in repr(CalendarFeed.objects.values().get())
    assert Client().get("/ics/wrong.ics").status_code == 404
    client = make.signed_in(mia)
    assert client.post(f"/calendar/links/{feed.pk}/revoke/").status_code == 302
    assert Client().get(f"/ics/{secret}.ics").status_code == 404
    revoke_feed(actor=mia, feed=feed)


def test_the_link_of_somebody_who_has_left_opens_nothing(mia):
    _, secret = make_feed(actor=mia, name="Phone")
    type(mia).objects.filter(pk=mia.pk).update(is_active=False)
    assert Client().get(f"/ics/{secret}.ics").status_code == 404


def test_the_page_shows_a_link_once(mia):
    client = make.signed_in(mia)
    page = client.post("/calendar/links/", {"name": "My phone"}).content.decode()
    assert "/ics/" in page
    assert "/ics/" not in client.get("/calendar/links/").content.decode()
