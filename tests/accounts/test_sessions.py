"""Sessions: seen, ended, ended by themselves, and of no use to who reads the table."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.sessions import SessionStore
from crm.choices import Role
from crm.models import Session
from tests import factories as make
from tests.accounts.conftest import is_signed_in, sign_in, signed_in_client

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(mia) -> Client:
    return signed_in_client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="192.0.2.7")


@pytest.fixture
def phone(mia) -> Client:
    return signed_in_client(HTTP_USER_AGENT=PHONE, REMOTE_ADDR="198.51.100.9")


def test_the_page_shows_device_place_and_which_is_this_one(desk, phone):
    page = desk.get(reverse("crm:session_list")).content.decode()
    [here] = [line for line in page.split("<li") if "this one" in line]
    assert "Firefox on Linux" in here
    assert "Safari on iPhone" in page
    assert ("192.0.2.7" in page, "198.51.100.9" in page) == (True, True)


def test_what_a_proxy_claims_counts_only_where_there_is_one(mia, settings):
    client = signed_in_client(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="203.0.113.1")
    assert Session.objects.get().ip == "192.0.2.7"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client.get("/profile/", headers={"x-forwarded-for": "6.6.6.6, 203.0.113.1"})
    assert Session.objects.get().ip == "203.0.113.1"


def test_a_session_is_ended_from_another(desk, phone):
    row = Session.objects.get(ip="198.51.100.9")
    assert is_signed_in(phone)
    desk.post(reverse("crm:session_end", args=[row.pk]))
    assert (is_signed_in(desk), is_signed_in(phone)) == (True, False)


def test_all_others_are_ended_at_once(desk, phone):
    third = signed_in_client()
    desk.post(reverse("crm:other_sessions_end"))
    assert [is_signed_in(client) for client in (desk, phone, third)] == [True, False, False]


def test_nobody_ends_the_session_of_another(desk):
    stranger = make.signed_in(make.make_user())
    row = Session.objects.get(ip="192.0.2.7")
    assert stranger.post(reverse("crm:session_end", args=[row.pk])).status_code == 404
    assert is_signed_in(desk)


def test_a_session_ends_after_twelve_hours_without_a_request(desk):
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(hours=11, minutes=50)) as clock:
        assert is_signed_in(desk)
        clock.shift(dt.timedelta(hours=11, minutes=50))
        assert is_signed_in(desk)
        clock.shift(dt.timedelta(hours=12, minutes=1))
        assert not is_signed_in(desk)


def test_a_session_ends_two_weeks_after_it_began_however_busy(desk):
    with time_machine.travel(timezone.now()) as clock:
        seen = []
        for _ in range(34):
            clock.shift(dt.timedelta(hours=10))
            seen.append(is_signed_in(desk))
    assert seen == [True] * 33 + [False]


def test_what_has_ended_is_taken_out_of_the_table(desk, phone):
    Session.objects.filter(ip="192.0.2.7").update(seen_at=timezone.now() - dt.timedelta(hours=13))
    SessionStore.clear_expired()
    assert [row.ip for row in Session.objects.all()] == ["198.51.100.9"]


def test_signing_in_changes_the_key_that_the_browser_had_before(mia):
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "by a stranger"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = before = str(session.session_key)
    sign_in("mia@example.com", client=client)
    assert client.session.session_key != before
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not is_signed_in(thief)


def test_a_cookie_that_was_copied_is_of_no_use_after_signing_out(desk):
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = desk.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_signed_in(thief)
    desk.post(reverse("account_logout"))
    assert not is_signed_in(thief)


def test_the_table_holds_nothing_that_opens_a_session(desk):
    key = desk.cookies[settings.SESSION_COOKIE_NAME].value
    row = Session.objects.get()
    assert key not in row.key_hash + row.data
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.key_hash
    assert not is_signed_in(thief)


def test_an_ended_session_does_not_come_back_with_a_late_save(desk):
    store = desk.session
    assert store["_auth_user_id"]
    Session.objects.all().delete()
    store["late"] = 1
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


def test_who_is_switched_off_by_an_administrator_is_out_at_once_and_stays_out(desk, mia):
    admin = make.signed_in(make.make_user(Role.ADMIN))
    form = {"email": mia.email, "name": mia.name, "role": mia.role}
    admin.post(reverse("admin:crm_user_change", args=[mia.pk]), form)
    mia.refresh_from_db()
    assert (mia.is_active, Session.objects.filter(user=mia).count()) == (False, 0)
    mia.is_active = True
    mia.save()
    assert not is_signed_in(desk)


def test_an_administrator_ends_all_sessions_of_a_person(desk, phone, mia):
    admin = make.signed_in(make.make_user(Role.ADMIN))
    admin.post(reverse("crm:person_sessions_end", args=[mia.pk]))
    assert (is_signed_in(desk), is_signed_in(phone), is_signed_in(admin)) == (False, False, True)


def test_a_request_writes_that_the_person_was_here_at_most_once_a_minute(desk):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5), tick=False):
        is_signed_in(desk)
        seen = Session.objects.get().seen_at
        assert seen == timezone.now()
    with time_machine.travel(seen + dt.timedelta(seconds=30), tick=False):
        is_signed_in(desk)
    assert Session.objects.get().seen_at == seen


def test_a_page_opens_where_the_server_does_not_tell_who_asks(desk) -> None:
    assert Client().get("/accounts/login/", REMOTE_ADDR="").status_code == 200
