# mypy: disable-error-code="operator,misc,return-value,call-arg,assignment"
"""The mark of a step's code changes with all that its figures rest on, and with nothing else."""

import shutil
from pathlib import Path

import pytest

from analytics.code_version import PACKAGE, code_version
from analytics.registry import STEPS


def marks(package: Path) -> dict[str, str]:
    return {name: code_version(step.run.__module__, package) for name, step in STEPS.items()}


@pytest.mark.parametrize(
    ("changed", "steps"),
    [
        ("mathematics/gamma_gamma.py", {"clv"}),
        ("mathematics/histories.py", {"clv", "churn", "retention", "cohorts"}),  # imported by what they import
        ("mathematics/trees.py", {"churn", "leads", "prospects", "forecast", "propensity"}),
        ("steps/rfm.py", {"rfm", "history"}),
        ("models/scores.py", set()),
        ("clv_page.py", set()),
    ],
)
def test_mark_changes_with_the_modules_that_a_step_rests_on(tmp_path, changed, steps):
    copies = [tmp_path / place / "analytics" for place in ("old", "new")]
    for copy in copies:
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "migrations", "management"))
    before = marks(copies[0])
    assert before == {name: step.code_version for name, step in STEPS.items()}
    with (copies[1] / changed).open("a") as file:
        file.write("# another line\n")
    after = marks(copies[1])
    assert {name for name in STEPS if before[name] != after[name]} == steps
