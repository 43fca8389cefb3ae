"""What the page of propensity shows: how good it is, what drives it, who is most likely to respond."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from analytics.churn_page import SHOWN_DRIVERS
from analytics.churn_words import Reason
from analytics.model_page import ModelPage, auc_note
from analytics.models import ModelRun
from campaigns.models import ResponseScore
from campaigns.reasons import speaking_reasons
from crm.languages.words import in_words
from crm.templatetags.figures import number, percent, plural

if TYPE_CHECKING:
    from crm.models import User

STEP = "propensity"
SHOWN = 25
WAYS = {1: _("the more, the likelier"), -1: _("the more, the less likely")}


@dataclass(frozen=True)
class Likely:
    """A contact with a high chance, and what speaks for it."""

    score: ResponseScore
    reasons: list[Reason]


class PropensityPage(ModelPage):
    """The figures of one run for one viewer."""

    is_by_label = True
    words = {
        "happened": _("responded"),
        "not": _("did not"),
        "people": _("people"),
        "first": _("likeliest"),
        "found": _("of all who responded"),
        "known": _("when somebody has responded"),
    }

    def __init__(self, run: ModelRun, user: User) -> None:
        super().__init__(run)
        self.user = user

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        found = self.found
        reached = in_words(
            "%(responses)s of %(count)s that campaigns reached",
            responses=number(found["responses"]), count=number(found["n_reached"]),
        )  # fmt: skip
        return [
            {"label": "Response rate", "value": percent(found["response_rate"], 1), "note": reached},
            {"label": "Lift of the first tenth", "value": number(found["top_decile_lift"], 2), "note": "1 is by lot"},
            {
                "label": "AUC",
                "value": number(found["auc"], 3),
                "note": auc_note(found),
            },
            {"label": "With a chance", "value": number(found["n_scored"]), "note": "contacts, archived ones left out"},
        ]

    @cached_property
    def likely(self) -> list[Likely]:
        """The likeliest that the person may see."""
        rows = ResponseScore.objects.visible_to(self.user).filter(contact__archived_at=None)
        labels = self.found.get("features", {})
        likeliest = rows.select_related("contact", "contact__owner").order_by("-probability", "contact")[:SHOWN]
        return [Likely(row, speaking_reasons(row.reasons, labels, self.user)) for row in likeliest]

    @property
    def drivers(self) -> list[dict[str, Any]]:
        rows = self.found.get("drivers", [])[:SHOWN_DRIVERS]
        most = max((row["size"] for row in rows), default=1.0)
        return [{**row, "share": row["size"] / most, "way": WAYS.get(row.get("direction"), "")} for row in rows]

    @property
    def all_url(self) -> str:
        """All of them as a list of contacts, the likeliest first."""
        return f"{reverse('contacts:contact_list')}?sort=-propensity&columns=name,propensity,segment,owner"

    @property
    def what_n(self) -> str:
        return f"{plural(self.found['n_test'], 'person', 'people')}, each judged by a model that did not see them"


def last_good_run() -> ModelRun | None:
    """The run whose chances the table holds: the newest that learned anything."""
    runs = ModelRun.objects.filter(step=STEP, metrics__model__isnull=False).exclude(metrics__model=None)
    return runs.select_related("actor").order_by("-created_at", "-pk").first()


def newer_sentences(run: ModelRun | None) -> list[str]:
    """What a later run said that had nothing to learn from."""
    newest = ModelRun.objects.filter(step=STEP, error="").order_by("-created_at", "-pk").first()
    return list(newest.metrics.get("sentences", ())) if newest and (run is None or newest.pk != run.pk) else []
