"""Bringing a backup back into an empty instance. Nothing is touched before the whole file has been looked through."""

from __future__ import annotations

import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from crm.backup.apart import Apart, apart
from crm.backup.manifest import DUMP, MANIFEST, UPLOADS, BadBackup, Manifest, key_mark, sum_of
from crm.backup.programs import run_program
from crm.database.owner import as_owner
from crm.holding import hold_sending
from crm.models import Heartbeat, Session

# what says that somebody lives here: people who can sign in, or customers
INHABITED_BY = ("crm_user", "contacts_contact")
# a transaction that drops all tables holds more locks than an untouched server has room for
TABLES_AT_ONCE = 20


class NotEmpty(Exception):
    """The instance has people or contacts in it."""


@dataclass(frozen=True)
class Restored:
    """What was put in place, whether what is sealed can be read with this instance's secret key, and in sentences what
    was done with what no restore may lose."""

    manifest: Manifest
    has_key: bool
    told: list[str]


def restore_backup(source: Path, *, force: bool = False, newer: Path | None = None) -> Restored:
    """Put everything in place. What is kept apart of the database (`crm.backup.apart`) is read before, here, in the
    backup and in a `newer` one, and done again afterwards.

    Raises BadBackup, NotEmpty (unless `force`, which throws away what is there), ProgramFailed.
    """
    manifest = check_backup(source)
    if newer is not None:
        check_backup(newer)
    if not force and is_inhabited():
        raise NotEmpty
    kept = {one.name: _lines_apart(one, source, newer) for one in apart()}
    with tempfile.TemporaryDirectory(dir=source.resolve().parent, prefix=".restore-") as folder:
        dump = Path(folder) / DUMP
        with _opened(source) as archive:
            _extract(archive, DUMP, dump)
        _fill_database(dump)
    _put_uploads(source, manifest)
    call_command("migrate", interactive=False, verbosity=0)
    # sign-ins that were ended after the backup would be open again
    Session.objects.all().delete()
    Heartbeat.objects.all().delete()
    hold_sending(actor=None, reason=f"Restored from the backup of {manifest.made_at}; nothing is sent until released")
    told = [sentence for one in apart() for sentence in one.put_back(kept[one.name])]
    return Restored(manifest, manifest.key_mark == key_mark(), told)


def _lines_apart(one: Apart, *archives: Path | None) -> list[str]:
    """All that is known of it: in this instance, and in these archives."""
    lines = list(one.known())
    for path in archives:
        if path is None:
            continue
        with _opened(path) as archive:
            if one.name in archive.getnames() and (content := archive.extractfile(one.name)):
                lines += content.read().decode().splitlines()
    return list(dict.fromkeys(lines))


def check_backup(source: Path) -> Manifest:
    """Read the file from end to end and compare every sum. Raises BadBackup."""
    try:
        with _opened(source) as archive:
            entry = archive.extractfile(MANIFEST)
            manifest = Manifest.from_bytes(entry.read() if entry else b"")
            found = {member.name for member in archive.getmembers() if member.isreg()} - {MANIFEST}
            if found != set(manifest.sums):
                raise BadBackup("Files are missing from this backup, or there are some too many.")
            for name, expected in manifest.sums.items():
                content = archive.extractfile(name)
                if content is None or sum_of(content) != expected:
                    raise BadBackup(f"{name} in this backup is not what it was when the backup was made.")
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BadBackup(f"{source} is no backup of this product, or it is cut off.") from error
    _refuse_newer(manifest)
    return manifest


def is_inhabited() -> bool:
    """Whether there is anything that a restore would destroy."""
    there = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in set(INHABITED_BY) & set(there):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # noqa: S608 (names of the code)
            if cursor.fetchone()[0]:
                return True
    return False


def _refuse_newer(manifest: Manifest) -> None:
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    known = {f"{app}.{name}" for key, one in on_disk.items() for app, name in [key, *one.replaces]}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BadBackup(
            f"This backup was made by another version of the product, which has {unknown[0]}: restore it with that one."
        )


def _fill_database(dump: Path) -> None:
    with as_owner():
        _empty_database()
        run_program(
            "pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", *_into(), str(dump)
        )


def _empty_database() -> None:
    tables = [connection.ops.quote_name(name) for name in connection.introspection.table_names()]
    with connection.cursor() as cursor:
        for start in range(0, len(tables), TABLES_AT_ONCE):
            cursor.execute(f"DROP TABLE IF EXISTS {', '.join(tables[start : start + TABLES_AT_ONCE])} CASCADE")
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")


def _into() -> list[str]:
    return ["--dbname", str(connection.settings_dict["NAME"])]


def _put_uploads(source: Path, manifest: Manifest) -> None:
    with _opened(source) as archive:
        for name in manifest.sums:
            path = PurePosixPath(name)
            if not name.startswith(UPLOADS) or ".." in path.parts or path.is_absolute():
                continue
            target = str(path.relative_to(UPLOADS.rstrip("/")))
            content = archive.extractfile(name)
            if content is None:
                raise BadBackup(f"{name} cannot be read.")
            default_storage.delete(target)
            default_storage.save(target, File(content))


def _extract(archive: tarfile.TarFile, name: str, target: Path) -> None:
    content = archive.extractfile(name)
    if content is None:
        raise BadBackup(f"{name} cannot be read.")
    with closing(content), target.open("wb") as file:
        while piece := content.read(1 << 20):
            file.write(piece)


def _opened(source: Path) -> tarfile.TarFile:
    return tarfile.open(source, "r:")
