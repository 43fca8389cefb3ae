"""A person who signs in, the limits as the site has them, and the mail that was written to somebody."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from crm import settings as site
from crm.models import OutgoingMail, User
from tests import factories as make

PASSWORD = "a-good-password"


@pytest.fixture
def mia(db) -> User:
    make.make_company()
    return User.objects.create_user("mia@example.com", PASSWORD, name="Mia Keller")


@pytest.fixture
def limits(settings, db) -> None:
    """The limits of the site; nothing is counted yet."""
    settings.ACCOUNT_RATE_LIMITS = site.ACCOUNT_RATE_LIMITS
    cache.clear()


def sign_in(
    email: str, password: str = PASSWORD, client: Client | None = None, **headers: str
) -> tuple[int, list[str]]:
    """Try it, in a fresh browser unless one is given; the status, and what the form said."""
    data = {"login": email, "password": password}
    response = (client or Client()).post(reverse("account_login"), data, **headers)
    said = response.context["form"].non_field_errors() if response.context and "form" in response.context else []
    return response.status_code, list(said)


def signed_in_client(email: str = "mia@example.com", **headers: str) -> Client:
    """A browser that has signed in by the form."""
    client = Client(**headers)
    assert sign_in(email, client=client)[0] == 302
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("crm:profile")).status_code == 200


def link_in(mail: OutgoingMail) -> str:
    """The one link of a mail."""
    [link] = re.findall(r"https?://\S+", mail.text)
    return str(link)


def path_of(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)
