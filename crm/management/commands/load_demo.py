"""`manage.py load_demo`: a believable company to look at, or a large one to measure with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from crm.company import company_today
from crm.demo.house import DemoRefused
from crm.demo.loading import load_demo
from crm.environment import is_local
from crm.jobs import start_job
from crm.management.product import ProductCommand


class Command(ProductCommand):
    help = (
        "Loads a demo company: people, contacts, products, orders, contact history. The same numbers and the same last"
        " day give the same data. Refuses where there are contacts, unless --add."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=2000, metavar="N", help="who bought (default: 2000)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another number, another company")
        parser.add_argument("--years", type=int, default=3, metavar="Y", help="of history (default: 3)")
        parser.add_argument(
            "--until", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="the last day (default: yesterday)"
        )
        parser.add_argument("--add", action="store_true", help="even if there are contacts")
        parser.add_argument("--later", action="store_true", help="leave the analysis to the worker, but for the scores")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, least, most in (("customers", 1, 5_000_000), ("years", 1, 20), ("seed", 0, 2**32)):
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} must be between {least:,} and {most:,}.")
        if options["until"] and options["until"] > timezone.localdate():
            raise CommandError("--until lies in the future: the demo's last day is today or earlier.")
        try:
            counts = load_demo(
                customers=options["customers"],
                seed=options["seed"],
                years=options["years"],
                until=options["until"],
                adding=options["add"],
                report=self._reporter(options["customers"]) if options["verbosity"] > 1 else lambda done: None,
            )
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from None
        self._analyze(options["until"], later=options["later"])
        if options["verbosity"]:
            made = ", ".join(f"{count:,} {what}" for what, count in counts.items())
            self.stdout.write(f"The demo company is there: {made}.\n{_way_in()}")

    def _analyze(self, until: dt.date | None, *, later: bool) -> None:
        """Run the analysis, where there is one; `later`: the scores now, all else by the worker."""
        if "analyze" not in get_commands():
            return
        as_of = (until or company_today()).isoformat()
        call_command("analyze", verbosity=0, as_of=as_of, only="rfm" if later else "")
        if later:
            start_job(actor=None, kind="analysis", title="Analysis of the demo company", parameters={"as_of": as_of})

    def _reporter(self, customers: int) -> Any:
        return lambda done: self.stderr.write(f"{done:,} of {customers:,} customers")


def _way_in() -> str:
    if is_local(settings.CRM_BASE_URL):
        return "Sign in as manager@example.com, password demo."
    return "Others can reach this site, so the demo accounts have no password: `manage.py create_user` sets one."
