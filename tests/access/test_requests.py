"""Every address: no change without the token of a form, the policy and privacy headers on every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from crm.choices import Role
from tests.access.headers import header_faults
from tests.access.table import ADDRESSES
from tests.access.test_access_walk import all_names, path_of
from tests.access.world import World, build_world
from tests.held import held

pytestmark = pytest.mark.django_db
SENT_FROM_ELSEWHERE = {
    "leads:public_form",
    "incoming:hook",
    "leads:unsubscribe",
    "service:public_form",
    "service:help_seen",
    "service:help_vote",
    "campaigns:preferences",
    "campaigns:message_hook",
    "feedback:public_survey",
    "feedback:public_refusal",
}
OUTSIDE = ("account_login", "account_reset_password", "account_reset_password_done", "account_signup")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with held(django_db_blocker):
        yield build_world()


def test_no_address_takes_a_change_without_the_token_of_a_form(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[Role.ADMIN])
    taken = []
    for name, address in ADDRESSES.items():
        if "POST" in address.methods:
            status = client.post(path_of(name, address, world, Role.ADMIN, "own")).status_code
            taken += (
                []
                if status == 403 or (address.is_public and status == 302) or name in SENT_FROM_ELSEWHERE
                else [f"{name}: {status}"]
            )
    for name, pattern in all_names():
        if name.startswith(("account_", "mfa_")) and "<" not in str(pattern.pattern):
            status = client.post(reverse(name)).status_code
            taken += [] if status in (403, 405) else [f"{name}: {status}"]
    assert taken == []


def test_only_the_api_public_forms_and_hooks_which_know_no_cookies_go_without_that_token():
    free = {name for name, pattern in all_names() if getattr(pattern.callback, "csrf_exempt", False)}
    assert {name for name in free if not name.startswith("api")} == SENT_FROM_ELSEWHERE


def test_pages_outside_and_those_of_errors_bear_the_policy_too(world):
    """Those of the addresses are looked at by the walk."""
    client = Client()
    faults = {name: header_faults(client.get(reverse(name)), is_public=True) for name in OUTSIDE}
    client.force_login(world.people[Role.ADMIN])
    for path in ("/nowhere/", "/admin/"):
        faults[path] = header_faults(client.get(path), is_public=True)
    assert {name: found for name, found in faults.items() if found} == {}


def test_another_host_is_refused(settings):
    settings.ALLOWED_HOSTS = ["crm.example.com"]
    assert Client().get("/accounts/login/", HTTP_HOST="evil.example").status_code == 400
    assert Client().get("/healthz", HTTP_HOST="crm.example.com").status_code == 200


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(world):
    client = Client()
    client.post(reverse("account_login"), {"login": "rep@crm.example", "password": "a long pass phrase"})
    kinds = {name: (cookie["httponly"], cookie["samesite"]) for name, cookie in client.cookies.items()}
    assert len(kinds) >= 2
    assert set(kinds.values()) == {(True, "Lax")}
