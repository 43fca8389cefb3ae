"""`manage.py import_data`: options in, counts out, sentences for what cannot be done."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Contact
from orders.models import Order, OrderLine
from tests.importing.tables import written

pytestmark = pytest.mark.django_db

KEYS = ["rows", "created", "updated", "unchanged", "rejected", "rejected_file", "created_related", "seconds"]


def import_data(*words: object) -> str:
    out = io.StringIO()
    call_command("import_data", *map(str, words), stdout=out)
    return out.getvalue()


def test_the_counts_are_printed_as_json(tmp_path):
    path = written(tmp_path, "order_id,ordered_at,amount,who\nA,2026-03-01,5,c1\nB,soon,5,c2\n")
    found = json.loads(import_data("orders", path, "--map", "who=contact_external_id", "--json"))
    assert set(KEYS) <= found.keys()
    assert [found[key] for key in KEYS[:5]] == [2, 1, 0, 0, 1]
    assert found["created_related"] == 1
    with Path(found["rejected_file"]).open(encoding="utf-8-sig") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["order_id"], row["rejected_line"], row["rejected_column"]) == ("B", "3", "ordered_at")


def test_a_mended_file_of_rejected_rows_comes_in(tmp_path):
    path = written(tmp_path, "external_id,email\nc1,a@b.example\nc2,nonsense\n")
    rejected = tmp_path / "rejected.csv"
    import_data("contacts", path, "--rejected", rejected)
    rejected.write_text(rejected.read_text("utf-8-sig").replace("c2,nonsense", "c2,c@d.example"))
    import_data("contacts", rejected)
    assert set(Contact.objects.values_list("external_id", flat=True)) == {"c1", "c2"}


def test_all_options_are_taken(tmp_path):
    path = written(tmp_path, b"x|03/04/2026|1,5|None|GTXPro\ny|04/05/2026|2,25|3|MG\n")
    import_data(
        "orders", path, "--header", "no", "--delimiter", "|", "--encoding", "cp1252", "--decimal", "comma",
        "--date-order", "mdy", "--null", "None", "--map", "column 1=order_id", "--map", "column 2=ordered_at",
        "--map", "column 3=amount", "--map", "column 4=quantity", "--map", "column 5=product_external_id",
        "--set", "channel=web", "--value", "product_external_id:GTXPro=GTX Pro",
        "--template", "contact_external_id={column 1}-{column 4}",
    )  # fmt: skip
    rows = OrderLine.objects.order_by("pk").values_list(
        "order__number", "order__ordered_on", "amount", "quantity", "product__external_id", "order__channel",
        "order__contact__external_id",
    )  # fmt: skip
    assert [[str(cell) for cell in row] for row in rows] == [
        ["x", "2026-03-04", "1.5000", "None", "GTX Pro", "web", "x-None"],
        ["y", "2026-04-05", "2.2500", "3.0000", "MG", "web", "y-3"],
    ]


def test_a_dry_run_counts_and_takes_it_back(tmp_path):
    path = written(tmp_path, "ordered_at,amount\n2026-03-01,5\n")
    assert json.loads(import_data("orders", path, "--dry-run", "--json"))["created"] == 1
    assert Order.objects.count() == 0


def test_words_for_people_without_json(tmp_path):
    path = written(tmp_path, "external_id,email\nc1,a@b.example\nc2,nonsense\n")
    said = import_data("contacts", path, "--rejected", tmp_path / "r.csv")
    assert "2 rows in" in said and "1 created, 0 updated, 0 unchanged, 1 rejected" in said
    assert 'line 3, column "email": “nonsense” is not an e-mail address' in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dragons", "FILE"], "There is no kind “dragons”. The kinds are: users, contacts, organizations,"),
        (["contacts", "/nowhere.csv"], "There is no file /nowhere.csv"),
        (
            ["contacts", "FILE", "--map", "nme=name"],
            "The file has no column “nme”. Did you mean “name”? Its columns are: name",
        ),
        (["contacts", "FILE", "--map", "name=nmae"], "Contacts have no field “nmae”. Did you mean “name”?"),
        (["contacts", "FILE"], "No column feeds “External id”, which contacts need"),
        (["contacts", "FILE", "--map", "name"], "--map name: write it like --map COLUMN=FIELD"),
        (["contacts", "FILE", "--set", "=x"], "--set =x: write it like --set FIELD=VALUE"),
        (["contacts", "FILE", "--value", "a"], "--value a: write it like --value FIELD:FROM=TO"),
        (["contacts", "FILE", "--template", "name=x"], "The template “x” names no column"),
        (["contacts", "FILE", "--encoding", "klingon"], "There is no text encoding named “klingon”"),
        (["contacts", "FILE", "--map", "name=external_id", "--set", "external_id=1"], "is fed twice"),
        (["contacts", "FILE", "--user", "nobody@house.example"], "Nobody here has the e-mail address"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, words, sentence):
    path = written(tmp_path, "name\nMia\n")
    with pytest.raises(CommandError) as refused:
        import_data(*[path if word == "FILE" else word for word in words])
    assert sentence.replace("“", '"').replace("”", '"') in str(refused.value).replace("“", '"').replace("”", '"')


def test_a_column_that_is_meant_is_named_with_what_to_say(tmp_path):
    path = written(tmp_path, "Customer no.,E-mail\n1,mia@mail.example\n")
    with pytest.raises(CommandError, match=r'Say which it is with --map "Customer no\."=external_id\.'):
        import_data("contacts", path)
    with pytest.raises(CommandError, match="Say which it is with --map E-mail=email"):
        import_data("contacts", path, "--match", "email")


def test_an_ugly_list_comes_in_with_lines_and_reasons_of_what_stays_out(tmp_path):
    text = (
        "\ufeffName;E-mail;Phone;Phone;;\r\n"
        '"Berg, Mia";Mia Berg <mia@mail.example>;0113 496 0101 (home);;;\r\n'
        '"Bert ""Bear"" Kahn";bert@mail.example, b.kahn@work.example;;;;\r\n'
        "Cleo Voss;cleo@mail.example;0113 4960103 / 0113 4960104;;;\r\n"
        ";;;;;\r\n"
    )
    path = written(tmp_path, gzip.compress(text.encode()))
    given = ("--match", "email", "--map", "E-mail=email", "--rejected", tmp_path / "out.csv")
    said = import_data("contacts", path, *given)
    assert "3 rows in" in said and "1 created, 0 updated, 0 unchanged, 2 rejected" in said
    assert 'line 3, column "E-mail": “bert@mail.example, b.kahn@work.example” holds several e-mail addresses' in said
    assert 'line 4, column "Phone": “0113 4960103 / 0113 4960104” holds several phone numbers' in said
    mia = Contact.objects.get()
    assert mia.name == "Berg, Mia"
    assert set(mia.points.values_list("value", flat=True)) == {"mia@mail.example", "0113 496 0101 (home)"}


BAD_FILES = {
    "binary": bytes(range(256)) * 40,
    "empty": b"",
    "no header": b"c1,Mia\nc2,Max\n",
    "gzip": b"\x1f\x8bnonsense",
    "workbook": b"PK\x03\x04nonsense",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_table_ends_with_a_sentence(tmp_path, name):
    path = written(tmp_path, BAD_FILES[name])
    with pytest.raises(CommandError, match=r"\.$"):
        import_data("contacts", path)


def test_bad_cells_and_rows_stay_out_and_the_good_ones_come_in(tmp_path):
    columns = ",".join(f"c{number}" for number in range(2000))
    lines = [
        f"external_id,name,{columns}",
        "ok1,Mia" + ",x" * 2000,
        "nul,Mi\x00a" + ",x" * 2000,
        "long," + "x" * 1_000_000 + ",x" * 2000,
        "short,Max",
        'open,"Mia' + ",x" * 2000,
        "i" * 201 + ",Mia" + ",x" * 2000,
        "ok2,Max" + ",x" * 2000,
    ]
    path = written(tmp_path, "\n".join(lines).encode() + b"\nbytes,Fran\xe7ois" + b",\xc3\xa9" * 2000)
    found = json.loads(import_data("contacts", path, "--json", "--rejected", tmp_path / "r.csv"))
    assert (found["rows"], found["created"], found["rejected"]) == (8, 2, 6)
    assert set(Contact.objects.values_list("external_id", flat=True)) == {"ok1", "ok2"}
    with (tmp_path / "r.csv").open(encoding="utf-8-sig") as stream:
        reasons = {
            row["rejected_line"]: (row["rejected_column"], row["rejected_because"]) for row in csv.DictReader(stream)
        }
    assert list(reasons) == ["3", "4", "5", "6", "7", "9"]
    assert "NUL" in reasons["3"][1] and reasons["3"][0] == "name"
    assert "1,000,000 characters; this field holds 300" in reasons["4"][1]
    assert reasons["5"] == ("c0", "the row ends early: 2 of 2002 cells; nothing stands in this column")
    assert reasons["6"][1] == "a quotation mark is opened here and not closed"
    assert reasons["7"][0] == "external_id"
    assert "encoding" in reasons["9"][1]
