"""`manage.py import_data KIND FILE`: the same engine as the wizard."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crm.acting import acting, current_acting
from crm.catalogue import import_kinds
from crm.customfields.definitions import type_named
from crm.importing.custom import with_stored_fields
from crm.importing.dates import DateOrder
from crm.importing.engine import ImportResult, import_file
from crm.importing.errors import UnreadableFile
from crm.importing.kinds import EXTERNAL_ID, ImportKind
from crm.importing.mapping import BOTH, ImportOptions, over, split_pair, told_columns
from crm.importing.mappings.fitting import adapted, fit_of, named_mapping, sheet_of
from crm.importing.matching import WRITES
from crm.importing.numbers import DecimalMark
from crm.importing.reading import open_table
from crm.management.product import ProductCommand
from crm.models import User

ORDERS = (DateOrder.DMY.value, DateOrder.MDY.value, DateOrder.YMD.value)
MARKS = (DecimalMark.POINT.value, DecimalMark.COMMA.value)


RULES = """
How a file is read:
  Its content decides what it is: CSV and relatives, Excel workbook (.xlsx), JSON lines, gzip of these.
  Columns named like a field are mapped by themselves; others need --map.
  A column decides as a whole how its dates and its numbers are written; where it leaves that open, the command asks.
  A time without a zone is in the company's zone. One that a clock change skips is moved on by the hour; one that it
  repeats is the first of the two. Years of two digits from 69 on are of the 1900s.
What a file changes:
  An empty cell takes nothing away; a given value replaces the stored one; tags are added to those that are there.
  A new e-mail address or phone number becomes the main one, the one before stays beside it.
  Rows of one file with the same identity are one record: later values win.
  A row with a fault stays out as a whole, with line, column and reason, in the file of rejected rows; the rest is in.
"""


class TerminalProgress:
    """A line on the error stream, rewritten now and then; silent when nobody watches."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.next_at = 0.0
        self.started = time.monotonic()

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        now = time.monotonic()
        if now < self.next_at or not self.stream.isatty():
            return
        self.next_at = now + 0.2
        share = f"{100 * done // total:3d} %, {done / (now - self.started):,.0f} rows/s" if total else ""
        self.stream.write(f"\r{message:<45}{share:<30}")
        self.stream.flush()

    def end(self) -> None:
        if self.stream.isatty():
            self.stream.write("\r" + " " * 75 + "\r")


class Command(ProductCommand):
    is_long = True
    help = "Imports a table: what it is, is told by its content. Running the same file again changes nothing."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, epilog=RULES, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("kind", metavar="KIND", help=f"one of: {', '.join(import_kinds())}")
        add("file", metavar="FILE", type=Path)
        add(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="a column onto a field; #row is the row's number",
        )
        add("--template", action="append", default=[], metavar="FIELD={col a} {col b}", help="a field made of columns")
        add("--set", action="append", default=[], metavar="FIELD=VALUE", help="the same value for every row")
        add("--value", action="append", default=[], metavar="FIELD:FROM=TO", help="replaces a value")
        add("--null", action="append", default=[], metavar="TEXT", help="a text that means: not given")
        add(
            "--custom",
            action="append",
            default=[],
            metavar="COLUMN[=TYPE]",
            help="becomes a custom field; '*' is all that feed nothing; the type is guessed where it is not given",
        )
        add("--late", action="append", default=[], metavar="COLUMN", help="a custom field filled in after the fact")
        add("--date-order", choices=ORDERS, help="for a column of dates that leaves it open")
        add("--decimal", choices=MARKS, help="for a column of numbers that leaves it open")
        add("--encoding", help="such as utf-8, cp1252, utf-16 (otherwise guessed)")
        add("--delimiter", help="the character between cells (otherwise guessed); \\t is a tab")
        add("--header", choices=("yes", "no"), help="whether the first row names the columns (otherwise guessed)")
        add("--sheet", metavar="NAME", help="the sheet of a workbook (otherwise the first in sight with a table)")
        add(
            "--mapping",
            metavar="NAME",
            help="columns as they were kept under this name in the wizard; what other options say goes before it",
        )
        add(
            "--match",
            choices=("external_id", "email", "phone", "name_postcode"),
            help="by what a contact is known to be there already (the external id, unless said otherwise)",
        )
        add(
            "--write",
            choices=[name for name, _ in WRITES],
            help="make new ones, change known ones, or both",
        )
        add("--rejected", type=Path, metavar="FILE", help="where rejected rows are written")
        add("--user", metavar="EMAIL", help="with the rights of this person (otherwise with all rights)")
        add("--dry-run", action="store_true", help="does everything, and takes it back")
        add("--json", action="store_true", help="prints the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = import_kinds().get(options["kind"])
        if kind is None:
            raise CommandError(f"There is no kind “{options['kind']}”. The kinds are: {', '.join(import_kinds())}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        self.kind = kind
        progress, actor = TerminalProgress(sys.stderr), self._actor(options["user"])
        try:
            with acting(actor_id=actor.pk if actor else None, request_id=current_acting().request_id):
                result = import_file(
                    actor=actor,
                    kind=kind,
                    path=options["file"],
                    options=self._options(kind, actor, options),
                    progress=progress,
                    rejected_path=options["rejected"],
                    dry_run=options["dry_run"],
                )
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        finally:
            progress.end()
        self._say(result, as_json=options["json"])

    def _options(self, kind: ImportKind, actor: User | None, said: dict[str, Any]) -> ImportOptions:
        """What the command line says, and below it what is kept under the name of a mapping."""
        options = parse_options(said)
        if not said["mapping"]:
            return options
        kind = with_stored_fields(kind)
        mapping = named_mapping(actor, kind, said["mapping"])
        sheet = options.sheet or sheet_of(mapping, said["file"])
        columns = open_table(said["file"], replace(options, sheet=sheet).reading(kind)).columns
        kept = adapted(fit_of(mapping, columns), kind, actor, said["file"], sheet)
        return over(kept, options, match=said["match"], write=said["write"])

    def _actor(self, email: str | None) -> User | None:
        if not email:
            return None
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody here has the e-mail address {email}.")
        return user

    def _say(self, result: ImportResult, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(result.to_json()))
            return
        counts = result.counts
        self.stdout.write(f"Read as {result.description}.")
        self.stdout.write(
            f"{result.rows:,} rows in {result.seconds:.1f} s: {counts.created:,} created, {counts.updated:,} updated, "
            f"{counts.unchanged:,} unchanged, {result.rejected:,} rejected."
        )
        if counts.related:
            self.stdout.write(
                "Made beside them: " + ", ".join(f"{n:,} {name}" for name, n in counts.related.items()) + "."
            )
        for diff in result.diffs:
            told = "; ".join(f"{label}: {old or '–'} → {new or '–'}" for label, old, new in diff.fields)
            self.stdout.write(f"  row {diff.row}, {diff.name}: {told or ('new' if diff.is_new else 'changed')}")
        if told := told_columns(self.kind, result.unused):
            self.stdout.write(f"Not every column was taken.{told}")
        for sentence in counts.notes:
            self.stdout.write(sentence)
        for sentence in result.examples[:5]:
            self.stdout.write(f"  {sentence}")
        if result.rejected_path:
            self.stdout.write(f"Rejected rows, each with its reason: {result.rejected_path}")


def parse_options(options: dict[str, Any]) -> ImportOptions:
    """The command line as import options."""
    delimiter = options["delimiter"]
    return ImportOptions(
        map=tuple(split_pair(text, "--map", "COLUMN=FIELD") for text in options["map"]),
        templates=dict(split_first(text, "--template", "'FIELD={col a} {col b}'") for text in options["template"]),
        constants=dict(split_first(text, "--set", "FIELD=VALUE") for text in options["set"]),
        values=tuple(split_value(text) for text in options["value"]),
        nulls=tuple(options["null"]),
        custom=tuple(split_custom(text) for text in options["custom"]),
        late=tuple(options["late"]),
        date_order=DateOrder(options["date_order"]) if options["date_order"] else None,
        decimal=DecimalMark(options["decimal"]) if options["decimal"] else None,
        encoding=options["encoding"],
        delimiter="\t" if delimiter in ("\\t", "tab") else delimiter,
        header={"yes": True, "no": False}.get(options["header"]),
        sheet=options["sheet"],
        match=options["match"] or EXTERNAL_ID,
        write=options["write"] or BOTH,
    )


def split_first(text: str, option: str, example: str) -> tuple[str, str]:
    """`left=right`, split at the first `=`."""
    left, sign, right = text.partition("=")
    if not sign or not left.strip():
        raise UnreadableFile(f"{option} {text}: write it like {option} {example}.")
    return left.strip(), right


def split_custom(text: str) -> tuple[str, str]:
    """`COLUMN` or `COLUMN=TYPE`; what stands behind the last `=` and is no type belongs to the column's name."""
    column, sign, kind = text.rpartition("=")
    if sign and column.strip() and (type_named(kind) or column.strip() == "*"):
        return column.strip(), kind.strip()
    return text.strip(), ""


def split_value(text: str) -> tuple[str, str, str]:
    """`FIELD:FROM=TO`."""
    name, colon, rest = text.partition(":")
    old, new = split_first(rest, "--value", "FIELD:FROM=TO") if colon else ("", "")
    if not colon or not name.strip():
        raise UnreadableFile(f"--value {text}: write it like --value FIELD:FROM=TO.")
    return name.strip(), old, new
