"""What stands in a backup: versions, sums, counts. Written last, read first."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder

FORMAT = 1
DUMP, UPLOADS, MANIFEST = "database.dump", "uploads/", "manifest.json"
PIECE = 1 << 20


class BadBackup(ValueError):
    """The file is no backup, is damaged, or comes from a newer version; the message says which."""


@dataclass(frozen=True)
class Manifest:
    """`sums`: name in the archive to sha256. `missing`: uploads that a row names and nobody found."""

    made_at: str
    migrations: list[str]
    key_mark: str
    server_version: int
    sums: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Raises BadBackup."""
        try:
            known = json.loads(content)
            if known["format"] != FORMAT:
                raise BadBackup(f"This backup has format {known['format']}; this version reads {FORMAT}.")
            return cls(**known)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if isinstance(error, BadBackup):
                raise
            raise BadBackup("The list of contents of this backup cannot be read: it is damaged.") from error


def applied_migrations() -> list[str]:
    """`app.0001_name` of everything that the database has been through."""
    rows = MigrationRecorder.Migration.objects.values_list("app", "name")
    return sorted(f"{app}.{name}" for app, name in rows)


def key_mark() -> str:
    """Tells one secret key from another and says nothing about it."""
    return hmac.new(settings.SECRET_KEY.encode(), b"crm backup", hashlib.sha256).hexdigest()[:16]


def sum_of(file: Any) -> str:
    """The sha256 of a path, or of what is left to read of an open file."""
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return sum_of(opened)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
