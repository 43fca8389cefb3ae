"""A migrated PostgreSQL server in the files of a folder: tests that start a product of their own begin with a copy."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from django.conf import settings

from crm.embedded import Instance
from tests.servers import migrate, migrations_mark


def give_database(folder: Path) -> None:
    """Put the data of a migrated server where an `Instance` of the folder looks for it; made once for all runs."""
    made = _made_once()
    target = Instance(folder).places.postgres_data
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(made), str(target)], check=True)


def _made_once() -> Path:
    """The data folder of a server that was migrated and stopped, named after the migrations."""
    top = settings.CRM_VAR / "prepared"
    top.mkdir(parents=True, exist_ok=True)
    with (top / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = top / migrations_mark()
        if not whole.exists():
            for old in (entry for entry in top.iterdir() if entry.is_dir()):
                shutil.rmtree(old)
            instance = Instance(top / "making", volatile=True)
            try:
                instance.start_postgres()
                migrate(instance.places)
            finally:
                instance.stop()
            instance.places.var.rename(whole)
        return Instance(whole).places.postgres_data
