"""Somebody of each role signed in, and some rows of every table."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from crm.choices import Role, Scope, Verb
from crm.models import AccessRule, ExchangeRate, ImportRun, JobRun, JobWindow, StoredFile, User
from orders.models import Order

TODAY = "2026-03-31"


@pytest.fixture
def rows(db, tmp_path, settings) -> Callable[[int], None]:
    """`rows(3)`: a small demo company, and so many rows of the tables it leaves empty."""
    kept = settings.STORAGES["default"]
    settings.STORAGES = {**settings.STORAGES, "default": {**kept, "OPTIONS": {**kept["OPTIONS"], "location": tmp_path}}}

    def make(count: int) -> None:
        call_command("load_demo", "--customers", "60", "--until", TODAY, verbosity=0)
        for number in range(count):
            _make_one(number)

    return make


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
