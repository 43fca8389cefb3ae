"""`python -m tests.guards [ROW or part of a guard's name ...]`: take each guard out, in a copy, and see its test fail.

A guard whose tests pass without it is not guarded: it is named, and the run ends with an error. With every guard in its
place the same tests must pass first; `--straight` leaves that out, where the suite has just said so.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.guards.trials import TOP, Trial, all_trials

STRAIGHT = "--straight"
VAR = TOP / "var" / "guards"
BORROWED = (".venv", "node_modules")
FAILED = re.compile(r"\b(\d+) failed\b")
REASON = re.compile(r"^E {3}(.+)$", re.MULTILINE)
TAIL = 3_000


def main(asked: list[str]) -> int:
    words = [word for word in asked if word != STRAIGHT]
    trials = [one for one in all_trials() if not words or any(_fits(one, word) for word in words)]
    missed: list[Trial] = []
    with _copy() as copy, _servers(copy):
        tests = list(dict.fromkeys(test for one in trials for test in one.tests))
        said, code = _run(copy, tests) if STRAIGHT not in asked else ("", 0)
        if code:
            sys.stdout.write(f"{said[-TAIL:]}\nWith every guard in its place these tests must pass.\n")
            return 1
        for trial in trials:
            noticed, reason = _try(copy, trial)
            missed += [] if noticed else [trial]
            sys.stdout.write(f"{'noticed' if noticed else 'MISSED '} {trial.row:4} {trial.guard}: {reason}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(trials)} guards taken out, {len(trials) - len(missed)} noticed, {len(missed)} missed.\n")
    return 1 if missed or not trials else 0


def _fits(trial: Trial, word: str) -> bool:
    return word == trial.row or word.casefold() in f"{trial.guard} {trial.file}".casefold()


def _try(copy: Path, trial: Trial) -> tuple[bool, str]:
    """Whether a test failed, and what it said. A guard that cannot be imported any more proves nothing."""
    path = copy / trial.file
    whole = path.read_text()
    path.write_text(trial.taken_out(whole))
    try:
        said, code = _run(copy, trial.tests)
    finally:
        path.write_text(whole)
    failed, reason = FAILED.search(said), REASON.search(said)
    if code == 1 and failed:
        return True, f"{failed[0]} ({reason[1].strip()[:90] if reason else 'no reason given'})"
    return False, "every test passed" if code == 0 else f"the run broke: {said.strip()[-200:]!r}"


def _run(copy: Path, tests: list[str] | tuple[str, ...]) -> tuple[str, int]:
    command = [sys.executable, "-m", "pytest", "--quiet", "-x", "-n", "0", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "CRM_VAR": str(VAR), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


@contextmanager
def _copy() -> Iterator[Path]:
    """The files of this checkout as they are, in a folder of their own: nobody else meets a missing guard."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=TOP, capture_output=True, text=True, check=True).stdout.split("\0")
    with tempfile.TemporaryDirectory(prefix="crm-guards-") as folder:
        copy = Path(folder)
        for name in filter(None, names):
            if (TOP / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TOP / name, copy / name)
        for name in BORROWED:
            (copy / name).symlink_to(TOP / name)
        yield copy


@contextmanager
def _servers(copy: Path) -> Iterator[None]:
    """The test servers stay up between the runs, as for runs that go on at the same time."""
    (VAR / "test").mkdir(parents=True, exist_ok=True)
    with (VAR / "test" / "runs.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield
        finally:
            environment = {**os.environ, "CRM_VAR": str(VAR / "test")}
            subprocess.run([sys.executable, "-m", "crm.embedded", "stop"], cwd=copy, env=environment, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
