"""A forgotten password, and a new one: links, who gets them, and what strangers learn."""

from __future__ import annotations

import os
import re
import statistics
import time

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from crm.accounts.actions import answer_password_requests, change_password
from crm.accounts.addresses import sign_in_address
from crm.accounts.sessions import hash_of
from crm.models import LogEntry, OutgoingMail, PasswordRequest, Session, User
from tests.accounts.conftest import PASSWORD, is_signed_in, link_in, path_of, sign_in, signed_in_client
from tests.accounts.hashing import CountingHasher

RESET = reverse("account_reset_password")
TRIES = 50
KNOWN, UNKNOWN = "mia@example.com", "eve@example.com"


def ask(email: str, **headers: str) -> Client:
    client = Client(**headers)
    client.post(RESET, {"email": email})
    return client


def mail_for(email: str) -> OutgoingMail:
    ask(email)
    answer_password_requests()
    return OutgoingMail.objects.get(recipient=email)


def test_the_link_begins_with_the_sites_own_address_whatever_host_was_asked(mia, settings):
    settings.CRM_BASE_URL = "https://crm.example.com"
    ask("mia@example.com", HTTP_HOST="evil.example")
    answer_password_requests()
    mail = OutgoingMail.objects.get()
    assert link_in(mail).startswith("https://crm.example.com/accounts/password/reset/key/")
    assert "evil" not in mail.text + mail.subject + str(mail.headers)


def test_the_link_sets_a_password_once_and_ends_what_was_open(mia):
    before = signed_in_client()
    link = path_of(link_in(mail_for("mia@example.com")))
    client = Client()
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "quite another one", "password2": "quite another one"})
    assert sign_in("mia@example.com", "quite another one")[0] == 302
    assert sign_in("mia@example.com", PASSWORD)[0] == 200
    assert not is_signed_in(before)
    assert b"no longer works" in Client().get(link).content
    assert LogEntry.objects.filter(verb="set password", object_id=mia.pk).count() == 1
    assert OutgoingMail.objects.filter(text__contains="set anew by a link").count() == 1


@pytest.mark.parametrize("typed", ["MIA@Example.com", " mia@example.com", "mia@example.com"])
def test_the_mail_goes_to_the_stored_address(mia, typed):
    ask(typed)
    answer_password_requests()
    assert OutgoingMail.objects.get().recipient == "mia@example.com"


@pytest.mark.parametrize(
    "lookalike", ["m\u0131a@example.com", "m\u0130a@example.com", "mia@examp\u0142e.com", "mia@example.com.evil.test"]
)
def test_an_address_that_only_looks_alike_gets_nothing(mia, lookalike):
    ask(lookalike)
    answer_password_requests()
    assert not OutgoingMail.objects.exclude(recipient="mia@example.com").exists()


@pytest.mark.parametrize("typed", ["m\u0131ke@x.com", "\u017fam@x.com", "\u212ai@x.com", "MIA@EXAMPLE.com"])
def test_nobody_is_made_with_an_address_that_looks_like_anothers(mia, typed):
    with pytest.raises(ValidationError):
        sign_in_address(typed)


def test_who_was_made_by_an_import_and_never_invited_gets_no_link(mia):
    User.objects.create_user("new@example.com", None, name="New")
    ask("new@example.com")
    answer_password_requests()
    assert not OutgoingMail.objects.exists()


def test_who_left_gets_no_link(mia):
    User.objects.update(is_active=False)
    ask("mia@example.com")
    answer_password_requests()
    assert (OutgoingMail.objects.count(), PasswordRequest.objects.count()) == (0, 0)


def test_asking_again_within_minutes_sends_no_second_mail(mia):
    for _ in range(3):
        ask("mia@example.com")
    assert answer_password_requests() == 3
    assert OutgoingMail.objects.count() == 1


def test_a_request_that_no_worker_has_seen_waits_for_the_next(mia):
    ask("mia@example.com")
    assert PasswordRequest.objects.count() == 1
    assert OutgoingMail.objects.count() == 0


@pytest.mark.usefixtures("limits")
def test_asking_for_one_address_again_and_again_is_refused_for_known_and_unknown(mia):
    for email in ("mia@example.com", "nobody@example.com"):
        seen = [Client(REMOTE_ADDR=f"203.0.113.{n}").post(RESET, {"email": email}).status_code for n in range(5)]
        assert seen == [302, 302, 302, 429, 429]


def test_a_changed_password_ends_all_other_sessions_but_not_this_one(mia):
    other, here = signed_in_client(), signed_in_client()
    key = here.session.session_key
    data = {"oldpassword": PASSWORD, "password1": "quite another one", "password2": "quite another one"}
    assert here.post(reverse("account_change_password"), data).status_code == 302
    assert Session.objects.get(user=mia).key_hash == hash_of(here.session.session_key), "before the other asks again"
    assert (is_signed_in(here), is_signed_in(other)) == (True, False)
    assert here.session.session_key != key


def test_a_password_set_by_an_administrator_ends_every_session(mia):
    client = signed_in_client()
    change_password(actor=None, user=mia, password="quite another one")
    assert not Session.objects.filter(user=mia).exists(), "before the browser asks again"
    assert not is_signed_in(client)


def answers(path: str, data: dict[str, str]) -> tuple[int, str, float]:
    """Status, page (the address taken out of it) and the seconds of one answer."""
    client = Client()
    started = time.perf_counter()
    response = client.post(path, data)
    seconds = time.perf_counter() - started
    page = response.content.decode() + response.get("Location", "")
    return response.status_code, hide_tokens(page.replace(data.get("login") or data["email"], "ADDRESS")), seconds


def asked_with(path: str, email: str) -> dict[str, str]:
    return {"login": email, "password": "wrong"} if path == "account_login" else {"email": email}


@pytest.mark.parametrize(("path", "hashings"), [("account_login", 1), ("account_reset_password", 0)])
def test_a_stranger_learns_nothing_from_text_or_status_or_work(mia, settings, path, hashings):
    """The same answer for a known and an unknown address, after hashing a password and keeping a request as often."""
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.CountingHasher"]
    mia.set_password(PASSWORD)
    mia.save()
    seen = []
    for email in (KNOWN, UNKNOWN):
        CountingHasher.hashed.clear()
        kept = PasswordRequest.objects.count()
        status, page, _ = answers(reverse(path), asked_with(path, email))
        seen.append((status, page, list(CountingHasher.hashed), PasswordRequest.objects.count() - kept))
    assert seen[0] == seen[1]
    assert seen[0][2] == [CountingHasher.iterations] * hashings


@pytest.mark.skipif("CRM_DRILLS" not in os.environ, reason="measures time: only where nothing else works")
@pytest.mark.parametrize("path", ["account_login", "account_reset_password"])
def test_a_stranger_learns_nothing_from_time(mia, settings, path):
    """Known and unknown in turns, so that what slows the machine slows both; the slow passwords of the site."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    mia.set_password(PASSWORD)
    mia.save()
    seen: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for number in range(TRIES):
        for email in sorted(seen, reverse=bool(number % 2)):
            seen[email].append(answers(reverse(path), asked_with(path, email))[2])
    # what hurries: the faster half of the tries, in which nothing else took the processor
    medians = [statistics.median(sorted(tries)[: TRIES // 2]) for tries in seen.values()]
    assert max(medians) / min(medians) < 1.10


def hide_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
