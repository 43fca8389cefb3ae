"""`manage.py alive NAME`: ends with 0 where such a process was at work of late; for health checks.

`manage.py` asks `crm.serving.alive` itself; this is what `django-admin alive` and the list of commands see.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from crm.management.product import ProductCommand
from crm.serving.alive import NotAlive, add_arguments, ask_alive


class Command(ProductCommand):
    help = "Says whether a process of this kind is alive: web by asking its port, worker and beat by their last sign."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ask_alive(options["process"], options["port"])
        except NotAlive as error:
            raise CommandError(str(error)) from error
