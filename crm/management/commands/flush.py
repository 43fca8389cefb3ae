"""Django's `flush`, as the owner: the application's role empties no table. Tests use it."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush

from crm.database.owner import as_owner


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        with as_owner():
            super().handle(**options)
