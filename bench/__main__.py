"""`python -m bench [--only ROW,...] [--rows N]`: measure, and print the table as Markdown."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.base import Databases

TOP = Path(__file__).resolve().parent.parent
SMALLEST = 1_000
HOW = """Medians of five rounds in which the cases take turns (a page: 30 requests through gunicorn, two processes,
signed in). Spread is the middle half of the rounds by the median; above 30 % no ratio is given."""


def main() -> int:
    """The exit status: 1 where a row fell SHORT or failed."""
    options = _options()
    var = Path(os.environ.get("CRM_VAR") or TOP / "var").resolve() / "bench"
    var.mkdir(parents=True, exist_ok=True)
    os.environ |= {"CRM_VAR": str(var), "DJANGO_SETTINGS_MODULE": "crm.settings", "CRM_PROCESS": "command"}

    import django  # noqa: PLC0415  (the environment first)

    from bench.base import Databases  # noqa: PLC0415
    from crm.embedded import Instance  # noqa: PLC0415

    instance = Instance(var)
    databases = Databases(instance)
    os.environ["DATABASE_URL"] = databases.url(databases.work_name(options.rows))
    django.setup()
    from bench.rows import ROWS  # noqa: PLC0415

    wanted = options.only.split(",") if options.only else list(ROWS)
    if unknown := [name for name in wanted if name not in ROWS]:
        sys.stderr.write(f"There is no row {unknown[0]}. The rows are: {', '.join(ROWS)}.\n")
        return 2
    with ExitStack() as stack:
        for start, server, name in (
            (instance.start_postgres, instance.postgres, "pg"),
            (instance.start_valkey, instance.valkey, "valkey"),
        ):
            if start():
                stack.callback(instance.stop_one, server, name)
        stack.enter_context(databases.work(options.rows))
        return _run(wanted, options, databases, var, stack)


def _run(wanted: list[str], options: argparse.Namespace, databases: Databases, var: Path, stack: ExitStack) -> int:
    from django.db import connections  # noqa: PLC0415

    from bench.measuring import HEAD, table  # noqa: PLC0415
    from bench.rows import ROWS  # noqa: PLC0415
    from bench.world import World  # noqa: PLC0415
    from crm.serving.static import collect_if_changed  # noqa: PLC0415

    stack.callback(connections.close_all)
    collect_if_changed()
    world = World(options.rows, databases, var, stack, options.grown or options.rows)
    shorts = failures = 0
    _say(*_heading(options.rows), "", *HEAD)
    for name in wanted:
        started = time.monotonic()
        try:
            for line in ROWS[name](world):
                shorts += line.is_short
                _say(*table([line]))
        except Exception as error:  # one row that fails leaves the others alone
            failures += 1
            traceback.print_exc()
            _say(f"| {name} | failed: {type(error).__name__} | - | - | - | - | **SHORT** |")
        sys.stderr.write(f"{name}: {time.monotonic() - started:,.0f} s\n")
    _say("", f"{shorts} lines are SHORT of what is demanded, {failures} rows failed.")
    return int(bool(shorts or failures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default="", help="rows, between commas")
    parser.add_argument("--rows", type=int, default=1_000_000, help="customers of the base (default: 1,000,000)")
    parser.add_argument("--grown", type=int, default=0, help="deals and leads (default: as many as customers)")
    options = parser.parse_args()
    if options.rows < SMALLEST:
        parser.error(f"--rows must be at least {SMALLEST:,}.")
    return options


def _heading(rows: int) -> list[str]:
    from django import get_version  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        server, size = cursor.fetchone()
        cursor.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE reltuples > 9999 AND relkind = 'r'")
        counts = ", ".join(f"{count:,} {name}" for name, count in sorted(cursor.fetchall()))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=TOP, capture_output=True, text=True)  # noqa: PLW1510
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"
    versions = f"Python {platform.python_version()}, Django {get_version()}, PostgreSQL {server}"
    return [
        f"Machine: {machine}; load {os.getloadavg()[0]:.1f} at the start.",
        f"{versions}; commit {commit.stdout.strip() or 'unknown'}.",
        f"Base: {rows:,} customers, {size / 2**30:.1f} GiB ({counts}).",
        *HOW.splitlines(),
    ]


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
