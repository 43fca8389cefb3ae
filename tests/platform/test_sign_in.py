"""Signing in: by e-mail only, slowed down after failures, and silent about who has an account."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

PASSWORD = "a-good-password"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def person(django_user_model):
    return django_user_model.objects.create_user("mia@example.com", PASSWORD)


@pytest.fixture
def limits(settings):
    """allauth's own limits, as the site has them."""
    del settings.ACCOUNT_RATE_LIMITS


def sign_in(email: str, password: str) -> tuple[int, list[str]]:
    """Try it in a fresh browser; the status, and what the form said."""
    response = Client().post(reverse("account_login"), {"login": email, "password": password})
    said = response.context["form"].non_field_errors() if response.context and "form" in response.context else []
    return response.status_code, list(said)


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


def test_asking_for_a_new_password_does_not_tell_who_has_an_account():
    pages = [
        Client().post(reverse("account_reset_password"), {"email": email}, follow=True).content.replace(b"mia", b"eve")
        for email in ("mia@example.com", "eve@example.com")
    ]
    assert len(pages[0]) == len(pages[1])
    assert [message.to for message in mail.outbox] == [["mia@example.com"]]


def test_a_person_who_left_cannot_sign_in(person):
    person.is_active = False
    person.save()
    client = Client()
    client.post(reverse("account_login"), {"login": "mia@example.com", "password": PASSWORD})
    assert client.get("/jobs/")["Location"] == f"{reverse('account_login')}?next=/jobs/"
