"""Somebody of each role signed in, and some rows of every table."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from crm.choices import Role, Scope, Verb
from crm.models import AccessRule, ExchangeRate, ImportRun, JobRun, JobWindow, StoredFile, User
from orders.models import Order
from tests.held import held

TODAY = "2026-03-31"


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """A small demo company, and three rows of the tables that it leaves empty, for all tests of a module."""
    kept = cast(dict[str, Any], settings.STORAGES["default"])
    place = {**kept, "OPTIONS": {**kept["OPTIONS"], "location": tmp_path_factory.mktemp("files")}}
    with override_settings(STORAGES={**settings.STORAGES, "default": place}), held(django_db_blocker):
        call_command("load_demo", "--customers", "60", "--until", TODAY, verbosity=0)
        for number in range(3):
            _make_one(number)
        yield


@pytest.fixture
def sign_in(db) -> Callable[[str], Client]:
    """A client signed in as somebody of this role."""

    def enter(role: str) -> Client:
        user, _ = User.objects.get_or_create(email=f"{role}@crm.example", defaults={"name": role.title(), "role": role})
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def admin_client(sign_in) -> Client:
    return sign_in(Role.ADMIN)


def _make_one(number: int) -> None:
    user = User.objects.order_by("id")[number]
    file = StoredFile(name=f"rows-{number}.csv", owner=user)
    file.file.save("rows.csv", ContentFile(b"a,b"), save=True)
    job = JobRun.objects.create(kind="import", title=f"Import {number}", actor=user, result_file=file)
    ImportRun.objects.create(kind="contacts", file=file, actor=user, job=job, rejected_file=file)
    JobWindow.objects.create(job="nightly", window=f"2026-03-{number + 1:02d}")
    ExchangeRate.objects.create(currency="CHF", valid_from=timezone.localdate().replace(day=number + 1), rate="1.05")
    role = list(Role)[number % 4]
    AccessRule.objects.create(role=role, model="orders.product", verb=Verb.VIEW, scope=Scope.ALL)
    assert Order.objects.exists()
