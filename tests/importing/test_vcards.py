"""vCards 2.1, 3.0 and 4.0 as real programs write them come in as any other table does."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from contacts.models import Contact
from crm.importing.reading import open_table
from tests.importing.tables import DATA, brought_in, counts, read, read_text, written

CARDS = DATA / "messy_vcards"
EXPECTED = json.loads((CARDS / "expected_vobject.json").read_text())
UTF8 = "BEGIN:VCARD\nVERSION:4.0\nFN:Zoë Ångström\nEMAIL;PREF=2:b@x.example\nEMAIL;PREF=1:a@x.example\nEND:VCARD\n"


def table(path: Path) -> list[dict[str, str]]:
    columns, rows, faults = read(path)
    assert not faults
    return [dict(zip(columns, row, strict=True)) for row in rows]


def beside(values: list[str]) -> list[str]:
    """What another program reads, with the signs that it leaves escaped and the blanks it leaves twice."""
    return [" ".join(value.replace("\\:", ":").split()) for value in values]


def every(row: dict[str, str], name: str) -> list[str]:
    return [text for text in (row.get(name, ""), *row.get(f"further_{name}s", "").split(", ")) if text]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_card_is_read_as_another_program_reads_it(name: str) -> None:
    found = table(CARDS / name)
    assert len(found) == EXPECTED[name]["BEGIN_VCARD"]
    for row, card in zip(found, EXPECTED[name]["cards"], strict=False):
        names = beside(card["fn"])
        assert row.get("name", "") == (names[0] if names else "")
        assert set(every(row, "email")) == set(card["email"])
        voices = every(row, "phone") + every(row, "fax")
        assert set(voices) <= set(card["tel"]) and bool(voices) == bool(card["tel"])
        assert row.get("website", "") in (beside(card["url"]) or [""])
        day = row.get("birthday", "")
        assert day in card["bday"] or day.replace("-", "") in card["bday"] or not (day or card["bday"])
        assert row.get("title", "") in (card["title"] or [""])
        said = " ".join(card["org"]).replace("['Company', ' The']", "Company, The")
        assert said.startswith(row.get("organization", ""))
    assert "BASE64" not in json.dumps(found) and "/9j/" not in json.dumps(found)


def test_what_is_left_out_is_said() -> None:
    assert "the pictures of 1 are left out" in open_table(CARDS / "John_Doe_IPHONE.vcf").description
    assert open_table(CARDS / "rfc2426-example.vcf").description == "2\xa0vCards (3.0), utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found_and_gzip_opened(tmp_path: Path, encoding: str) -> None:
    for content in (UTF8.encode(encoding), gzip.compress(UTF8.encode(encoding))):
        (row,) = table(written(tmp_path, content))
        assert (row["name"], row["email"], row["further_emails"]) == ("Zoë Ångström", "a@x.example", "b@x.example")


def test_folds_soft_breaks_character_sets_groups_and_cards_in_cards(tmp_path: Path) -> None:
    content = (
        b"begin:vcard\r\nversion:2.1\r\n"
        b"FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg M=\r\n=FCller\r\n"
        b"item1.ADR;WORK:;;1 A St\\; Yard 2;Bo\r\n nn;;53111;DE\r\nitem1.X-ABLabel:Work\r\n"
        b"TEL;WORK;FAX:1\r\nTEL;CELL:2\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-03-22\r\n"
        b"AGENT:\r\nBEGIN:VCARD\r\nFN:The secretary\r\nTEL:3\r\nEND:VCARD\r\n"
        b'NOTE:He said: \\"no\\"\\nand went\r\nPHOTO;ENCODING=BASE64:AAAA\r\nBBBB\r\n\r\nEND:VCARD\r\n'
        b"BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Acme\nUID:urn:uuid:1\nTEL;VALUE=uri:tel:+44-20-7946-0001\nEND:VCARD\n"
    )
    first, second = table(written(tmp_path, content))
    assert first["name"] == "Jörg Müller"
    assert (first["street"], first["city"], first["postal_code"]) == ("1 A St; Yard 2", "Bonn", "53111")
    assert (first["phone"], first["fax"], first.get("birthday", "")) == ("2", "1", "")
    assert first["note"] == 'He said: "no"\nand went'
    assert (second["kind"], second["phone"], second["external_id"]) == (
        "organization",
        "+44-20-7946-0001",
        "urn:uuid:1",
    )


def test_cards_that_cannot_be_used_are_refused_one_by_one(tmp_path: Path) -> None:
    content = (
        "BEGIN:VCARD\nFN:Cut off\nBEGIN:VCARD\nFN:Whole\nNOTE;QUOTED-PRINTABLE:never ended=\nEND:VCARD\n"
        "BEGIN:VCARD\nKIND:group\nFN:Our people\nEND:VCARD\nBEGIN:VCARD\nN:;;;;\nEND:VCARD\nBEGIN:VCARD\nFN:The last"
    )
    columns, rows, faults = read_text(tmp_path, content)
    assert [row[columns.index("name")] for row in rows] == ["Whole"]
    assert [fault.line for fault in faults] == [1, 7, 11, 14]
    assert "END:VCARD is missing" in faults[0].reason and "a list of others" in faults[1].reason
    assert "neither a name" in faults[2].reason


@pytest.mark.django_db
def test_the_columns_are_mapped_by_themselves_and_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    for name, rows in (("gmail-single.vcf", 1), ("rfc2426-example.vcf", 2), ("John_Doe_EVOLUTION.vcf", 1)):
        assert counts(brought_in("contacts", CARDS / name)) == (rows, 0, 0, 0), name
        assert counts(brought_in("contacts", CARDS / name)) == (0, 0, rows, 0), name
    greg = Contact.objects.get(name="Greg Dartmouth")
    assert (greg.first_name, greg.last_name, str(greg.birthday)) == ("Greg", "Dartmouth", "1960-09-10")
    assert greg.organization is not None and greg.organization.name == "TheCompany"
    assert greg.points.get(kind="email").value == "gdartmouth@hotmail.com"
    frank = Contact.objects.get(name="Frank Dawson").addresses.get()
    assert (frank.street, frank.city, frank.country) == ("6544 Battleford Drive", "Raleigh", "US")
    assert [point.value for point in greg.points.filter(kind="phone")] == ["555 555 1111", "555 555 2222"]
    assert Contact.objects.filter(search_text__contains="fdawson@earthlink.net").count() == 1
    rejected = brought_in("contacts", CARDS / "outlook-2003.vcf")
    assert counts(rejected)[0] + rejected.rejected == 1
