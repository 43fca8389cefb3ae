"""What the page of prospects shows: how good the comparison is, and who is most like the best customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from analytics.churn_page import SHOWN_DRIVERS
from analytics.churn_words import Reason
from analytics.model_page import ModelPage, auc_note
from analytics.models import ModelRun, ProspectScore
from analytics.reasons import reasons_shown
from contacts.choices import ContactKind
from contacts.models import Contact
from crm.company import current_company
from crm.languages.words import in_words
from crm.templatetags.figures import money, number, percent, plural
from leads.choices import OPEN_STATUSES
from leads.models import Lead
from orders.models import Order
from pipeline.models import Deal

if TYPE_CHECKING:
    from crm.models import User

SHOWN = 25
WAYS = {1: _("the more, the more alike"), -1: _("the more, the less alike")}
KINDS = {"": "Everybody", ContactKind.ORGANIZATION: "Organizations", ContactKind.PERSON: "Persons"}


@dataclass(frozen=True)
class Prospect:
    """A contact that has bought nothing, with what makes it alike, and the open lead of it that the person sees."""

    score: ProspectScore
    reasons: list[Reason]
    lead: Lead | None


class ProspectPage(ModelPage):
    """The figures of one run for one viewer; `kind` narrows the prospects."""

    is_by_label = True
    words = {
        "happened": _("are among the best"),
        "not": _("are not"),
        "people": _("customers"),
        "first": _("most alike"),
        "found": _("of all the best customers"),
        "known": _("who is one of the best customers"),
    }

    def __init__(self, run: ModelRun, user: User, kind: str = "") -> None:
        super().__init__(run)
        self.user, self.kind = user, kind if kind in KINDS else ""

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        found = self.found
        least = money(found["least_worth"], current_company().currency)
        worth = in_words("a tenth; %(amount)s a year or more", amount=least)
        return [
            {
                "label": "Best customers",
                "value": number(found["n_best"]),
                "note": worth,
            },
            {"label": "Lift of the first tenth", "value": number(found["top_decile_lift"], 2), "note": "1 is by lot"},
            {
                "label": "AUC",
                "value": number(found["auc"], 3),
                "note": auc_note(found),
            },
            {"label": "Prospects compared", "value": number(found["n_prospects"]), "note": "who have bought nothing"},
        ]

    @cached_property
    def prospects(self) -> list[Prospect]:
        """The most alike that the person may see, who still have bought nothing and have no open deal."""
        rows = list(
            self._rows().select_related("contact", "contact__owner").order_by("-probability", "contact")[:SHOWN]
        )
        keys = [row.contact_id for row in rows]
        leads = Lead.objects.visible_to(self.user).filter(contact__in=keys, status__in=OPEN_STATUSES, archived_at=None)
        of_contact = {lead.contact_id: lead for lead in leads.order_by("created_at", "pk")}
        labels = self.found.get("features", {})
        found = []
        for row in rows:
            reasons = reasons_shown(row.reasons, labels, self.user, Contact, is_by_label=True)
            # that a fact is missing is no reason that anybody could act on
            alike = [one for one in reasons if one.raises and one.is_known][:3]
            found.append(Prospect(row, alike, of_contact.get(row.contact_id)))
        return found

    def _rows(self) -> QuerySet[ProspectScore]:
        rows = ProspectScore.objects.visible_to(self.user).filter(contact__archived_at=None)
        rows = rows.filter(contact__kind=self.kind) if self.kind else rows
        deals = Deal.objects.all().open()
        return rows.exclude(
            Exists(deals.filter(contact=OuterRef("contact"))) | Exists(deals.filter(organization=OuterRef("contact")))
        ).exclude(Exists(Order.objects.filter(contact=OuterRef("contact"), is_purchase=True)))

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """The kinds to narrow by, as links."""
        base = reverse("analytics:prospect_list")
        return [
            {"label": label, "url": f"{base}?{urlencode({'kind': key})}" if key else base, "active": key == self.kind}
            for key, label in KINDS.items()
        ]

    @property
    def drivers(self) -> list[dict[str, Any]]:
        rows = self.found.get("drivers", [])[:SHOWN_DRIVERS]
        most = max((row["size"] for row in rows), default=1.0)
        return [{**row, "share": row["size"] / most, "way": WAYS.get(row.get("direction"), "")} for row in rows]

    @property
    def all_url(self) -> str:
        """All of them as a list of contacts, the most alike first: to filter, save as a view, export."""
        asked = {"sort": "-likeness", "columns": "name,likeness,industry,place,source,owner", "likeness_min": "0"}
        if self.kind:
            asked["kind"] = self.kind
        return f"{reverse('contacts:contact_list')}?{urlencode(asked)}"

    @property
    def what_n(self) -> str:
        return f"{plural(self.found['n_test'], 'customer')}, each judged by a model that did not see it"

    @property
    def in_words(self) -> str:
        """What the lift means, in a sentence."""
        found = self.found
        share = min(found["top_decile_lift"] * found["base_rate"], 1.0)
        return (
            f"Of customers that the comparison did not see, {percent(share)} of the most alike tenth are among the "
            f"best; of all it is {percent(found['base_rate'])}."
        )


def last_good_run() -> ModelRun | None:
    """The run whose likeness the table holds: the newest that learned anything."""
    runs = ModelRun.objects.filter(step="prospects", metrics__model__isnull=False).exclude(metrics__model=None)
    return runs.select_related("actor").order_by("-created_at", "-pk").first()


def newer_sentences(run: ModelRun | None) -> list[str]:
    """What a later run said that had nothing to learn from."""
    newest = ModelRun.objects.filter(step="prospects", error="").order_by("-created_at", "-pk").first()
    return list(newest.metrics.get("sentences", ())) if newest and (run is None or newest.pk != run.pk) else []
