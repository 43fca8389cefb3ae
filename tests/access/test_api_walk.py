"""Every operation of the API x role x relation x method, with a token of each role, beside the law of the pages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from analytics.models import RfmScore
from contacts.models import Contact
from crm.api import openapi_document
from crm.choices import Role
from orders.models import LoyaltyMember, Subscription
from tests import factories as make
from tests.access.api_table import OPERATIONS, Operation
from tests.access.table import SCOPES
from tests.access.test_access_walk import METHODS, is_in_turn, reaches, worth_asking, writes
from tests.access.world import RELATIONS, World, build_world
from tests.drills.tally import IS_LONG
from tests.held import held

NOBODIES = ("no token", "no scope", "revoked", "ended", "inactive")
PLACEHOLDER = re.compile(r"\{\w+\}")
REFUSED = {"no token": 401, "revoked": 401, "ended": 401, "inactive": 401}
LIKE_CONTACTS = ("organization", "scored", "subscription")
FREE_OF_RIGHTS = {200, 201, 202, 204, 409, 412, 422}  # the caller may; what was sent may still be refused


@dataclass(frozen=True)
class Cell:
    operation_id: str
    method: str
    path: str


def described() -> list[Cell]:
    """The operations as the OpenAPI document describes them."""
    return [
        Cell(operation["operationId"], method.upper(), path)
        for path, operations in openapi_document()["paths"].items()
        for method, operation in operations.items()
    ]


def test_every_operation_is_in_the_table() -> None:
    assert sorted(cell.operation_id for cell in described()) == sorted(OPERATIONS)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Made once; every request is taken back."""
    with held(django_db_blocker):
        yield _widened(build_world())


def _widened(world: World) -> World:
    for place, contact in world.records["contact"].items():
        organization = make.make_contact(kind="organization", owner=contact.owner, team=contact.team)
        world.records.setdefault("organization", {})[place] = organization
        day = dt.date(2026, 1, 1)
        subscription = Subscription.objects.create(contact=contact, started_on=day, currency="EUR")
        world.records.setdefault("subscription", {})[place] = subscription
        LoyaltyMember.objects.create(contact=contact, joined_on=day)
    scored = set(RfmScore.objects.values_list("contact", flat=True))
    world.records["scored"] = {place: order.contact for place, order in world.records["order"].items()}
    assert {contact.pk for contact in world.records["scored"].values()} <= scored
    return world


def token_of(world: World, caller: str) -> str:
    """The secret of a token for this caller; the odd ones are an administrator's."""
    person = world.people[caller] if caller in world.people else world.people[Role.ADMIN]
    if caller == "no scope":
        return make.make_token(person, "jobs:read")
    if caller == "inactive":
        person = make.make_user(Role.ADMIN, is_active=False)
    fields = {"revoked": {"revoked_at": timezone.now()}, "ended": {"expires_at": timezone.now()}}.get(caller, {})
    return make.make_token(person, **fields)


def law(operation: Operation, caller: str, relation: str) -> int | None:
    """The status that the law demands; None where the caller may."""
    if caller in REFUSED:
        return REFUSED[caller]
    if caller == "no scope":
        return 403 if operation.scope not in ("", "jobs:read") else None
    scopes = SCOPES["contact" if operation.kind in LIKE_CONTACTS else operation.kind]
    if operation.has_record and not reaches(scopes["view"][caller], relation):
        return 404
    reach = scopes[operation.verb][caller]
    return None if (reaches(reach, relation) if operation.has_record else reach != "none") else 403


def cells(caller: str) -> Iterator[tuple[Cell, str, str]]:
    """Each operation in each relation that tells, by who is in turn; for who may do most and for who may do nothing
    also a method that the address does not have."""
    known = {(cell.path, cell.method): cell for cell in described()}
    first = {cell.path: cell.operation_id for cell in reversed(known.values())}
    for path, operation_id in first.items():
        unserved = [method for method in METHODS if (path, method) not in known]
        for method in METHODS:
            if method in unserved and not (caller in (Role.ADMIN, "no token") and is_in_turn(method, unserved, path)):
                continue
            cell = known.get((path, method), Cell("", method, path))
            asked = OPERATIONS.get(cell.operation_id)
            if asked is not None and asked.has_record and caller in Role.values:
                relations = worth_asking([law(asked, caller, one) for one in RELATIONS])
            else:
                relations = RELATIONS[:1]
            for relation in relations:
                may = [one for one in Role.values if asked is not None and law(asked, one, relation) is None]
                if is_in_turn(caller, may, path, method, relation):
                    yield cell, operation_id, relation


def ask(client: Client, cell: Cell, path: str, secret: str) -> tuple[int, int, str]:
    """Status, rows written and content type; all is rolled back."""
    body = OPERATIONS[cell.operation_id].body if cell.operation_id else None
    sent = {} if body is None else {"data": body, "content_type": "application/json"}
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    with transaction.atomic():
        before = writes()
        response = getattr(client, cell.method.lower())(path, headers=headers, **sent)
        written = writes() - before
        transaction.set_rollback(True)
    return response.status_code, written, response["Content-Type"]


def faults(world: World, caller: str) -> tuple[list[str], int]:
    """What is wrong with the answers to a caller, and how many were asked for."""
    client, secret = Client(raise_request_exception=False), "" if caller == "no token" else token_of(world, caller)
    role = caller if caller in world.people else Role.ADMIN
    wrong, count = [], 0
    for cell, described_id, relation in cells(caller):
        asked = OPERATIONS[described_id]
        pk = str(world.records[asked.kind][role, relation].pk) if asked.has_record else ""
        path = PLACEHOLDER.sub(pk, cell.path)
        status, written, content_type = ask(client, cell, path, secret)
        count += 1
        want = law(OPERATIONS[cell.operation_id], caller, relation) if cell.operation_id else 405
        place = f"{cell.method} {path}, {caller}, {relation}: {status}"
        if want is None and status not in FREE_OF_RIGHTS:
            wrong.append(f"{place}, the law says allowed")
        if want is not None and status != want:
            wrong.append(f"{place}, the law says {want}")
        if status >= 400 and content_type != "application/problem+json":
            wrong.append(f"{place} as {content_type}")
        if written and (status >= 400 or cell.method == "GET"):
            wrong.append(f"{place}, but {written} rows written")
    return wrong, count


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_every_operation_answers_a_token_as_the_law_says(role, world, record_property, settings) -> None:
    settings.CRM_API_CALLS_A_MINUTE = 100_000
    wrong, count = faults(world, role)
    record_property("access walk", count)
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_no_operation_answers_a_token_that_opens_nothing(world, record_property, settings) -> None:
    settings.CRM_API_CALLS_A_MINUTE = settings.CRM_API_FAILURES_A_MINUTE = 100_000
    for caller in NOBODIES if IS_LONG else NOBODIES[:2]:
        wrong, count = faults(world, caller)
        record_property("access walk", count)
        assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_a_session_opens_nothing_of_the_api(world) -> None:
    client = Client()
    client.force_login(world.people[Role.ADMIN])
    assert client.get("/api/v1/contacts").status_code == 401
    assert client.post("/api/v1/contacts", {"name": "x"}, content_type="application/json").status_code == 401
    assert not Contact.objects.filter(name="x").exists()
