"""Django's `migrate`, as the owner of the tables; then the triggers of the row history and of kept sums, the
application's rights, and the views of the warehouse."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from crm.database.owner import as_owner
from crm.kept_sums import upkeep as sums
from crm.past.upkeep import bring_up_to_date
from crm.warehouse import upkeep as warehouse


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        is_asked_only = options["plan"] or options["check_unapplied"]
        with as_owner():
            if not is_asked_only:
                warehouse.make_way()
            super().handle(*args, **options)
            if not is_asked_only:
                bring_up_to_date()
                sums.bring_up_to_date()
                warehouse.bring_up_to_date()
