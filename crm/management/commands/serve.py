"""`manage.py serve`: the whole product in one process group; `make run` calls it."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from crm.embedded import ServiceError
from crm.management.product import ProductCommand
from crm.serving.site import PortTaken, serve


class Command(ProductCommand):
    """Web server, Celery worker and beat, and the embedded servers below them."""

    help = "Start the embedded servers, migrate, and run web server, worker and beat until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """The port."""
        parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default: 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until it is stopped."""
        try:
            serve(options["port"])
        except (PortTaken, *ServiceError) as error:
            raise CommandError(str(error)) from error
