"""Signing in: by e-mail only, slowed down after failures, and silent about who has an account."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import User
from tests.accounts.conftest import PASSWORD, sign_in, signed_in_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mia")]


@pytest.mark.parametrize("email", ["mia@example.com", "MIA@Example.com", " mia@example.com "])
def test_the_right_password_signs_in_however_the_address_is_typed(email):
    assert sign_in(email, PASSWORD) == (302, [])


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer():
    wrong, unknown = sign_in("mia@example.com", "wrong"), sign_in("nobody@example.com", "wrong")
    assert wrong == unknown
    assert wrong[1] != []


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize("email", ["mia@example.com", "nobody@example.com"])
def test_after_five_failures_even_the_right_password_has_to_wait(email):
    for _ in range(5):
        sign_in(email, "wrong")
    status, said = sign_in(email, PASSWORD)
    assert status == 200
    assert said == ["Too many failed login attempts. Try again later."]


def test_nobody_can_sign_up():
    Client().post(reverse("account_signup"), {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert sign_in("eve@example.com", PASSWORD)[0] == 200


def test_a_person_who_left_cannot_sign_in(mia):
    mia.is_active = False
    mia.save()
    client = Client()
    client.post(reverse("account_login"), {"login": "mia@example.com", "password": PASSWORD})
    assert client.get("/jobs/")["Location"] == f"{reverse('account_login')}?next=/jobs/"


def failures(count: int, email: str = "mia@example.com", **headers: str) -> None:
    for number in range(count):
        address = {"REMOTE_ADDR": f"203.0.113.{number}", **headers}
        sign_in(email, "wrong", **address)


@pytest.mark.usefixtures("limits")
def test_a_stranger_who_fails_on_purpose_does_not_keep_a_colleague_out_of_their_own_browser():
    own = signed_in_client()
    own.post(reverse("account_logout"))
    failures(8)
    assert sign_in("mia@example.com", PASSWORD)[0] == 200
    assert sign_in("mia@example.com", PASSWORD, client=own)[0] == 302


@pytest.mark.usefixtures("limits")
def test_a_known_browser_has_five_tries_too():
    own = signed_in_client()
    own.post(reverse("account_logout"))
    for _ in range(5):
        sign_in("mia@example.com", "wrong", client=own)
    assert sign_in("mia@example.com", PASSWORD, client=own)[0] == 200


@pytest.mark.usefixtures("limits")
def test_a_browser_that_is_known_for_one_is_not_known_for_another():
    User.objects.create_user("eve@example.com", PASSWORD, name="Eve")
    eves = signed_in_client("eve@example.com")
    eves.post(reverse("account_logout"))
    failures(5)
    assert sign_in("mia@example.com", PASSWORD, client=eves)[0] == 200


@pytest.mark.usefixtures("limits")
def test_ten_failures_a_minute_from_one_place_are_the_most_whoever_is_tried():
    for number in range(10):
        sign_in(f"nobody{number}@example.com", "wrong", REMOTE_ADDR="203.0.113.5")
    assert sign_in("mia@example.com", PASSWORD, REMOTE_ADDR="203.0.113.5")[0] == 200
    assert sign_in("mia@example.com", PASSWORD, REMOTE_ADDR="203.0.113.6")[0] == 302


@pytest.mark.usefixtures("limits")
def test_another_place_in_a_header_is_not_believed():
    for number in range(200):
        sign_in(f"nobody{number}@example.com", "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert sign_in("mia@example.com", PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.250")[0] != 302


@pytest.mark.usefixtures("limits")
def test_another_host_or_spelling_does_not_give_more_tries():
    hosts = ["127.0.0.1", "localhost", "crm.example.com", "127.0.0.1", "localhost"]
    for host, email in zip(hosts, ["mia@example.com", "MIA@example.com", " mia@example.com"] * 2, strict=False):
        sign_in(email, "wrong", HTTP_HOST=host)
    assert sign_in("mia@example.com", PASSWORD, HTTP_HOST="other.example")[0] == 200


@pytest.mark.usefixtures("limits")
def test_the_administration_has_no_door_of_its_own():
    for _ in range(5):
        Client().post("/admin/login/", {"username": "mia@example.com", "password": PASSWORD})
    response = Client().post("/admin/login/", {"username": "mia@example.com", "password": PASSWORD})
    assert response["Location"].startswith(reverse("account_login"))
    failures(5)
    assert sign_in("mia@example.com", PASSWORD)[0] == 200


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/password/set/", "/accounts/confirm-email/"])
def test_pages_of_the_library_that_are_not_used_here_do_not_exist(path):
    assert signed_in_client().get(path).status_code == 404


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x"])
def test_nobody_is_led_elsewhere_after_signing_in(target):
    data = {"login": "mia@example.com", "password": PASSWORD, "next": target}
    assert Client().post(reverse("account_login"), data)["Location"] == "/"
