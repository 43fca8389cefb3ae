"""Every address x role x relation x method, compared with the law in `table.py`; after a refusal nothing is written.
Every page has the headers that keep it private."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zlib import crc32

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm.choices import Role
from tests.access.headers import header_faults
from tests.access.table import ADDRESSES, SCOPES, Address
from tests.access.world import RELATIONS, World, build_world
from tests.drills.tally import IS_LONG
from tests.held import held

ROLES = (*Role.values, "anonymous")
PARTS = 3  # of the addresses, so that no test is long
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FOREIGN = ("admin", "account", "mfa", "invitation", "api")  # walked by rules of their own, here and in test_api_walk.py
WRITES_SQL = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
WHERE relname NOT IN ('crm_session', 'crm_cache', 'crm_apiuse', 'contacts_contactlook', 'crm_exportedcontacts')
"""


def all_names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named address of the site with its namespace."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from all_names(entry, inner)
        else:
            yield f"{namespace}{entry.name}", entry


def own_names() -> list[str]:
    return sorted({name for name, _ in all_names() if name.split(":")[0].split("_")[0] not in FOREIGN})


def worth_asking(wants: Sequence[set[int] | int | None]) -> tuple[str, ...]:
    """The relations to ask for, given what the law says of each. Where it says the same of all, one tells: the
    stranger's record where all are allowed, the own one where none is; `make drills` asks for all the same."""
    if IS_LONG or any(want != wants[0] for want in wants):
        return RELATIONS
    return RELATIONS[-1:] if wants[0] is None else RELATIONS[:1]


def is_in_turn(one: str, alike: Sequence[str], *of: str) -> bool:
    """Whether to ask: of those that are answered alike, as roles that may are, one in turn; all in `make drills`."""
    return IS_LONG or one not in alike or one == alike[crc32(":".join(of).encode()) % len(alike)]


def reaches(scope: str, relation: str) -> bool:
    return scope == "all" or (scope == "team" and relation in ("own", "mate")) or (scope == "own" and relation == "own")


def expected(address: Address, role: str, relation: str, method: str) -> set[int] | None:
    """Status codes that the law demands; None: anything but a refusal or a server error."""
    verb = address.methods.get(method)
    if verb is None:
        return {302, 403, 404, 405} if role == "anonymous" or address.is_public else {403, 404, 405}
    if role == "anonymous":
        return None if address.is_public else {302}
    scopes = SCOPES[address.kind]
    may_know = not address.has_record or reaches(scopes["view"][role], relation)
    if not may_know:
        return {404}
    reach = scopes[verb][role]
    allowed = reaches(reach, relation) if address.has_record else reach != "none"
    return None if allowed else {403}


def writes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WRITES_SQL)
        return int(cursor.fetchone()[0])


class Asking:
    """One person's requests, each taken back; the database counts what was written, of what was taken back too."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.written = writes()

    def ask(self, method: str, path: str, data: dict[str, str]) -> tuple[Any, int]:
        """The answer, and how many rows were written."""
        with transaction.atomic():
            response = self._answer(method, path, data)
            if response.streaming:
                b"".join(response.streaming_content)
            before, self.written = self.written, writes()
            transaction.set_rollback(True)
        return response, self.written - before

    def _answer(self, method: str, path: str, data: dict[str, str]) -> Any:
        if method in ("PUT", "PATCH"):
            return self.client.generic(method, path)
        return getattr(self.client, method.lower())(path, data)


def test_every_address_is_in_the_table() -> None:
    assert set(own_names()) == set(ADDRESSES)


def path_of(name: str, address: Address, world: World, role: str, relation: str) -> str:
    if not address.has_record:
        return reverse(name)
    known = role if role in Role.values else Role.REP
    return reverse(name, args=[world.records[address.kind][known, relation].pk])


def cells_of(name: str, address: Address, role: str) -> Iterator[tuple[str, str]]:
    """Each method that is served for each relation that tells, by who is in turn; of the others one in turn, for who
    may do most and for who may do nothing."""
    unserved = [method for method in METHODS if method not in address.methods]
    for method in METHODS:
        if method in address.methods:
            wants = [expected(address, role, relation, method) for relation in RELATIONS]
            for relation in worth_asking(wants) if address.has_record else RELATIONS[:1]:
                may = [one for one in Role.values if expected(address, one, relation, method) is None]
                if is_in_turn(role, may, name, method, relation):
                    yield relation, method
        elif role in (Role.ADMIN, "anonymous") and is_in_turn(method, unserved, name):
            yield RELATIONS[0], method


def fault_of(status: int, written: int, want: set[int] | None, method: str, verb: str | None) -> str:
    """What is wrong with an answer; nothing where it is as the law says. An export is one row of the log, a
    tracked link one of its own."""
    if want is None and (status in (403, 404, 405) or status >= 500):
        return f"{status}, the law says allowed"
    if want is not None and status not in want:
        return f"{status}, the law says {want}"
    if verb == "export" and want is None:
        return "" if written == 1 else f"{status}, but {written} rows written instead of one of the log"
    if verb == "note" and want is None:
        return "" if written == 1 else f"{status}, but {written} rows written instead of one that notes the look"
    if written and (want is not None or method == "GET"):
        return f"{status}, but {written} rows written"
    return ""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Made once; every request is taken back."""
    with held(django_db_blocker):
        yield build_world()


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_a_role_as_the_law_says(role: str, part: int, world: World, record_property) -> None:
    client = Client(raise_request_exception=False)
    if role in world.people:
        client.force_login(world.people[role])
    asking = Asking(client)
    wrong, cells = [], 0
    for name, address in list(ADDRESSES.items())[part::PARTS]:
        for relation, method in cells_of(name, address, role):
            response, written = asking.ask(method, path_of(name, address, world, role, relation), address.data)
            want = expected(address, role, relation, method)
            fault = fault_of(response.status_code, written, want, method, address.methods.get(method))
            faults = [fault, *header_faults(response, is_public=address.is_public)]
            wrong += [f"{method} {name}, {relation}: {fault}" for fault in faults if fault]
            cells += 1
    record_property("access walk", cells)
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_the_admin_opens_to_administrators_only(world: World, record_property) -> None:
    """What an administrator finds on the lists and forms is looked at in tests/admin/test_pages.py."""
    names = sorted({n for n, p in all_names() if n.startswith("admin:") and "<" not in str(p.pattern)})
    wrong, cells = [], 0
    for role in ROLES if IS_LONG else (Role.REP, Role.ADMIN, "anonymous"):
        client = Client(raise_request_exception=False)
        if role in world.people:
            client.force_login(world.people[role])
        asking = Asking(client)
        for name in names:
            if role == Role.ADMIN and name.endswith(("_changelist", "_add")) and not IS_LONG:
                continue
            response, written = asking.ask("GET", reverse(name), {})
            status = response.status_code
            cells += 1
            if (role == Role.ADMIN) != (status == 200) and not (
                role == Role.ADMIN and status in (302, 400, 403, 404, 405)
            ):
                wrong.append(f"GET {name} as {role}: {status}")
            if written:
                wrong.append(f"GET {name} as {role}: {written} rows written")
    record_property("admin walk", cells)
    assert not wrong, "\n".join(wrong)
