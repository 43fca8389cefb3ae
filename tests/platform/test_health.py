"""The two addresses for machines, and the headers of every answer."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def policy(response) -> set[str]:
    return {part.strip() for part in response["Content-Security-Policy"].split(";")}


def test_healthz_answers_without_a_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_says_that_all_is_well(client):
    response = client.get("/readyz")
    needed = {name: response.json()[name] for name in ("database", "broker", "migrations", "disk")}
    assert needed == dict.fromkeys(needed, "ok")
    assert response.status_code == 200


@pytest.mark.django_db
def test_readyz_without_a_broker_answers_503(client):
    with override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0"):
        response = client.get("/readyz")
    found = response.json()
    assert (found["database"], found["broker"], found["migrations"]) == ("ok", "failing", "ok")
    assert response.status_code == 503


def test_health_takes_no_post(client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/healthz", "/accounts/login/", "/no-such-page/"])
def test_every_answer_has_the_policy(path):
    assert policy(Client(raise_request_exception=False).get(path)) == POLICY


@pytest.fixture
def somebody(db, django_user_model):
    """A person: without one, every page leads to the set-up page."""
    return django_user_model.objects.create_user("rep@example.com", "secret")


@pytest.mark.usefixtures("somebody")
def test_a_refused_post_has_the_policy():
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@example.com"})
    assert response.status_code == 403
    assert policy(response) == POLICY


@pytest.mark.usefixtures("somebody")
def test_strangers_are_sent_to_sign_in(client):
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next=/")


def test_a_signed_in_page_is_kept_by_no_cache(client, somebody):
    client.force_login(somebody)
    response = client.get("/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
