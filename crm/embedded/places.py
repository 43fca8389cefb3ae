"""Where an instance keeps its data and its sockets, and the addresses that follow from it."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

LONGEST_SOCKET_PATH = 107  # bytes; the limit of sun_path on Linux, less the closing zero
POSTGRES_SOCKET = ".s.PGSQL.5432"
OWNER_ROLE = "postgres"  # makes the tables
APP_ROLE = "crm_app"  # everything else: cannot alter the records of the past


@dataclass(frozen=True)
class Places:
    """The folders of one instance below `var` (an absolute path)."""

    var: Path

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.var / "pg"

    @property
    def postgres_sockets(self) -> Path:
        """The folder of PostgreSQL's socket: the "host" of a connection."""
        return self._sockets("pg-run", POSTGRES_SOCKET)

    @property
    def valkey_data(self) -> Path:
        """Valkey's data folder."""
        return self.var / "valkey"

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""
        return self._sockets("valkey-run", "s") / "s"

    @property
    def logs(self) -> Path:
        """The folder of both servers' logs."""
        return self.var / "log"

    def database_url(self, name: str = "crm", role: str = APP_ROLE) -> str:
        """The address of a database, as DATABASE_URL; by default for the application's role."""
        return f"postgres://{role}@/{name}?{urlencode({'host': self.postgres_sockets})}"

    def broker_url(self, number: int = 0) -> str:
        """The address of Valkey's database `number` as Celery wants it."""
        return f"redis+socket://{quote(str(self.valkey_socket))}?virtual_host={number}"

    def _sockets(self, name: str, socket: str) -> Path:
        folder = self.var / name
        if len(os.fsencode(folder / socket)) <= LONGEST_SOCKET_PATH:
            return folder
        mark = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"crm-{os.getuid()}-{mark}" / name


def make_private(folder: Path, owner: int | None = None) -> None:
    """Make a folder for one user only, given to `owner` (a user id) when asked.

    Raises PermissionError when a stranger made it before us, which is possible below the shared temporary folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.getuid(), owner}:
        raise PermissionError(f"{folder} belongs to somebody else: remove it or set CRM_VAR to another folder.")
    folder.chmod(0o700)
    if owner is not None and found.st_uid != owner:
        os.chown(folder, owner, owner)
