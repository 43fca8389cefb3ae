"""The one door for uploads, and the way out: who may fetch a file, and as what (OWASP ASVS 5.2, 5.3, 5.4)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import RequestFactory

from crm.foreign.uploads import LARGEST, UploadPurpose, UploadRefused, store_upload
from crm.models import LogEntry, StoredFile, User
from tests.foreign.samples import (
    CSV,
    IDS,
    KINDS,
    PDF_AND_PAGE,
    SVG,
    WORKBOOK,
    gzip_bomb,
    picture,
    picture_bomb,
    zip_bomb,
)

ATTACHMENT, IMPORT, PICTURE = UploadPurpose.ATTACHMENT, UploadPurpose.IMPORT, UploadPurpose.PICTURE


@pytest.fixture
def mia(db, settings, tmp_path) -> User:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return User.objects.create_user("mia@example.com", "secret", name="Mia", role="rep")


def brought(name: str, content: bytes, claimed: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=claimed)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_upload_is_stored_under_a_random_name_with_its_own_beside_it(mia):
    stored = store_upload(actor=mia, upload=brought("../Liste\u202e.csv", CSV), purpose=ATTACHMENT)
    assert (stored.name, stored.content_type, stored.size, stored.owner) == ("Liste.csv", "text/plain", len(CSV), mia)
    assert stored.sha256 == hashlib.sha256(CSV).hexdigest()
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", str(stored.file.name))
    assert Path(stored.file.path).read_bytes() == CSV
    entry = LogEntry.objects.get()
    assert (entry.actor, entry.verb, entry.model, entry.object_id) == (mia, "upload", "crm.storedfile", stored.pk)


def test_large_upload_comes_from_its_temporary_file(mia):
    upload = TemporaryUploadedFile("list.csv", "text/csv", 0, "utf-8")
    upload.write(CSV * 150_000)
    stored = store_upload(actor=mia, upload=upload, purpose=IMPORT)
    assert stored.size == Path(stored.file.path).stat().st_size == len(CSV) * 150_000


@pytest.mark.parametrize(("name", "content", "words", "content_type"), KINDS, ids=IDS)
def test_attachment_is_typed_by_its_content_or_refused(mia, name, content, words, content_type):
    upload = brought(name, content)
    if words in {"a program", "a file of an unknown kind", "a broken archive"}:
        with pytest.raises(UploadRefused, match=f"This is {words}; please bring a text, picture, document"):
            store_upload(actor=mia, upload=upload, purpose=ATTACHMENT)
    else:
        assert store_upload(actor=mia, upload=upload, purpose=ATTACHMENT).content_type == content_type


@pytest.mark.parametrize(
    ("purpose", "content", "sentence"),
    [
        (ATTACHMENT, b"", "The file is empty."),
        (ATTACHMENT, b"a" * ((25 << 20) + 600_000), "The file has 26 MB; at most 25 MB are taken."),
        (ATTACHMENT, zip_bomb(), "Unpacked, this file is far larger"),
        (IMPORT, zip_bomb(), "Unpacked, this file is far larger"),
        (IMPORT, gzip_bomb(), "Unpacked, this file is far larger"),
        (ATTACHMENT, b"%PDF-1.7\n" + zip_bomb(), "Unpacked, this file is far larger"),
        (ATTACHMENT, picture_bomb(), "Unpacked, this file is far larger"),
        (PICTURE, picture_bomb(5_100, 5_000), "more than 25 million points"),
        (PICTURE, picture("PNG")[:60], "The picture is broken"),
        (PICTURE, SVG, "This is an XML file; please bring a PNG, JPEG, GIF or WebP picture"),
        (PICTURE, picture("TIFF"), "This is a picture; please bring a PNG"),
        (PICTURE, CSV, "This is a text"),
        (IMPORT, b"MZ\x90\x00", "This is a program; please bring a table"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_refused_upload_says_why_and_leaves_nothing(mia, tmp_path, purpose, content, sentence):
    with pytest.raises(UploadRefused, match=sentence):
        store_upload(actor=mia, upload=brought("a.png", content), purpose=purpose)
    assert not StoredFile.objects.exists()
    assert not LogEntry.objects.exists()
    assert files_in(tmp_path) == []


def test_file_goes_when_its_row_cannot_be_written(mia, tmp_path):
    with pytest.raises(ValueError, match="unsaved related object"):
        store_upload(actor=User(email="new@example.com"), upload=brought("a.csv", CSV), purpose=ATTACHMENT)
    assert files_in(tmp_path) == []


def test_picture_is_stored_as_drawn_anew(mia):
    stored = store_upload(
        actor=mia, upload=brought("me.png", picture("PNG") + b"<script>alert(1)</script>"), purpose=PICTURE
    )
    content = Path(stored.file.path).read_bytes()
    assert b"script" not in content
    assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_request_larger_than_any_file_ends_before_it_is_read(rf: RequestFactory):
    request = rf.post("/imports/new/", {"file": brought("a.csv", CSV)})
    request.META["CONTENT_LENGTH"] = str(LARGEST + (2 << 20))
    with pytest.raises(RequestDataTooBig):
        request.FILES  # noqa: B018 - reading it is what counts


def test_file_is_served_to_its_owner_as_a_download_and_to_nobody_else(mia, client):
    stored = store_upload(actor=mia, upload=brought("page.html", PDF_AND_PAGE), purpose=ATTACHMENT)
    other = User.objects.create_user("tom@example.com", "secret", name="Tom", role="rep")
    client.force_login(mia)
    answer = client.get(f"/files/{stored.pk}/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox"
    assert b"".join(answer.streaming_content) == PDF_AND_PAGE
    client.force_login(other)
    assert client.get(f"/files/{stored.pk}/").status_code == 404
    client.logout()
    assert client.get(f"/files/{stored.pk}/").status_code == 302


def test_type_and_name_that_other_code_stored_are_made_harmless_on_the_way_out(mia, client):
    stored = store_upload(actor=mia, upload=brought("a.csv", CSV), purpose=ATTACHMENT)
    StoredFile.objects.filter(pk=stored.pk).update(content_type="text/html", name="a\u202e\r\n.html")
    client.force_login(mia)
    answer = client.get(f"/files/{stored.pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="a.html"'


@pytest.mark.parametrize("content", [CSV, WORKBOOK], ids=["CSV", "workbook"])
def test_import_takes_tables(mia, content):
    assert store_upload(actor=mia, upload=brought("a", content), purpose=IMPORT).size == len(content)
