"""Second factors: set up, asked for, used once, limited, sealed; and enforced where a role needs one."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.second_factor import has_second_factor
from crm.choices import Role
from crm.models import Company, LogEntry, OutgoingMail, User
from crm.rest.actions import issue_token
from tests import factories as make
from tests.access.table import ADDRESSES
from tests.access.test_access_walk import all_names, path_of
from tests.access.world import build_world
from tests.accounts.codes import code_of
from tests.accounts.conftest import is_signed_in, sign_in, signed_in_client

AUTHENTICATE = reverse("mfa_authenticate")
pytestmark = pytest.mark.django_db


def set_up(client: Client) -> str:
    """Add an app; its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = str(page.context["form"].secret)
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    return secret


@pytest.fixture
def secret(mia) -> str:
    found = set_up(signed_in_client())
    cache.clear()  # the code of the set-up may be typed again
    return found


def half_signed_in() -> Client:
    """A browser in which the password was right, before the code."""
    client = Client()
    client.post(reverse("account_login"), {"login": "mia@example.com", "password": "a-good-password"})
    assert not is_signed_in(client)
    return client


def test_the_codes_of_the_test_are_those_of_the_rfc():
    assert code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at=59) == "287082"


def test_the_password_alone_opens_nothing_any_more(secret):
    client = half_signed_in()
    assert client.get("/").status_code == 302
    client.post(AUTHENTICATE, {"code": code_of(secret)})
    assert is_signed_in(client)


def test_a_wrong_code_opens_nothing(secret):
    client = half_signed_in()
    wrong = f"{(int(code_of(secret)) + 1) % 10**6:06}"
    assert client.post(AUTHENTICATE, {"code": wrong}).status_code == 200
    assert not is_signed_in(client)


def test_a_code_is_good_once_as_long_as_it_could_be_good(secret):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        code = code_of(secret)
        half_signed_in().post(AUTHENTICATE, {"code": code})
        for seconds in (0, 29, 31):
            clock.move_to(now + dt.timedelta(seconds=seconds))
            thief = half_signed_in()
            thief.post(AUTHENTICATE, {"code": f"{code[:3]} {code[3:]}"})
            assert not is_signed_in(thief)


def test_a_clock_that_is_half_a_minute_off_does_no_harm_and_more_does(secret):
    for seconds, opens in ((-30, True), (30, True), (-90, False), (90, False)):
        client = half_signed_in()
        client.post(AUTHENTICATE, {"code": code_of(secret, at=timezone.now().timestamp() + seconds)})
        assert is_signed_in(client) is opens


@pytest.mark.usefixtures("limits")
def test_ten_codes_are_not_tried(secret):
    client = half_signed_in()
    for number in range(5):
        client.post(AUTHENTICATE, {"code": f"{number:06}"}, REMOTE_ADDR=f"203.0.113.{number}")
    client.post(AUTHENTICATE, {"code": code_of(secret)}, REMOTE_ADDR="203.0.113.99")
    assert not is_signed_in(client)


def test_a_recovery_code_opens_once(secret, mia):
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    for opens in (True, False):
        client = half_signed_in()
        client.post(AUTHENTICATE, {"code": codes[0]})
        assert is_signed_in(client) is opens


def test_secrets_are_sealed_where_they_stand(secret):
    codes = Authenticator.objects.get(type="recovery_codes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, ' ') FROM mfa_authenticator a")
        stored = cursor.fetchone()[0]
    seeds = [authenticator.data.get("seed", "") for authenticator in [codes]]
    assert secret not in stored
    assert all(code not in stored for code in codes.wrap().get_unused_codes())
    assert seeds[0].startswith("gAAAA")


def test_secrets_can_be_read_after_the_key_was_changed_and_sealed_anew(secret, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 5, [old]
    call_command("rotate_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    client = half_signed_in()
    client.post(AUTHENTICATE, {"code": code_of(secret)})
    assert is_signed_in(client)


def test_with_the_key_gone_no_code_fits_and_no_page_breaks(secret, settings):
    settings.SECRET_KEY = "another key " * 5
    client = half_signed_in()
    assert client.post(AUTHENTICATE, {"code": code_of(secret)}).status_code == 200
    assert not is_signed_in(client)


def test_the_person_is_told_by_mail_and_the_log_keeps_it(mia, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        set_up(signed_in_client())
    assert "An authenticator app was added to your sign-in" in [mail.subject for mail in OutgoingMail.objects.all()]
    assert LogEntry.objects.filter(verb="change sign-in", object_id=mia.pk).exists()


def test_an_administrator_takes_them_away_from_who_lost_the_phone(secret, mia):
    admin = make.signed_in(make.make_user(Role.ADMIN))
    admin.post(reverse("crm:person_factors_remove", args=[mia.pk]))
    assert not has_second_factor(mia)
    assert sign_in(mia.email)[0] == 302


@pytest.fixture
def enforced(db):
    """Administrators need a second factor; everything that the walk of addresses knows is there."""
    world = build_world()
    Company.objects.update(second_factor_roles=[Role.ADMIN])
    return world


def test_who_must_have_one_and_has_none_reaches_no_address(enforced):
    client = make.signed_in(enforced.people[Role.ADMIN])
    reached = []
    for name, address in ADDRESSES.items():
        for method in address.methods:
            response = client.generic(method, path_of(name, address, enforced, Role.ADMIN, "own"))
            is_led = response.status_code == 302 and response["Location"] == reverse("mfa_index")
            is_led |= name == "short:api" and response.status_code == 403  # programs are told, not led
            reached += [] if is_led or address.is_public else [f"{method} {name}: {response.status_code}"]
    for name, pattern in all_names():
        if (
            name.startswith(("admin:", "account_"))
            and "<" not in str(pattern.pattern)
            and "(?P" not in str(pattern.pattern)
        ):
            response = client.get(reverse(name))
            is_led = response.status_code == 302 and response["Location"] == reverse("mfa_index")
            is_open = name in OPEN or not getattr(pattern.callback, "login_required", True)
            reached += [] if is_led or is_open else [f"GET {name}: {response.status_code}"]
    assert reached == []


OPEN = {"account_logout", "account_reauthenticate", "account_login", "account_signup", "account_inactive"}


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}])
def test_fragments_are_refused_with_a_sentence(enforced, headers):
    client = make.signed_in(enforced.people[Role.ADMIN])
    response = client.get("/contacts/", headers=headers)
    assert (response.status_code, b"second factor" in response.content) == (403, True)


def test_after_the_set_up_everything_is_open_and_others_never_were_asked(enforced):
    client = make.signed_in(enforced.people[Role.ADMIN])
    set_up(client)
    assert client.get("/contacts/").status_code == 200
    assert make.signed_in(enforced.people[Role.REP]).get("/contacts/").status_code == 200


def test_a_token_of_the_api_opens_nothing_before_the_set_up(enforced):
    admin = enforced.people[Role.ADMIN]
    _, secret = issue_token(actor=admin, name="Script", scopes=["contacts:read"])
    response = Client().get("/api/v1/contacts", headers={"Authorization": f"Bearer {secret}"})
    assert (response.status_code, json.loads(response.content)["code"]) == (403, "second_factor_needed")


def test_an_administrator_says_which_roles_need_one(mia):
    admin = make.signed_in(make.make_user(Role.ADMIN))
    data = {"name": "Northwind", "time_zone": "UTC", "currency": "EUR", "second_factor_roles": ["admin", "manager"]}
    admin.post(reverse("admin:crm_company_change", args=[1]), data)
    assert Company.objects.get().second_factor_roles == ["admin", "manager"]


def test_administrators_need_one_from_the_start_where_others_come_in(settings, db):
    settings.CRM_SECOND_FACTOR_ROLES = ["admin"]
    assert Company(name="Northwind").second_factor_roles == ["admin"]
    assert User.objects.count() == 0
