"""What the commands of the product share."""

from django.core.management.base import BaseCommand

from crm.giving_way import give_way


class ProductCommand(BaseCommand):
    """A command that people and timers call on a running instance.

    It makes no checks of the code: those read every page of the product, a third of the time in which a mail is handed
    over. `make check` makes them, and so does `manage.py check --deploy` where an instance is set up.
    """

    requires_system_checks = []
    is_long = False
    """Whether it gives way to people where it is called by itself (`crm.giving_way`)."""

    def run_from_argv(self, argv: list[str]) -> None:
        if self.is_long:
            give_way()
        super().run_from_argv(argv)
