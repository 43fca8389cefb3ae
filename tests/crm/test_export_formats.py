"""What leaves in any format comes in again as it was, for who may export it, and is written down."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from contacts.exporting import card_rows
from contacts.models import Contact, ContactPoint
from crm.catalogue import export_kinds
from crm.choices import FieldRight, Role
from crm.exporting.formats import CSV, FORMATS, JSON_LINES, WORKBOOK, Format
from crm.exporting.vcards import FIELDS, VCARD
from crm.models import FieldRule, LogEntry
from crm.views import lists
from tests import factories as make
from tests.importing.tables import brought_in, written

pytestmark = pytest.mark.django_db
KEPT = [name for name in FIELDS if name != "organization"]
SIGNS = st.characters(exclude_categories=("C", "Z"), include_characters=" '=+-@,;:\\\"")
TEXT = st.text(SIGNS, max_size=40).map(str.strip)
NAME = st.text(SIGNS, min_size=1, max_size=40).map(str.strip).filter(bool)


def person(number: int) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(
        {
            "external_id": st.just(f"c{number}"), "kind": st.sampled_from(["person", "organization"]),
            "name": NAME, "first_name": TEXT, "last_name": TEXT,
            "email": st.sampled_from(["", f"a.b+c{number}@x.example"]),
            "phone": st.sampled_from(["", "+44 20 7946 0001"]),
            "street": TEXT, "postal_code": TEXT.map(lambda text: text[:30]), "city": TEXT, "region": TEXT,
            "country": st.sampled_from(["", "GB", "DE"]), "website": TEXT,
            "birthday": st.sampled_from(["", "1980-03-21"]),
            "tags": st.sampled_from(["", "a", "a, b c"]),
        }
    )  # fmt: skip


PEOPLE = st.tuples(*(person(number) for number in range(3)))


def answered(client: Client, query: str) -> bytes:
    response = client.get(f"/contacts/export/?{query}")
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def file_of(form: Format, rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> bytes:
    pieces = form.write(columns, columns, iter(rows))
    return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)


def exported(form: Format) -> bytes:
    if form is VCARD:
        return file_of(form, list(card_rows(None, Contact.objects.all(), KEPT)), KEPT)
    return file_of(form, list(export_kinds()["contacts"].rows(None, KEPT, None)), KEPT)


def stored() -> list[Sequence[Any]]:
    return [list(row) for row in export_kinds()["contacts"].rows(None, KEPT, None)]


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE)
def test_what_is_exported_comes_in_again_as_it_was(tmp_path: Path, people: tuple[dict[str, str], ...]) -> None:
    with transaction.atomic():
        given_rows = [[one[name] for name in KEPT] for one in people]
        brought_in("contacts", written(tmp_path, file_of(CSV, given_rows, KEPT)))
        before = stored()
        assert len(before) == len(people)
        for form in (*FORMATS, VCARD):
            content = exported(form)
            Contact.objects.all().delete()
            result = brought_in("contacts", written(tmp_path, content))
            assert not result.rejected, (form.name, result.examples)
            assert stored() == before, form.name
        transaction.set_rollback(True)


def test_cards_bring_all_addresses_and_numbers_again(tmp_path: Path) -> None:
    make.make_contact(
        name="Ann", external_id="c1", emails=("a@x.example", "b@x.example"), phones=("1234567", "7654321")
    )
    points = list(ContactPoint.objects.order_by("kind", "pk").values_list("kind", "value", "is_primary"))
    content = exported(VCARD)
    assert brought_in("contacts", written(tmp_path, content)).counts.unchanged == 1
    Contact.objects.all().delete()
    brought_in("contacts", written(tmp_path, content))
    assert list(ContactPoint.objects.order_by("kind", "pk").values_list("kind", "value", "is_primary")) == points
    more = b'external_id,further_emails\nc1,"A@x.example, c@x.example, nonsense"\n'
    result = brought_in("contacts", written(tmp_path, more))
    assert result.counts.updated == 1 and "1 further e-mail addresses" in result.counts.notes[0]
    assert ContactPoint.objects.filter(kind="email").count() == 3


def test_a_list_leaves_in_every_format_with_the_same_rows() -> None:
    make.make_company()
    client = make.signed_in(make.make_user(Role.MANAGER))
    make.make_contact(
        name="=1+1", external_id="c1", city="Leeds", emails=("z@x.example", "y@x.example"), revenue="12.5"
    )
    make.make_contact(name="Bo", external_id="c2")
    shown = "columns=name,email"
    lines = list(csv.reader(io.StringIO(answered(client, shown).decode("utf-8-sig"))))
    assert lines[0] == ["Name", "E-mail"] and lines[1][0] == "'=1+1"
    sheet = load_workbook(io.BytesIO(answered(client, f"{shown}&format=xlsx"))).active
    assert sheet is not None
    cells = list(sheet.iter_rows())
    assert [cell.value for cell in cells[1]] == ["=1+1", "z@x.example"]
    assert cells[1][0].data_type == "s" and cells[1][0].quotePrefix
    objects = [json.loads(line) for line in answered(client, f"{shown}&format=jsonl").decode().splitlines()]
    assert objects == [{"name": "=1+1", "email": "z@x.example"}, {"name": "Bo"}]
    cards = answered(client, f"{shown}&format=vcf").decode()
    assert cards.count("BEGIN:VCARD") == 2 and "EMAIL;PREF=1:z@x.example" in cards and "EMAIL;PREF=2:y@x" in cards
    assert max(len(line.encode()) for line in cards.split("\r\n")) <= 75
    assert LogEntry.objects.filter(verb="export").count() == 4
    make.make_order(number="N1")
    order = b"".join(client.get("/orders/export/?columns=number,amount&format=jsonl").streaming_content)
    assert json.loads(order) == {"number": "N1", "amount": 10}
    menu = client.get("/contacts/").content.decode()
    assert (
        "format=vcf" in menu and "format=xlsx" in menu and "format=vcf" not in client.get("/orders/").content.decode()
    )


def test_rights_limits_and_unknown_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    make.make_company()
    rep, agent = make.make_user(Role.REP), make.make_user(Role.AGENT)
    make.make_contact(name="Own", owner=rep, emails=("own@x.example",))
    make.make_contact(name="Other")
    for form in (*FORMATS, VCARD):
        assert make.signed_in(agent).get(f"/contacts/export/?format={form.name}").status_code == 403
        assert b"Other" not in answered(make.signed_in(rep), f"format={form.name}")
    assert "EMAIL" in answered(make.signed_in(rep), "format=vcf").decode()
    FieldRule.objects.create(role=Role.REP, model="contacts.contact", field="email", right=FieldRight.HIDDEN)
    assert "EMAIL" not in answered(make.signed_in(rep), "format=vcf").decode()
    client = make.signed_in(rep)
    wrong = client.get("/contacts/export/?format=exe")
    assert wrong.status_code == 400 and b"csv, xlsx, jsonl, vcf" in wrong.content
    assert client.get("/orders/export/?format=vcf").status_code == 400
    few = replace(WORKBOOK, most=0)
    monkeypatch.setattr(lists.ListExport, "export_formats", (CSV, few))
    refused = make.signed_in(make.make_user(Role.MANAGER)).get("/orders/export/?format=xlsx")
    assert refused.status_code == 200
    make.make_order()
    refused = make.signed_in(make.make_user(Role.MANAGER)).get("/orders/export/?format=xlsx")
    assert refused.status_code == 422 and b"at most 0 rows" in refused.content


def test_an_organization_that_one_may_not_see_is_named_in_no_format() -> None:
    make.make_company()
    rep = make.make_user(Role.REP)
    for name, owner in (("Secret & Co", None), ("Seen & Co", rep)):
        firm = make.make_contact(name=name, kind="organization", external_id=f"of {name}", owner=owner)
        make.make_contact(name=f"Ann of {name[:4]}", organization=firm, owner=rep)
    for form in (*FORMATS, VCARD):
        content = answered(make.signed_in(rep), f"format={form.name}")
        if form is WORKBOOK:
            content = repr(list(load_workbook(io.BytesIO(content)).active.values)).encode()  # type: ignore[union-attr]
        assert b"Seen & Co" in content and b"Secret" not in content, form.name
    kind = export_kinds()["contacts"]
    assert sorted(row[0] or "" for row in kind.rows(rep, ["organization"], None)) == ["", "", "of Seen & Co"]


def test_times_of_a_workbook_are_those_of_the_company() -> None:
    make.make_company(time_zone="Asia/Tokyo")
    moment = dt.datetime(2026, 3, 1, 20, 30, tzinfo=dt.UTC)
    book = b"".join(WORKBOOK.write(["at"], ["When"], [[moment]]))  # type: ignore[arg-type]
    assert list(load_workbook(io.BytesIO(book)).active.values)[1] == (dt.datetime(2026, 3, 2, 5, 30),)  # type: ignore[union-attr]


def test_the_command_writes_every_format(tmp_path: Path) -> None:
    make.make_company()
    make.make_contact(name="Ann", external_id="c1")
    for form in FORMATS:
        path = tmp_path / f"all.{form.name}"
        call_command("export_data", "contacts", columns="external_id,name", format=form.name, output=path, verbosity=0)
        assert brought_in("contacts", path).counts.unchanged == 1, form.name
    assert json.loads((tmp_path / "all.jsonl").read_text()) == {"external_id": "c1", "name": "Ann"}
    assert JSON_LINES.most is None
