"""R14, R31: a backup made while people write, brought back into an empty instance, is the same by row and by file;
the restored instance sends nothing until it is released."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, connections

from crm.backup.manifest import BadBackup
from crm.backup.restoring import check_backup
from crm.backup.writing import write_backup
from crm.choices import FieldType
from crm.customfields.actions import create_field
from crm.database.owner import as_owner
from crm.embedded.places import OWNER_ROLE
from crm.models import OutgoingMail, StoredFile
from tests.factories import make_company, make_contact, make_order, make_token, make_user
from tests.mail.conftest import write
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
TOP = Path(__file__).resolve().parents[2]
ALL_ROWS = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t"
# emptied or written by the restore itself, on purpose
OWN = {"crm_session", "crm_heartbeat", "crm_company", "crm_logentry", "crm_rowchange", "django_content_type"}


# the past, and what the restore itself adds to: every row that was there must be there
ADDED_TO = {"crm_logentry": "t", "crm_rowchange": "t", "crm_company": "t.name"}
# what is around the rows: owners, rights, keys, triggers, functions
SHAPE = {
    "owners and rights": """
        SELECT c.relname, c.relkind, pg_get_userbyid(c.relowner),
               (SELECT array_agg(one::text ORDER BY one::text)
                FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS one)
        FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')""",
    "sequences": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
    " AND sequencename !~ '^(crm_logentry|crm_rowchange|django_content_type|auth_permission)_'",
    # pg_dump writes the casts of a condition in other words
    "indexes": "SELECT split_part(indexdef, ' WHERE ', 1), strpos(indexdef, ' WHERE ') > 0 FROM pg_indexes"
    " WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT pg_get_functiondef(oid), pg_get_userbyid(proowner), prosecdef FROM pg_proc AS p"
    " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')",
    "extensions": "SELECT extname, extversion FROM pg_extension",
}


class Instance:
    """Another instance: an empty database on the test's server, and a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.name = f"{connection.settings_dict['NAME']}_restored"
        self.folder = folder / "restored"
        self.folder.mkdir()
        (self.folder / "secret_key").write_text(settings.SECRET_KEY)

    def url(self, role: str | None = None) -> str:
        places = settings.PLACES
        return places.database_url(self.name, role) if role else places.database_url(self.name)

    def manage(self, *words: str, mail_port: int = 1) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "CRM_VAR": str(self.folder),
            "DATABASE_URL": self.url(),
            "CRM_OWNER_DATABASE_URL": self.url(OWNER_ROLE),
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        }
        command = [sys.executable, "-W", "ignore", "-m", "django", *words]
        return subprocess.run(command, env=environment, cwd=TOP, capture_output=True, text=True, check=False)

    def sums(self) -> dict[str, Any]:
        return sums_of(self.url(OWNER_ROLE))


def sums_of(url: str) -> dict[str, Any]:
    """Of each table: how many rows, and a sum over all their columns."""
    with psycopg.connect(url) as line:
        tables = [row[0] for row in line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        found = {}
        for table in sorted(set(tables) - OWN):
            found[table] = line.execute(ALL_ROWS.format(table)).fetchone()
    return found


def shape_of(url: str) -> dict[str, set[str]]:
    """What is around the rows, as lines."""
    with psycopg.connect(url) as line:
        return {name: set(map(str, line.execute(query).fetchall())) for name, query in SHAPE.items()}


def past_of(url: str) -> dict[str, set[str]]:
    with psycopg.connect(url) as line:
        return {
            table: {row[0] for row in line.execute(f"SELECT ({columns})::text FROM {table} AS t")}  # noqa: S608
            for table, columns in ADDED_TO.items()
        }


@pytest.fixture
def other(tmp_path) -> Iterator[Instance]:
    instance = Instance(tmp_path)
    with psycopg.connect(settings.PLACES.database_url("postgres", OWNER_ROLE), autocommit=True) as line:
        line.execute(f'DROP DATABASE IF EXISTS "{instance.name}" WITH (FORCE)')
        line.execute(f'CREATE DATABASE "{instance.name}"')
        yield instance
        line.execute(f'DROP DATABASE IF EXISTS "{instance.name}" WITH (FORCE)')


@pytest.fixture
def uploads(tmp_path, settings) -> Path:
    """The uploads of this test, in a folder of its own."""
    folder = tmp_path / "uploads"
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": folder}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    return folder


@pytest.fixture
def world(uploads) -> list[StoredFile]:
    """A company with people, customers, orders, mail that waits, and files."""
    make_company()
    owner = make_user(role="admin", password="secret")
    make_token(owner, "contacts:read")
    create_field(actor=owner, model="contacts.contact", fields={"label": "Shoe size", "type": FieldType.TEXT})
    for number in range(20):
        contact = make_contact(owner=owner, name=f"Zoë “Ünï” {number}\n'; --", custom={"shoe_size": "42"})
        make_order(contact)
    call_command("analyze", "--only", "rfm", verbosity=0)
    write("waits@example.com")
    return [store(f"file {n}.bin", os.urandom(1_000 + n)) for n in range(5)]


def store(name: str, content: bytes) -> StoredFile:
    stored = StoredFile(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    stored.file.save(name, ContentFile(content), save=True)
    return stored


def backed_up(target: Path) -> Path:
    """A backup of this test's database."""
    write_backup(target)
    return target


def own_url() -> str:
    return settings.PLACES.database_url(connection.settings_dict["NAME"], OWNER_ROLE)


@pytest.mark.timeout(400)
def test_a_restored_instance_is_the_same_and_works_on(world, other, tmp_path) -> None:
    """One instance through its first day: each part begins where the one before it ended."""
    target = backed_up(tmp_path / "all.tar")
    is_the_same_row_by_row_and_file_by_file(world, other, target)
    sends_nothing_until_it_is_released(other)
    works_on_as_the_applications_role(other)
    is_not_overwritten_without_force(other, target)


def is_the_same_row_by_row_and_file_by_file(world: list[StoredFile], other: Instance, target: Path) -> None:
    before, shape, past = sums_of(own_url()), shape_of(own_url()), past_of(own_url())
    assert before["analytics_rfmscore"][0] == before["contacts_contact"][0] == 20
    assert len(past["crm_rowchange"]) > 20
    made = other.manage("restore", str(target))
    assert made.returncode == 0, made.stderr
    assert other.sums() == before
    restored = shape_of(other.url(OWNER_ROLE))
    assert {name: shape[name] ^ restored[name] for name in SHAPE} == {name: set() for name in SHAPE}
    after = past_of(other.url(OWNER_ROLE))
    assert {table: rows - after[table] for table, rows in past.items()} == {table: set() for table in past}
    for stored in world:
        content = (other.folder / "uploads" / str(stored.file.name)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == stored.sha256


def sends_nothing_until_it_is_released(other: Instance) -> None:
    send = "from crm.mail import sending; from crm.models import MailChannel; sending.sweep();"
    send += "print(sum(sending.send_due(channel.pk) for channel in MailChannel.objects.all()))"
    release = "from crm.holding import release_sending; release_sending(actor=None);"
    with Sink() as sink:
        held = other.manage("shell", "--no-imports", "-c", send, mail_port=sink.port)
        assert (held.stdout.strip(), sink.recipients()) == ("0", []), held.stderr
        free = other.manage("shell", "--no-imports", "-c", release + send, mail_port=sink.port)
        assert (free.stdout.strip(), sink.recipients()) == ("1", ["waits@example.com"]), free.stderr
    assert OutgoingMail.objects.get().state == "queued"  # of the instance that was backed up


def works_on_as_the_applications_role(other: Instance) -> None:
    assert other.manage("migrate", "--verbosity", "0").returncode == 0
    analyzed = other.manage("analyze", "--only", "rfm")  # swaps the table of scores for a new one
    assert analyzed.returncode == 0, analyzed.stderr
    with psycopg.connect(other.url(), autocommit=True) as line:
        before = line.execute("SELECT count(*) FROM crm_rowchange").fetchone()[0]
        line.execute("UPDATE contacts_contact SET name = 'Renamed'")
        assert line.execute("SELECT count(*) FROM crm_rowchange").fetchone()[0] > before
        for statement in ("DELETE FROM crm_rowchange", "UPDATE crm_logentry SET summary = ''"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                line.execute(statement)


def is_not_overwritten_without_force(other: Instance, target: Path) -> None:
    refused = other.manage("restore", str(target))
    assert (refused.returncode, "add --force" in refused.stderr) == (1, True)
    with psycopg.connect(other.url()) as line:
        assert line.execute("SELECT DISTINCT name FROM contacts_contact").fetchall() == [("Renamed",)]
    forced = other.manage("restore", str(target), "--force")
    assert forced.returncode == 0, forced.stderr
    assert other.sums() == sums_of(own_url())


def test_a_backup_is_of_one_moment_while_people_write(world, other, tmp_path) -> None:
    is_over = threading.Event()

    def keep_writing() -> None:
        number = 0
        try:
            while not is_over.is_set():
                make_order(make_contact(name=f"During {number}"))
                store(f"during {number}", os.urandom(500))
                number += 1
        finally:
            connections.close_all()

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        target = backed_up(tmp_path / "all.tar")
    finally:
        is_over.set()
        writer.join()
    made = other.manage("restore", str(target))
    assert made.returncode == 0, made.stderr
    with psycopg.connect(other.url(OWNER_ROLE)) as line:
        orphans = line.execute(
            "SELECT count(*) FROM orders_orderline l LEFT JOIN orders_order o ON o.id = l.order_id WHERE o.id IS NULL"
        ).fetchone()
        files = line.execute("SELECT file, sha256 FROM crm_storedfile").fetchall()
    assert orphans == (0,)
    assert len(files) >= len(world)
    for name, expected in files:
        assert hashlib.sha256((other.folder / "uploads" / name).read_bytes()).hexdigest() == expected


def test_a_damaged_backup_is_refused_before_anything_is_touched(world, tmp_path) -> None:
    target = backed_up(tmp_path / "all.tar")
    content = target.read_bytes()
    with tarfile.open(target) as archive:
        place = archive.getmember("database.dump").offset_data + 100
    target.write_bytes(content[:place] + b"\x00\xff" + content[place + 2 :])
    with pytest.raises(BadBackup, match=r"database.dump .* is not what it was"):
        check_backup(target)
    target.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadBackup):
        check_backup(target)
    target.write_text("Dear backup")
    with pytest.raises(BadBackup, match="no backup of this product"):
        check_backup(target)


def test_the_file_of_a_backup_is_for_its_owner_only_and_appears_when_it_is_whole(world, tmp_path) -> None:
    target = backed_up(tmp_path / "all.tar")
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.tar", "uploads"]


def test_an_upload_that_is_gone_is_named_and_stops_nothing(world, uploads, tmp_path) -> None:
    shutil.rmtree(uploads / world[0].file.name.split("/")[0])
    manifest = write_backup(tmp_path / "all.tar")
    assert world[0].file.name in manifest.missing
    assert check_backup(tmp_path / "all.tar") == manifest


def test_the_backup_is_made_as_the_owner(world) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == OWNER_ROLE
