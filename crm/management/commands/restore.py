"""`manage.py restore FILE`: a backup into an empty instance, which then sends nothing until it is released."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from crm.backup.manifest import BadBackup
from crm.backup.programs import ProgramFailed
from crm.backup.restoring import NotEmpty, restore_backup
from crm.management.product import ProductCommand

SEALED = (
    "This instance has another secret key than the one that made the backup: second factors and stored passwords cannot"
    " be read. Put the old key into CRM_OLD_SECRET_KEYS, or have everybody set them up again."
)


class Command(ProductCommand):
    help = "Puts a backup into an empty instance; stop web, worker and beat first. It sends nothing until released."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--newer",
            type=Path,
            metavar="FILE",
            help="a newer backup: who was erased up to then is erased again, where this machine does not know it",
        )
        parser.add_argument("--force", action="store_true", help="throw away what is in this instance")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in (options["file"], options["newer"]):
            if path is not None and not path.is_file():
                raise CommandError(f"There is no file {path}.")
        try:
            restored = restore_backup(options["file"], force=options["force"], newer=options["newer"])
        except NotEmpty:
            raise CommandError(
                "There are people or contacts in this instance, and a restore throws them away. Nothing was changed."
                " Make a backup of it first, then add --force."
            ) from None
        except (BadBackup, ProgramFailed) as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(
                f"Restored: everything as it was at {restored.manifest.made_at}. Everybody signs in again; nothing is"
                " sent until an administrator releases it on any page."
            )
        for sentence in restored.told:
            self.stdout.write(sentence)
        if not restored.has_key:
            self.stderr.write(SEALED)
