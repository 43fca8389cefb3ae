# mypy: disable-error-code="operator,misc,return-value,call-arg,assignment"
"""The mark of a step's code changes with all that its figures rest on, and with nothing else."""

import shutil
from pathlib import Path

import pytest

from analytics.code_version import PACKAGE, code_version
from analytics.registry import STEPS


def marks(package: Path) -> dict[str, str]:
    return {name: code_version(step.module, package) for name, step in STEPS.items()}


def copied(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "migrations", "management")
    return shutil.copytree(PACKAGE, folder / "analytics", ignore=ignored)


@pytest.mark.parametrize(
    ("changed", "steps"),
    [
        ("mathematics/gamma_gamma.py", {"clv"}),
        (
            "mathematics/histories.py",
            {"clv", "churn", "retention", "cohorts", "families"},
        ),  # imported by what they import
        (
            "mathematics/trees.py",
            {"churn", "families", "leads", "prospects", "forecast", "propensity", "uplift", "profile"},
        ),
        ("steps/rfm.py", {"rfm", "history"}),
        ("models/scores.py", set()),
        ("clv_page.py", set()),
    ],
)
def test_mark_changes_with_the_modules_that_a_step_rests_on(tmp_path, changed, steps):
    before, copy = {name: step.code_version for name, step in STEPS.items()}, copied(tmp_path)
    with (copy / changed).open("a") as file:
        file.write("# another line\n")
    after = marks(copy)
    assert {name for name in STEPS if before[name] != after[name]} == steps


def test_mark_is_of_the_code_and_not_of_where_it_stands(tmp_path):
    assert marks(copied(tmp_path)) == {name: step.code_version for name, step in STEPS.items()}
