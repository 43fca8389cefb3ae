"""The list of trials keeps up with the code: each guard stands where its trial looks for it, each test is there."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.guards.trials import TOP, Trial, all_trials

TRIALS = all_trials()
PAGE = TOP / "docs" / "security.md"


def test_each_guard_is_named_once() -> None:
    assert [name for name, count in Counter(one.guard for one in TRIALS).items() if count > 1] == []


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.guard)
def test_a_guard_stands_where_its_trial_takes_it_out(trial: Trial) -> None:
    whole = trial.path.read_text()
    assert whole.count(trial.old) == 1, f"{trial.file} has this {whole.count(trial.old)} times: {trial.old}"
    without = trial.taken_out(whole)
    assert without != whole
    if trial.path.suffix == ".py":
        ast.parse(without)


def test_each_named_test_is_there() -> None:
    for trial in TRIALS:
        for test in trial.tests:
            path, _, name = test.partition("::")
            text = (TOP / path).read_text() if name else ""
            assert (TOP / path).exists(), test
            # whole: a parameter's name is gone sooner than it is noticed
            assert not name or f"def {name}(" in text, test


def test_each_row_of_the_page_has_its_trials_and_each_trial_its_row() -> None:
    rows = set(re.findall(r"^\| ([SR]\d+) \|", PAGE.read_text(), re.MULTILINE))
    assert {trial.row for trial in TRIALS} <= rows
    told = re.findall(r"^\| ([SR]\d+) \|.*\| (\d+) \|$", PAGE.read_text(), re.MULTILINE)
    assert {row: int(count) for row, count in told} == {
        row: sum(trial.row == row for trial in TRIALS) for row, _ in told
    }
