"""`manage.py export_data KIND`: a table as CSV, streamed; import reads it back."""

from __future__ import annotations

import datetime as dt
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import transaction

from crm.access import can
from crm.catalogue import ExportKind, export_kinds
from crm.choices import Verb
from crm.exporting.csv import csv_lines
from crm.exporting.formats import CSV, FORMATS, WORKBOOK, Format
from crm.exporting.streams import CannotExport, refuse_unknown, shown_columns
from crm.exporting.taken import following
from crm.foreign.tables import TooLargeForExcel
from crm.log import log
from crm.management.product import ProductCommand
from crm.models import User


class Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.count += 1
            yield row


class Command(ProductCommand):
    is_long = True
    help = "Writes a table as CSV (UTF-8). A text that a spreadsheet would run gets a ' in front; import takes it off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("kind", metavar="KIND", help=f"one of: {', '.join(export_kinds())}")
        add("--columns", metavar="A,B", default="", help="these columns, in this order; all unless given")
        add("--as-of", metavar="YYYY-MM-DD", help="orders up to this day; scores as of it")
        names = [one.name for one in FORMATS]
        add("--format", choices=names, default=CSV.name, help="as CSV unless said otherwise; a workbook needs --output")
        add("--output", type=Path, metavar="FILE", help="where to; the terminal unless given")
        add("--user", metavar="EMAIL", help="with the rights of this person (otherwise with all rights)")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = export_kinds().get(options["kind"])
        if kind is None:
            raise CommandError(f"There is no kind “{options['kind']}”. The kinds are: {', '.join(export_kinds())}.")
        actor = _actor(options["user"], kind)
        shown = shown_columns(kind, actor)
        try:
            columns = [name.strip() for name in options["columns"].split(",") if name.strip()] or shown
            refuse_unknown(columns, shown)
            with following() as taken:
                rows = Counted(kind.rows(actor, columns, _day(options["as_of"])))
                self._write(columns, rows, options["output"], options["format"])
        except CannotExport as error:
            raise CommandError(str(error)) from error
        summary = f"Exported {rows.count:,} rows of {kind.label.lower()}"
        with transaction.atomic():
            taken.keep(log(actor=actor, verb="export", kind=apps.get_model(kind.model), summary=summary))
        if options["output"] and options["verbosity"]:
            self.stderr.write(f"{summary} to {options['output']}.")

    def _write(self, columns: Sequence[str], rows: Counted, output: Path | None, name: str) -> None:
        form = next(one for one in FORMATS if one.name == name)
        if output is None:
            if form is WORKBOOK:
                raise CommandError("A workbook is no text for a terminal: say --output FILE.")
            try:
                for text in self._pieces(form, columns, rows):
                    self.stdout.write(str(text), ending="")
            except BrokenPipeError:  # whoever read has seen enough
                sys.stdout = None
            return
        part = output.with_name(output.name + ".part")
        try:
            with part.open("wb") as file:
                for piece in self._pieces(form, columns, rows):
                    file.write(piece if isinstance(piece, bytes) else piece.encode())
            part.replace(output)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        except TooLargeForExcel as error:
            raise CommandError(str(error)) from error
        finally:
            part.unlink(missing_ok=True)

    def _pieces(self, form: Format, columns: Sequence[str], rows: Counted) -> Iterable[str | bytes]:
        if form is CSV:  # for programs: without the mark by which spreadsheets know UTF-8
            return csv_lines(chain([columns], rows), for_spreadsheet=False)
        return form.write(columns, columns, rows)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise CannotExport(f"“{text}” is not a day; write it like 2026-06-30.") from None


def _actor(email: str | None, kind: ExportKind) -> User | None:
    """The person with whose rights to export; None for all rights."""
    if not email:
        return None
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"Nobody here has the e-mail address {email}.")
    if not can(user, Verb.EXPORT, apps.get_model(kind.model)):
        raise CommandError(f"{user.name} may not export {kind.label.lower()}.")
    return user
