"""`manage.py backup FILE`: the database and the uploads, in one file, while people work."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.template.defaultfilters import filesizeformat

from crm.backup.programs import ProgramFailed
from crm.backup.writing import write_backup
from crm.management.product import ProductCommand


class Command(ProductCommand):
    help = "Writes everything into one file: the database as of one moment, and the uploads. Keep the secret key apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="an older file of this name is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"].resolve()
        if not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}.")
        try:
            manifest = write_backup(target)
        except (ProgramFailed, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        if options["verbosity"]:
            files = len(manifest.sums) - 1
            size = filesizeformat(target.stat().st_size)
            self.stdout.write(f"{target}: {size}, the database and {files:,} uploaded files.")
        for name in manifest.missing:
            self.stderr.write(f"A row names the upload {name}, and it is not there.")
