"""Django's `migrate`, as the owner of the tables; then the triggers of the row history and of kept sums, and the
application's rights."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from crm.database.owner import as_owner
from crm.kept_sums import upkeep as sums
from crm.past.upkeep import bring_up_to_date


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
            super().handle(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                bring_up_to_date()
                sums.bring_up_to_date()
