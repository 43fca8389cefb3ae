"""`manage.py remove_demo`: takes away what `load_demo` made, and keeps what was made since."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from crm.database.owner import as_owner
from crm.demo.removing.marks import demo_is_there
from crm.demo.removing.work import remove_demo
from crm.jobs import JobError
from crm.management.product import ProductCommand


class Command(ProductCommand):
    help = "Takes the demo company away. What people, files and programs made since stays, with what it needs."

    def handle(self, *args: Any, **options: Any) -> None:
        if not demo_is_there():
            self.stdout.write("There is no demo to remove.")
            return
        try:
            with as_owner():
                result = remove_demo(actor=None)
        except JobError as refusal:
            raise CommandError(str(refusal)) from None
        for heading, lines in (("Removed", result["gone"]), ("Kept", result["kept"])):
            words = ", ".join(f"{count:,} {kind}" for kind, count in lines) or "nothing"
            self.stdout.write(f"{heading}: {words}.")
