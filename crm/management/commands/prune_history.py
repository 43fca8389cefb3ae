"""`manage.py prune_history`: takes old rows out of the row history, as the owner; the application's role cannot."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from crm.database.owner import as_owner
from crm.log import log
from crm.management.product import ProductCommand
from crm.past.pruning import prune

LEAST_DAYS = 30


class Command(ProductCommand):
    help = "Takes rows older than so many days out of the row history, in small steps. The log of intent stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than-days", type=int, required=True, metavar="N", help=f"at least {LEAST_DAYS}")

    def handle(self, *args: Any, **options: Any) -> None:
        days: int = options["older_than_days"]
        if days < LEAST_DAYS:
            raise CommandError(f"--older-than-days must be {LEAST_DAYS} or more.")
        before = timezone.now() - dt.timedelta(days=days)
        with as_owner():
            count = prune(before)
            log(
                actor=None, verb="prune", summary=f"Took {count:,} rows before {before:%Y-%m-%d} out of the row history"
            )
        self.stdout.write(f"{count:,} rows are gone.")
