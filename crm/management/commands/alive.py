"""`manage.py alive NAME`: ends with 0 where such a process was at work of late; for health checks."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.heartbeats import LATE, silent_for
from crm.serving.site import answers


class Command(BaseCommand):
    help = "Says whether a process of this kind is alive: web by asking its port, worker and beat by their last sign."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("process", choices=("web", *LATE))
        parser.add_argument("--port", type=int, default=8000, help="of web (default: 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["process"]
        if name == "web":
            if not answers(options["port"]):
                raise CommandError("The web server does not answer.")
            return
        silence = silent_for(name)
        if silence is None:
            raise CommandError(f"Nothing was ever heard of a {name}.")
        if silence > LATE[name]:
            raise CommandError(f"The last sign of life of a {name} is {silence.total_seconds():.0f} seconds old.")
