"""`manage.py warehouse NAME`: makes a role of the database that reads the views of the warehouse and nothing else."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crm.management.product import ProductCommand
from crm.warehouse.readers import ReaderRefused, drop_reader, save_reader
from crm.warehouse.views import warehouse_views


class Command(ProductCommand):
    help = "Makes a role of the database for a tool that draws reports, or changes its password; --list: what it reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", metavar="NAME")
        parser.add_argument("--password", metavar="P", help="asked for when it is not given")
        parser.add_argument("--seconds", type=int, default=600, metavar="N", help="how long one query may take")
        parser.add_argument("--drop", action="store_true", help="take the role away")
        parser.add_argument("--list", action="store_true", help="the views with their columns, as Markdown")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.stdout.write(listing())
            return
        name = options["name"]
        if not name:
            raise CommandError("Say the name of the role, or --list.")
        if not 1 <= options["seconds"] <= 86_400:
            raise CommandError("--seconds: between 1 and 86400.")
        try:
            if options["drop"]:
                drop_reader(name)
                self.stdout.write(f"{name} is gone.")
                return
            is_new = save_reader(name, options["password"] or _ask_password(), options["seconds"])
        except ReaderRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{'Made' if is_new else 'Changed'} {name}: it reads the schema warehouse and nothing else.")


def listing() -> str:
    """Every view and column with what it says, as it stands in docs/warehouse.md."""
    parts = []
    for view in warehouse_views():
        rows = "\n".join(f"| `{column.name}` | {column.says} |" for column in view.columns)
        parts.append(f"## `warehouse.{view.name}`\n{view.says}\n\n| column | |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for a password: say it with --password.")
    first = getpass.getpass("Password: ")
    if not first or first != getpass.getpass("The same again: "):
        raise CommandError("The password was empty or not the same twice. Nothing was changed.")
    return first
