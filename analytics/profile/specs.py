"""The leaf of the tree as a field of contacts: lists, filters, segments, files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from analytics.models import ModelRun
from crm.catalogue import FieldSpec

TOLD_OF = (
    "industry", "source", "list_kind", "market", "country", "employees", "turnover", "kind", "parent", "organization"
)  # fmt: skip
"""Fields that a rule may tell, beside the custom ones; no right is given on relations."""


def rule_cell(contact: Any) -> str:
    try:
        return str(contact.profile.rule)
    except ObjectDoesNotExist:
        return ""


def rules() -> Sequence[tuple[str, str]]:
    """The leaves of the last run, the one with the largest share of the best first."""
    runs = ModelRun.objects.filter(step="profile", error="").order_by("-created_at", "-pk")
    found = runs.values_list("metrics__leaves", flat=True).first() or ()
    return [(one["rule"], one["rule"]) for one in sorted(found, key=lambda one: -one["share"])]


PROFILE_FIELDS = (
    FieldSpec(
        "profile", "Profile of the best", "profile__rule", kind="choice", choices=rules, cell=rule_cell,
        group="Worth", order=30, select=("profile",), is_score=True, covers=("analytics.profilescore.share",),
        shows=TOLD_OF, shows_custom=True,
        help="The leaf of the tree that tells the best customers from the others, by its rule.",
    ),
)  # fmt: skip
