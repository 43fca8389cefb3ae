"""Making a backup while people work: dump and list of files are of one and the same moment."""

from __future__ import annotations

import io
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from psycopg import IsolationLevel

from crm.backup.apart import apart
from crm.backup.manifest import DUMP, MANIFEST, UPLOADS, Manifest, applied_migrations, key_mark, sum_of
from crm.backup.programs import run_program
from crm.database.owner import as_owner
from crm.models import StoredFile
from crm.warehouse.upkeep import SCHEMA

MODE = 0o600


def write_backup(target: Path) -> Manifest:
    """Everything into `target`, which appears when it is whole. Raises ProgramFailed, OSError."""
    part = target.with_name(f"{target.name}.part")
    part.touch(mode=MODE)
    part.chmod(MODE)
    try:
        with as_owner(), _one_moment(), tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            manifest = _write(part, Path(folder) / DUMP)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(part: Path, dump: Path) -> Manifest:
    with transaction.atomic(), tarfile.open(part, "w") as archive:
        snapshot = _snapshot()
        manifest = Manifest(
            made_at=timezone.now().isoformat(timespec="seconds"),
            migrations=applied_migrations(),
            key_mark=key_mark(),
            server_version=connection.connection.info.server_version,
        )
        without = ("--no-owner", "--no-acl", f"--exclude-schema={SCHEMA}")  # `migrate` makes those views
        run_program("pg_dump", "--format=custom", *without, f"--snapshot={snapshot}", f"--file={dump}")
        manifest.sums[DUMP] = sum_of(dump)
        archive.add(dump, DUMP)
        for name in _uploads():
            _add_upload(archive, manifest, name)
        for one in apart():
            content = one.as_file()
            manifest.sums[one.name] = sum_of(io.BytesIO(content))
            _add(archive, one.name, io.BytesIO(content), len(content))
        _add(archive, MANIFEST, io.BytesIO(manifest.to_bytes()), len(manifest.to_bytes()))
    return manifest


@contextmanager
def _one_moment() -> Iterator[None]:
    """Every statement of a transaction sees the database as its first one did."""
    connection.ensure_connection()
    line = connection.connection
    before = line.isolation_level, line.read_only
    line.isolation_level, line.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        yield
    finally:
        line.isolation_level, line.read_only = before


def _snapshot() -> str:
    """From here on this transaction, and the dump, see the database as it is at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


def _uploads() -> Iterator[str]:
    yield from StoredFile.objects.order_by("pk").values_list("file", flat=True).iterator()


def _add_upload(archive: tarfile.TarFile, manifest: Manifest, name: str) -> None:
    try:
        with default_storage.open(name) as file:
            manifest.sums[f"{UPLOADS}{name}"] = sum_of(file)
            file.seek(0)
            _add(archive, f"{UPLOADS}{name}", file, file.size)
    except FileNotFoundError:  # deleted since the moment of the snapshot, or lost before it
        manifest.missing.append(name)


def _add(archive: tarfile.TarFile, name: str, content: Any, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, MODE, int(time.time())
    archive.addfile(entry, content)
