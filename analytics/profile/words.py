"""Questions, answers and rules of the tree in words."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

from analytics.mathematics.profiling import Path, Question
from analytics.models import ProfileScore
from crm.templatetags.figures import number

EVERYBODY = "All customers"
LONGEST_RULE = ProfileScore._meta.get_field("rule").max_length
LARGE = 1_000
"""From here on digits behind the point are noise."""


def question_in_words(question: Question, label: str) -> str:
    """`Industry: frame shop?`, `Employees over 12?`"""
    return f"{answer_in_words(question, label, answer=True)}?"


def answer_in_words(question: Question, label: str, *, answer: bool) -> str:
    """`Industry: frame shop`, `Industry: not frame shop`, `Employees up to 12 or not known`"""
    if question.over is None:
        if question.is_in == "yes":
            return f"{label}: {'yes' if answer else 'no'}"
        return f"{label}: {'' if answer else 'not '}{question.is_in}"
    unknown = " or not known" if question.unknown_is_yes == answer else ""
    return f"{label} {'over' if answer else 'up to'} {_bound(question.over)}{unknown}"


def rule_in_words(path: Path, labels: Mapping[str, str]) -> str:
    """What all customers of a leaf have in common: one part for each feature, the last answers of a number, and of a
    category only that it is one where it is."""
    parts: dict[tuple[str, str], str] = {}
    is_known = {question.feature for question, answer in path if question.over is None and answer}
    for question, answer in path:
        label = labels.get(question.feature, question.feature)
        said = answer_in_words(question, label, answer=answer)
        if question.over is not None:
            parts[question.feature, "over" if answer else "up to"] = said
        elif answer or question.feature not in is_known:
            parts[question.feature, question.is_in] = said
    return "; ".join(parts.values())[:LONGEST_RULE] or EVERYBODY


def _bound(value: float) -> str:
    """The half between two whole numbers is as good as the lower one."""
    if value % 1 == 0.5:
        return number(floor(value))
    return number(value, 0 if value % 1 == 0 or abs(value) >= LARGE else 2)
