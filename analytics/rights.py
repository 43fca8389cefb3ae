"""Who may see the figures of the analysis."""

from __future__ import annotations

from analytics.models import ModelRun, RfmScore
from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.models import User


def sees_runs(user: User) -> bool:
    """Whether a person may see the pages of the analysis at all."""
    return can(user, Verb.VIEW, ModelRun)


def sees_whole_base(user: User) -> bool:
    """Whether a person may see the scores of all customers, and so figures of the whole base."""
    return scope_of(user, RfmScore, Verb.VIEW) == Scope.ALL
