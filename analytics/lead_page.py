"""What the page of the learned chance of leads shows, made of the figures of a run and the leads that a person sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from analytics.churn_page import SHOWN_DRIVERS
from analytics.churn_words import Reason
from analytics.model_page import ModelPage, auc_note
from analytics.models import LeadScore, ModelRun
from analytics.reasons import reasons_shown
from crm.templatetags.figures import number, percent, plural
from leads.models import Lead

if TYPE_CHECKING:
    from crm.models import User

SHOWN_LEADS = 10
WAYS = {1: _("the more, the likelier to buy"), -1: _("the more, the less likely to buy")}


@dataclass(frozen=True)
class Promising:
    """An open lead with what speaks for it."""

    score: LeadScore
    reasons: list[Reason]


class LeadPage(ModelPage):
    """The figures of one run for one viewer."""

    is_by_label = True
    words = {
        "happened": _("became a customer"),
        "not": _("did not"),
        "people": _("leads"),
        "first": _("most promising"),
        "found": _("of all who became customers"),
        "known": _("when the lead has become a customer"),
    }

    def __init__(self, run: ModelRun, user: User) -> None:
        super().__init__(run)
        self.user = user
        self.scores = LeadScore.objects.visible_to(user)

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        found = self.found
        return [
            {"label": "Became customers", "value": percent(found["base_rate"], 1), "note": "of those that have ended"},
            {
                "label": "AUC",
                "value": number(found["auc"], 3),
                "note": auc_note(found),
            },
            {"label": "Lift of the best tenth", "value": number(found["top_decile_lift"], 2), "note": "1 is by lot"},
            {"label": "Brier score", "value": number(found["brier"], 3), "note": "0 is perfect; lower is better"},
            {
                "label": "Open leads scored",
                "value": number(found["n_open"]),
                "note": "by the model fitted on all ended",
            },
        ]

    @cached_property
    def promising(self) -> list[Promising]:
        """The open leads with the best chance."""
        rows = (
            self.scores.filter(lead__in=Lead.objects.all().open())
            .select_related("lead", "lead__owner")
            .order_by("-probability")
        )
        labels = self.found.get("features", {})
        found = []
        for row in rows[:SHOWN_LEADS]:
            reasons = reasons_shown(row.reasons, labels, self.user, Lead, is_by_label=True)
            found.append(Promising(row, [one for one in reasons if one.raises][:2]))
        return found

    @property
    def drivers(self) -> list[dict[str, Any]]:
        rows = self.found.get("drivers", [])[:SHOWN_DRIVERS]
        most = max((row["size"] for row in rows), default=1.0)
        return [{**row, "share": row["size"] / most, "way": WAYS.get(row.get("direction"), "")} for row in rows]

    @property
    def all_url(self) -> str:
        """All open leads, the best chance first."""
        return f"{reverse('leads:lead_list')}?sort=-chance&columns=name,status,chance,score,owner,source&chance_min=0"

    @property
    def what_n(self) -> str:
        return f"{plural(self.found['n_test'], 'lead')} that have ended, each predicted by a model that did not see it"


def last_good_run() -> ModelRun | None:
    """The run whose chances the table holds: the newest that scored anybody."""
    runs = ModelRun.objects.filter(step="leads", row_count__gt=0)
    return runs.select_related("actor").order_by("-created_at", "-pk").first()


def newer_sentences(run: ModelRun | None) -> list[str]:
    """What a later run said that had nothing to learn from."""
    newest = ModelRun.objects.filter(step="leads").order_by("-created_at", "-pk").first()
    return list(newest.metrics.get("sentences", ())) if newest and (run is None or newest.pk != run.pk) else []
