"""S28: files of imports and exports lose the lines of who is erased, and nothing else."""

import gzip
import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from contacts.models import Contact, PrivacyRequest
from contacts.privacy.late.cutting import count_lines, write_without
from contacts.privacy.late.sought import Sought, national
from contacts.privacy.tables import Person
from crm.choices import JobState
from crm.jobs import run_job
from crm.models import ExportRun, ImportRun, JobRun, StoredFile
from tests import factories as make
from tests.privacy.test_erasing import erase
from tests.privacy.test_late import (  # noqa: F401
    anna,
    look,
    looking,
)

ANNA = Person(
    (7,), ("anna@birds.example", "o'neil@birds.example"), ("Anna Meier", "+44 20 7946 0011", "+442079460011"),
    external_ids=("17", "CUST-17"),
)  # fmt: skip
ROWS = [
    ("id", "name", "email", "phone"),
    ("17", "A. Meier", "", ""),
    ("117", "Zoë 17", "joanna@birds.example", "+44 20 7946 00110"),
    ("18", "x", "ANNA@birds.example", ""),
    ("19", "x", "", "(020) 7946-0011"),
    ("20", "x", "", "0044 20 79460011"),
    ("21", "x", "", "999 20 7946 0012"),
    ("22", "knows CUST-17", "", ""),
    ("23", "Anna Meier", "", "17"),
]
KEPT = ["id", "117", "21", "23"]


def cut_of(tmp_path: Path, content: bytes, columns: frozenset[str] = frozenset({"id"})) -> tuple[int | None, bytes]:
    """How many lines went, and what is left."""
    path, target = tmp_path / "file", tmp_path / "target"
    path.write_bytes(content)
    sought = Sought.of([(1, ANNA)])
    found = count_lines(path, sought, columns)
    if not found:
        return (None if found is None else 0), content
    assert write_without(path, target, sought, columns) == found
    return found[1], target.read_bytes()


def lines_of(delimiter: str = ",", end: str = "\r\n") -> str:
    return "".join(delimiter.join(row) + end for row in ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(("delimiter", "end"), [(",", "\r\n"), (";", "\n"), ("\t", "\n")])
def test_the_lines_of_one_person_go_and_the_others_are_as_they_were(tmp_path, encoding, delimiter, end):
    count, left = cut_of(tmp_path, lines_of(delimiter, end).encode(encoding))
    kept = [delimiter.join(row) + end for row in ROWS if row[0] in KEPT]
    assert (count, left) == (5, "".join(kept).encode(encoding))


def test_a_short_id_counts_in_its_own_column_alone(tmp_path):
    count, left = cut_of(tmp_path, lines_of().encode(), frozenset())
    assert count == 4
    assert b"17,A. Meier" in left


def test_rows_over_several_lines_are_one_and_a_stray_mark_costs_no_other(tmp_path):
    text = 'id,note,email\r\n1,"two\r\nlines","anna@birds.example"\r\n2,"a ""b""\nc",x@birds.example\r\n3,5" tape,\r\n'
    assert cut_of(tmp_path, text.encode())[1].decode() == (
        'id,note,email\r\n2,"a ""b""\nc",x@birds.example\r\n3,5" tape,\r\n'
    )
    stray = "id,note,email\n" + '1,5" tape,\n' + "".join(f"{n},x,y{n}@birds.example\n" for n in range(5_000))
    count, left = cut_of(tmp_path, (stray + "9,x,anna@birds.example\n").encode(), frozenset())
    assert (count, left.decode()) == (1, stray)


def test_two_stray_marks_join_no_lines_of_others(tmp_path):
    others = "".join(f"{n},x,y{n}@birds.example\n" for n in range(30))
    for stray in ('1,5" tape,\n', '1,"5 inch,\n'):
        text = "id,note,email\n" + stray + others + stray
        for line in ("9,x,anna@birds.example\n", '9,"two\nlines",anna@birds.example\n'):
            assert cut_of(tmp_path, (text + line + others).encode(), frozenset()) == (1, (text + others).encode())


def test_a_number_that_only_ends_so_is_another(tmp_path):
    person = Person((7,), (), ("+49 30 1234567", "1000234"), external_ids=("1000234",))
    sought = Sought.of([(1, person)])
    for kept in ("order,201000234,x", "order,1000234,x", "99 301234567", "20 301234567", "1 49 301234567"):
        assert sought.named_in(kept) == set(), kept
    for gone in ("0301234567", "+49 (0)30 1234567", "0049 30 1234567", "301234567"):
        assert sought.named_in(gone) == {1}, gone
    assert sought.known_as(["1000234"]) == {1}


def test_json_lines_cards_and_archives(tmp_path):
    lines = '{"id": "1", "email": "anna\\u0040birds.example"}\n{"id": "2", "email": "b@birds.example"}\n'
    assert cut_of(tmp_path, lines.encode())[1] == lines.splitlines(keepends=True)[1].encode()
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nEMAIL:{}\r\nEND:VCARD\r\n"
    cards = card.format("A", "mailto:anna@birds\r\n .example") + card.format("B", "b@birds.example")
    assert cut_of(tmp_path, cards.encode())[1].decode() == card.format("B", "b@birds.example")
    packed = cut_of(tmp_path, gzip.compress(lines_of().encode()))[1]
    assert gzip.decompress(packed).decode().splitlines()[1:3] == [",".join(ROWS[2]), ",".join(ROWS[6])]


def test_a_workbook_is_written_anew_with_its_numbers_and_days(tmp_path):
    book = Workbook()
    for number, row in enumerate(ROWS):
        book.active.append([*row, number / 2 if number else "half"])
    stream = io.BytesIO()
    book.save(stream)
    count, left = cut_of(tmp_path, stream.getvalue())
    rows = list(load_workbook(io.BytesIO(left)).active.values)
    assert count == 5
    assert [row[0] for row in rows] == KEPT
    assert [row[-1] for row in rows] == ["half", 1, 3, 4]


def test_of_a_workbook_that_names_them_on_another_sheet_all_sheets_stay_without_their_rows(tmp_path):
    book = Workbook()
    book.active.append(["id", "name"])
    book.active.append([7, "Somebody"])
    old = book.create_sheet("Old")
    old.sheet_state = "hidden"
    for row in (["email", "said"], [*ANNA.addresses[:1], "was here"], ["b@birds.example", "too"]):
        old.append(row)
    stream = io.BytesIO()
    book.save(stream)
    count, left = cut_of(tmp_path, stream.getvalue())
    after = load_workbook(io.BytesIO(left))
    assert count == 1
    assert [(sheet.title, sheet.sheet_state, list(sheet.values)) for sheet in after] == [
        ("Sheet", "visible", [("id", "name"), (7, "Somebody")]),
        ("Old", "hidden", [("email", "said"), ("b@birds.example", "too")]),
    ]


def test_a_sheet_that_is_called_by_who_is_erased_gets_another_name(tmp_path):
    book = Workbook()
    book.active.title = "CUST-17"
    for row in (["day", "amount"], ["2026-03-01", 5]):
        book.active.append(row)
    book.create_sheet("Others").append(["a", "b"])
    stream = io.BytesIO()
    book.save(stream)
    count, left = cut_of(tmp_path, stream.getvalue())
    assert (count, load_workbook(io.BytesIO(left)).sheetnames) == (1, ["Sheet 1", "Others"])


def test_what_cannot_be_read_is_told_as_such_and_what_names_nobody_stays(tmp_path):
    assert cut_of(tmp_path, b"PK\x03\x04 broken")[0] is None
    content = b"id,name\n1,Somebody\n"
    assert cut_of(tmp_path, content) == (0, content)


def test_a_disk_that_fails_is_no_broken_file(tmp_path):
    """What keeps us from a file says nothing of it: it is raised, and the file stays."""
    nobody = Sought.of([(1, ANNA)])
    with pytest.raises(FileNotFoundError):
        count_lines(tmp_path / "nowhere", nobody, frozenset())
    (tmp_path / "file").write_text(lines_of())
    full = tmp_path / "target"
    full.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_without(tmp_path / "file", full, nobody, frozenset())
    assert count_lines(tmp_path / "file", nobody, frozenset({"id"})) == {1: 5}
    (tmp_path / "file").write_bytes(gzip.compress(lines_of().encode())[:-20])
    assert count_lines(tmp_path / "file", nobody, frozenset()) is None


def test_a_number_is_found_by_its_digits_without_the_country():
    assert national("+44 20 7946 0011") == "2079460011"
    assert national("020 7946 0011") == "2079460011"
    assert [national(one) for one in ("Anna Meier", "12345", "anna1234567@birds.example")] == ["", "", ""]


def stored(name: str, content: str | bytes) -> StoredFile:
    found = StoredFile(name=name, size=len(content), sha256="0" * 64)
    found.file.save(name, ContentFile(content if isinstance(content, bytes) else content.encode()), save=True)
    return found


@pytest.mark.django_db(transaction=True)
def test_files_of_imports_exports_and_refused_rows_are_found(anna, tmp_path):  # noqa: F811
    other = Contact.objects.get(pk=make.make_contact(name="Someone Else", external_id="99").pk)
    Contact.objects.filter(pk=anna.pk).update(external_id="9")
    table = "no;who\n9;x\n99;y\n"
    came = ImportRun.objects.create(
        kind="contacts", file=stored("came.csv", table), rejected_file=stored("refused.csv", table),
        options={"map": [["no", "external_id"], ["who", "name"]], "delimiter": ";"},
    )  # fmt: skip
    orders = ImportRun.objects.create(
        kind="orders",
        file=stored("orders.csv", "no;order\n9;9\n99;5\n"),
        options={"map": [["no", "contact_external_id"]]},
    )
    out = stored("out.csv", "External id,Name\n9,x\n99,y\n")
    ExportRun.objects.create(
        list_name="contacts:contact_export", model="contacts.contact", format="csv", name="out.csv", file=out
    )
    result = stored("broken.xlsx", b"PK\x03\x04 broken")
    JobRun.objects.create(kind="past", title="Broken", result_file=result)
    busy = ImportRun.objects.create(
        kind="contacts", file=stored("busy.csv", table), options={"map": [["no", "external_id"]]},
        job=JobRun.objects.create(kind="import", title="Busy", state=JobState.RUNNING),
    )  # fmt: skip
    old = str(came.file.file.name)
    asked = erase(anna)

    def content(file: StoredFile) -> str:
        current = StoredFile.objects.get(pk=file.pk)
        return "" if current.removed_at else current.file.read().decode()

    assert content(came.file) == content(came.rejected_file) == "no;who\n99;y\n"
    assert content(orders.file) == "no;order\n99;5\n"
    assert content(out) == "External id,Name\n99,y\n"
    assert content(result) == ""
    assert content(busy.file) == table  # somebody reads it
    job = look()
    assert job.state == JobState.WAITING
    assert content(busy.file) == table
    assert not out.file.storage.exists(old)
    assert PrivacyRequest.objects.get(pk=asked.pk).files_left == []
    assert StoredFile.objects.get(pk=out.pk).size == len("External id,Name\n99,y\n")
    JobRun.objects.filter(title="Busy").update(state=JobState.DONE, finished_at=timezone.now())
    run_job(job.pk)
    assert PrivacyRequest.objects.get(pk=asked.pk).late["is_done"]
    assert content(busy.file) == "no;who\n99;y\n"
    assert busy.file_id is not None
    told = {one["file"]: one["lines"] for one in PrivacyRequest.objects.get(pk=asked.pk).late["files"]}
    assert told == {
        came.file_id: 1,
        came.rejected_file_id: 1,
        orders.file_id: 1,
        out.pk: 1,
        result.pk: 0,
        busy.file_id: 1,
    }
    assert Contact.objects.get(pk=other.pk).external_id == "99"


@pytest.mark.django_db(transaction=True)
def test_every_import_of_a_file_says_where_ids_stand_and_missing_content_is_passed_over(anna):  # noqa: F811
    Contact.objects.filter(pk=anna.pk).update(external_id="9")
    twice, gone = stored("twice.csv", "no,who\n9,x\n99,y\n"), stored("gone.csv", "no,who\n9,x\n")
    for mapped in ([["who", "name"]], [["no", "external_id"]]):
        ImportRun.objects.create(kind="contacts", file=twice, options={"map": mapped})
    ImportRun.objects.create(kind="contacts", file=gone, options={"map": [["no", "external_id"]]})
    gone.file.storage.delete(gone.file.name)
    asked = erase(anna)
    assert StoredFile.objects.get(pk=twice.pk).file.read() == b"no,who\n99,y\n"
    assert StoredFile.objects.get(pk=gone.pk).removed_at is None
    assert [one["file"] for one in PrivacyRequest.objects.get(pk=asked.pk).late["files"]] == [twice.pk]
