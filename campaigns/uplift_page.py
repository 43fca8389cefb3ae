"""What the page of uplift shows: whether it can be told whom a campaign moves, by how much, and who that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.churn_page import SHOWN_DRIVERS
from analytics.churn_words import Reason
from analytics.model_page import ModelPage
from analytics.models import ModelRun
from campaigns.choices import MOVED_TONES, Moved, Reached
from campaigns.models import UpliftScore
from campaigns.reasons import speaking_reasons
from campaigns.specs import points
from campaigns.uplift_runs import STEP
from crm.templatetags.figures import number, percent, plural

if TYPE_CHECKING:
    from crm.models import User

SHOWN = 25
WAYS = {1: "the more, the more it moves", -1: "the more, the less it moves"}
MEANING = {
    Moved.PERSUADABLE: "Moved as much as the mean or more: write to these.",
    Moved.SURE: "Moved less than the mean, and come as often as others without it.",
    Moved.LOST: "Moved less than the mean, and seldom come either way.",
    Moved.SLEEPING: "Would come less often if written to: leave these alone.",
}
ADVICE = {
    (Moved.PERSUADABLE, True): "It moves them.",
    (Moved.SLEEPING, False): "It puts them off.",
}
NOT_SHOWN = "Not shown: the interval holds 0."
ALIKE = "Everybody alike"


@dataclass(frozen=True)
class MovedContact:
    """A contact that is likely to be moved, and what speaks for it."""

    score: UpliftScore
    uplift: str
    reasons: list[Reason]


class UpliftPage(ModelPage):
    """The figures of one run for one viewer. `holding` is the run whose uplifts people have now (another one, where
    this one found no evidence)."""

    is_by_label = True

    def __init__(self, run: ModelRun, holding: ModelRun | None, user: User) -> None:
        super().__init__(run)
        self.holding, self.user = holding, user

    @property
    def is_of_another(self) -> bool:
        return self.holding is not None and self.holding.pk != self.run.pk

    @property
    def did(self) -> str:
        return str(Reached(self.found["outcome"]).label).lower()

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        found, trial = self.found, self.found["trial"]
        first = found["fifths"][0]
        return [
            {
                "label": "Lift",
                "value": points(trial["lift"]),
                "note": f"{_span(trial['low'], trial['high'])}; {number(trial['treated'])} reached, "
                f"{number(trial['control'])} kept out",
            },
            {
                "label": "Qini",
                "value": points(found["qini"], 2),
                "note": f"{_span(found['qini_low'], found['qini_high'], 2)}; placebos "
                f"{_span(found['placebo_low'], found['placebo_high'], 2)}",
            },
            {
                "label": "Lift of the first fifth",
                "value": points(first.get("lift")) or "–",
                "note": _span(first["low"], first["high"]) if "lift" in first else "too few",
            },
            {"label": "With an uplift", "value": number(self.with_uplift), "note": "contacts, archived ones left out"},
        ]

    @property
    def with_uplift(self) -> int:
        return int(self.holding.metrics["n_scored"]) if self.holding else 0

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The four groups: what the campaign did to each, out of fold, and how many contacts are in it now."""
        counts = self.found["scored"]
        return [
            {
                **row,
                "label": Moved(row["moved"]).label,
                "tone": MOVED_TONES[Moved(row["moved"])],
                "meaning": MEANING[Moved(row["moved"])],
                "now": counts.get(row["moved"], 0),
                "url": _contacts(uplift_group=row["moved"]) if not self.is_of_another else "",
                "verdict": self._verdict(row),
                **_in_points(row),
            }
            for row in self.found["groups"]
        ]

    def _verdict(self, row: dict[str, Any]) -> str:
        moved = Moved(row["moved"])
        if moved not in (Moved.PERSUADABLE, Moved.SLEEPING) or "lift" not in row:
            return ""
        is_clear = row["low"] > 0 or row["high"] < 0
        return ADVICE.get((moved, row["lift"] > 0), NOT_SHOWN) if is_clear else NOT_SHOWN

    @property
    def fifths(self) -> list[dict[str, Any]]:
        return [{**row, **_in_points(row)} for row in self.found["fifths"]]

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The ways that were compared, the one of the least loss first, beside everybody alike."""
        rows = sorted(self.found["losses"].items(), key=lambda pair: pair[1])
        return [
            {
                "name": name,
                "loss": loss,
                "qini": points(self.found["qinis"].get(name), 2) or "–",
                "is_chosen": name == self.found["model"],
                "is_base": name == ALIKE,
            }
            for name, loss in rows
        ]

    @property
    def how(self) -> str:
        """By what rule the way was taken."""
        error = self.found["standard_error"]
        here = f" (here {number(error, 6)}, of the differences person by person)" if error else ""
        best = min(self.found["losses"].values())
        doubt = " It loses less: take the sizes with care." if self.found["losses"][ALIKE] == best else ""
        return (
            f"Taken is the simplest way whose loss is within one standard error of the least{here}. “{ALIKE}” is what "
            f"the mean of all would lose.{doubt}"
        )

    @property
    def proof(self) -> str:
        """What the interval of Qini and the placebos say, in words."""
        found = self.found
        return (
            f"Qini {points(found['qini'], 2)}, {_span(found['qini_low'], found['qini_high'], 2)} (95 %, bootstrap). "
            f"{number(found['placebos'])} placebos: the control group is drawn anew from the same people, and all is "
            f"learned again, so that there is nothing to find; {percent(found['placebo_p'], 1)} of them had as large a "
            "Qini. Both must speak for it: the interval above 0, and fewer than 2.5 % of the placebos."
        )

    @property
    def mean_uplift(self) -> str:
        return points(self.found["bounds"]["uplift"])

    explanation = (
        "People stand by the uplift that models give them which did not see them. Of the first so many per cent: "
        "responses of the treated less those of the kept out times treated ÷ kept out, over all treated. It ends at "
        "the lift. The dashed line is an order by lot; Qini is the area between both, in points; the shade is the 95 % "
        "interval (bootstrap)."
    )

    @property
    def alike(self) -> str:
        found = self.found
        return (
            f"Was the control group drawn by lot? What was known before tells who was kept out with an AUC of "
            f"{found['alike_auc']:.3f} ({found['alike_low']:.3f} to {found['alike_high']:.3f}); by lot it is 0.5."
        )

    @property
    def half(self) -> str:
        """How much of what it brought the first half holds, in words."""
        whole, middle = self.found["curve"][-1][1], self.found["curve"][len(self.found["curve"]) // 2][1]
        if whole <= 0 or not self.found["is_told"]:
            return ""
        return f"The half that is moved most holds {percent(middle / whole)} of what the campaign brought."

    @cached_property
    def likely(self) -> list[MovedContact]:
        """Those moved most that the person may see."""
        rows = UpliftScore.objects.visible_to(self.user).filter(contact__archived_at=None, moved=Moved.PERSUADABLE)
        labels = self.holding.metrics.get("features", {}) if self.holding else {}
        most = rows.select_related("contact", "contact__owner").order_by("-uplift", "contact")[:SHOWN]
        return [MovedContact(row, points(row.uplift), speaking_reasons(row.reasons, labels, self.user)) for row in most]

    @property
    def drivers(self) -> list[dict[str, Any]]:
        rows = self.found.get("drivers", [])[:SHOWN_DRIVERS]
        most = max((row["size"] for row in rows), default=1.0)
        return [{**row, "share": row["size"] / most, "way": WAYS.get(row.get("direction"), "")} for row in rows]

    @property
    def all_url(self) -> str:
        return f"{_contacts()}&sort=-uplift"

    @property
    def moved_url(self) -> str:
        return f"{_contacts(uplift_group=Moved.PERSUADABLE.value)}&sort=-uplift"

    @property
    def what_n(self) -> str:
        return f"{plural(self.found['n_learned'], 'person', 'people')}, each judged by a model that did not see them"

    @property
    def chart_data(self) -> dict[str, Any]:
        return {"curve": self.found["curve"], "did": self.did}

    def rows_of(self, part: str) -> Iterator[Sequence[Any]]:
        """The figures of a part of the page as a table: curve, fifths, groups."""
        yield HEADS[part]
        if part == "curve":
            end = self.found["curve"][-1][1]
            yield from ([*row, round(row[0] * end, 6)] for row in self.found["curve"])
            return
        yield from ([row.get(name) for name in HEADS[part]] for row in self.found[part])


COUNTED = ("n", "treated", "control", "treated_rate", "control_rate", "lift", "low", "high", "p")
HEADS = {
    "curve": ("share_of_people", "brought", "low", "high", "by_lot"),
    "fifths": ("place", *COUNTED),
    "groups": ("moved", *COUNTED),
}
PARTS = tuple(HEADS)


def _contacts(**filters: str) -> str:
    asked = {**filters, "columns": "name,uplift_group,uplift,segment,owner"}
    return f"{reverse('contacts:contact_list')}?{urlencode(asked, safe=',')}"


def _in_points(row: dict[str, Any]) -> dict[str, str]:
    if "lift" not in row:
        return {"lift_text": "–", "span": "too few"}
    return {"lift_text": points(row["lift"]), "span": _span(row["low"], row["high"])}


def _span(low: float, high: float, digits: int = 1) -> str:
    return f"{points(low, digits)} to {points(high, digits)}"


def newer_sentences(run: ModelRun | None) -> list[str]:
    """What a later run said that could not learn."""
    newest = ModelRun.objects.filter(step=STEP, error="").order_by("-created_at", "-pk").first()
    return list(newest.metrics.get("sentences", ())) if newest and (run is None or newest.pk != run.pk) else []
