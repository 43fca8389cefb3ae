"""`manage.py analyze`: the same engine as the worker's."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import CommandError

from analytics.models import ModelRun
from analytics.registry import STEPS
from analytics.runs import WAITING, StepsFailed, as_json, read_day, run_steps
from analytics.steps import AnalysisError
from crm.management.product import ProductCommand
from crm.templatetags.figures import full_day, number


class Waiting:
    """Says once that the command waits for another run; how far the steps are is nobody's business here."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self.say, self.said = say, False

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        if message == WAITING and not self.said:
            self.said = True
            self.say(f"{message}.")


class Command(ProductCommand):
    is_long = True
    help = "Computes the scores of the customers and swaps them in; a step that fails leaves its last figures in place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="the end of this day; today unless given")
        parser.add_argument(
            "--only", metavar="STEP,...", default="", help=f"some of: {', '.join(STEPS)}; all unless given"
        )
        parser.add_argument(
            "--param", action="append", default=[], metavar="STEP.NAME=VALUE", help="such as rfm.window_days=365"
        )
        parser.add_argument("--json", action="store_true", help="prints the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            runs = run_steps(
                actor=None,
                as_of=read_day(options["as_of"]),
                only=[name.strip() for name in options["only"].split(",") if name.strip()],
                parameters=_parameters(options["param"]),
                progress=Waiting(self.stderr.write),
            )
        except StepsFailed as error:
            self._print(error.runs, options)
            raise CommandError(str(error)) from error
        except AnalysisError as error:
            raise CommandError(str(error)) from error
        self._print(runs, options)

    def _print(self, runs: list[ModelRun], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(as_json(runs)))
        elif options["verbosity"]:
            for run in runs:
                self._say(run)

    def _say(self, run: ModelRun) -> None:
        rows = number(run.row_count)
        self.stdout.write(f"{run.step} as of {full_day(run.as_of)}: {rows} rows, {run.seconds:.1f} s.")
        for sentence in STEPS[run.step].describe(run):
            self.stdout.write(f"  {sentence}")


def _parameters(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """`["rfm.window_days=365"]` as parameters by step."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        step, dot, parameter = name.strip().partition(".")
        if not sign or not dot:
            raise AnalysisError(f"--param {text}: write it like --param rfm.window_days=365.")
        found.setdefault(step, {})[parameter] = value
    return found
