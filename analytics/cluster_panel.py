"""On a contact: the cluster, why (in what the customer differs most from all), and its column and filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest

from analytics.cluster_page import in_words
from analytics.models import ClusterScore, ModelRun, RfmScore
from analytics.queries import customers_url
from analytics.rights import sees_runs, sees_whole_base
from analytics.specs import GROUP
from analytics.steps.cluster_words import FEATURES
from crm.catalogue import FieldSpec, RecordPanel
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.requests import SignedInRequest
from crm.templatetags.figures import NOTHING
from crm.templatetags.pieces import pill


def cluster_of(contact: Any) -> ClusterScore | None:
    """The cluster of a contact, None where there is none."""
    try:
        found: ClusterScore = contact.cluster
    except ObjectDoesNotExist:
        return None
    return found


def cluster_cell(contact: Any) -> str:
    score = cluster_of(contact)
    return pill(score.name, "accent") if score else NOTHING


def cluster_names() -> Sequence[tuple[str, str]]:
    """The clusters of the last run, in its order."""
    runs = ModelRun.objects.filter(step="clusters", error="").order_by("-created_at", "-pk")
    return [(name, name) for name in runs.values_list("metrics__names", flat=True).first() or ()]


def cluster(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The cluster with its reasons in words; nothing where there is none or it is hidden. Reasons tell what the scores
    tell, so they go with these."""
    user = cast(SignedInRequest, request).user
    score = cluster_of(record)
    if score is None or hidden_fields(user, ClusterScore):
        return None
    currency = current_company().currency
    reasons = [] if hidden_fields(user, RfmScore) else score.reasons
    return {
        "score": score,
        "url": customers_url(cluster=score.name),
        "reasons": [
            {
                "label": FEATURES[name].label,
                "value": in_words(name, value, currency),
                "middle": in_words(name, middle, currency),
                "is_more": middle is None or value >= middle,
            }
            for name, value, middle in reasons
            if name in FEATURES
        ],
        "may_open_run": sees_runs(user) and sees_whole_base(user) and not hidden_fields(user, RfmScore),
    }


CLUSTER_FIELDS = (
    FieldSpec(
        "cluster", "Cluster", "cluster__name", kind="choice", choices=cluster_names, cell=cluster_cell, group=GROUP,
        order=30, select=("cluster",), is_score=True,
        covers=("analytics.clusterscore.distance", "analytics.clusterscore.reasons"),
        help="Customers who buy alike: named by what marks them.",
    ),
)  # fmt: skip
PANELS = (RecordPanel("cluster", "Cluster", "analytics/_cluster.html", cluster, order=13),)
