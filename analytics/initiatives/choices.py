"""Enumerations of initiatives."""

from __future__ import annotations

from django.db.models import TextChoices


class Measure(TextChoices):
    """The figure by which an initiative is judged; the higher the better, all of them."""

    RETENTION = "retention", "Retention"
    CLV = "clv", "Mean lifetime value"
    NPS = "nps", "Net promoter score"
    WIN_RATE = "win_rate", "Win rate"


class Span(TextChoices):
    """How long the periods are that the figure is of."""

    MONTH = "month", "Month"
    QUARTER = "quarter", "Quarter"


class CostKind(TextChoices):
    PEOPLE = "people", "People"
    SOFTWARE = "software", "Software"
    TRAINING = "training", "Training"
    AGENCY = "agency", "Agencies and advice"
    MEDIA = "media", "Mail, print and media"
    OTHER = "other", "Other"


class Verdict(TextChoices):
    """What the figure of the target day said; empty before."""

    OPEN = "", "Not judged yet"
    REACHED = "reached", "Reached"
    MISSED = "missed", "Not reached"


SHARES = frozenset({Measure.RETENTION, Measure.WIN_RATE})
"""Measures that are shares of cases, said in percent."""
BY_SEGMENT = frozenset({Measure.RETENTION, Measure.CLV, Measure.NPS})
"""Measures that can be of one segment of the scores."""
SOSTAC = (
    ("situation", "Situation"), ("objectives", "Objectives"), ("strategy", "Strategy"), ("tactics", "Tactics"),
    ("action", "Action"), ("control", "Control"),
)  # fmt: skip
THREE_M = (("men", "Men and women"), ("money", "Money"), ("minutes", "Minutes"))
NOTES = (*SOSTAC, *THREE_M)
