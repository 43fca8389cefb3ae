"""What the page of ratings shows: importance beside performance, gaps, delight, value, trust, themes of comments."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.models import ModelRun
from crm.templatetags.figures import full_day, number
from feedback.choices import SMALL_N, SevenP

QUADRANTS = {
    "improve": ("Improve first", "matters much, and is not good"),
    "keep": ("Keep it up", "matters much, and is good"),
    "leave": ("Later", "matters less, and is not good"),
    "enough": ("Enough done", "matters less, and is good"),
}
TONES = {"improve": "bad", "keep": "good", "leave": "neutral", "enough": "accent"}
SCALE = "All ratings stand on a scale of 0 to 100, whatever they were asked on."


class RatingsPage:
    """The ratings of a run of the step."""

    def __init__(self, run: ModelRun) -> None:
        self.run = run
        self.found: dict[str, Any] = run.metrics.get("ratings") or {}

    @property
    def is_empty(self) -> bool:
        figures = ("value", "trust", "commitment")
        return not self.attributes and not self.delight and not any(self._has(name) for name in figures)

    def _has(self, name: str) -> bool:
        return bool(self.found.get(name, {}).get("n"))

    @property
    def attributes(self) -> list[dict[str, Any]]:
        """With the label and tone of their quadrant, and whether they rest on few answers."""
        rows = []
        for one in self.found.get("attributes", ()):
            label, meaning = QUADRANTS.get(one["quadrant"], ("", ""))
            n = one["performance"]["n"]
            gaps = [{"name": name, **gap, "is_small": gap["n"] < SMALL_N} for name, gap in one["competitors"].items()]
            rows.append(
                {**one, "label": label, "meaning": meaning, "tone": TONES.get(one["quadrant"], "neutral"),
                 "is_small": n < SMALL_N, "gaps": gaps}
            )  # fmt: skip
        return rows

    @property
    def competitors(self) -> list[str]:
        return sorted({name for one in self.found.get("attributes", ()) for name in one["competitors"]})

    @property
    def map_data(self) -> dict[str, Any]:
        """The points of the map, and the lines that divide it."""
        rows = [one for one in self.found.get("attributes", ()) if one["quadrant"]]
        points = [
            {
                "name": one["name"],
                "value": [round(one["performance"]["mean"], 1), round(one["importance"]["mean"], 1)],
                "n": min(one["performance"]["n"], one["importance"]["n"]),
                "small": one["performance"]["n"] < SMALL_N,
                "quadrant": QUADRANTS[one["quadrant"]][0],
            }
            for one in rows
        ]
        middle = [round(sum(point["value"][axis] for point in points) / len(points), 1) for axis in (0, 1)]
        return {"points": points, "middle": middle} if points else {"points": [], "middle": [50, 50]}

    @property
    def has_map(self) -> bool:
        return len([one for one in self.found.get("attributes", ()) if one["quadrant"]]) > 1

    @property
    def delight(self) -> list[dict[str, Any]]:
        """Overall, then by touch point and by attribute: share and mean of what was better than expected."""
        found = self.found.get("delight") or {}
        if not found.get("overall", {}).get("n"):
            return []
        rows = [{"name": "All answers", "kind": "", **found["overall"]}]
        rows += [{"kind": "touch point", **one} for one in found["touch_points"]]
        rows += [{"kind": "attribute", **one} for one in found["attributes"]]
        return [{**one, "is_small": one["n"] < SMALL_N} for one in rows]

    @property
    def indexes(self) -> list[dict[str, Any]]:
        """Value, trust and commitment as cards."""
        named = (
            ("value", "Customer value", "benefits less costs, −100 to 100"),
            ("trust", "Trust", "benevolence, honesty, competence; of 100"),
            ("commitment", "Commitment", "the wish to stay; of 100"),
        )
        cards = []
        for name, label, meaning in named:
            one = self.found.get(name, {})
            if one.get("n"):
                width = f" ± {number(one['interval_half_width'], 1)}" if one["interval_half_width"] is not None else ""
                few = ", few answers" if one["n"] < SMALL_N else ""
                note = f"{meaning}; {number(one['n'])} customers{few}"
                cards.append({"label": label, "value": f"{number(one['mean'], 1)}{width}", "note": note})
        return cards

    @property
    def items(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The single ratings behind value and trust."""
        value, trust = self.found.get("value_items", []), self.found.get("trust_items", [])
        groups = (
            ("Benefits", [one for one in value if one["about"] == "benefit"]),
            ("Costs", [one for one in value if one["about"] == "cost"]),
            ("Trust", trust),
        )
        return [(label, sorted(rows, key=lambda one: -one["mean"])) for label, rows in groups if rows]

    @property
    def tags(self) -> list[dict[str, Any]]:
        """The 7 Ps: how many comments of each group are about them, each leading to the comments."""
        found = self.found.get("tags") or {}
        rows = []
        for tag in SevenP:
            groups = found.get(tag.value, {})
            if total := sum(groups.values()):
                urls = {name: _comments_url(tag.value, name) for name in ("all", "promoter", "passive", "detractor")}
                rows.append({"label": tag.label, "total": total, "groups": groups, "urls": urls})
        return sorted(rows, key=lambda one: -one["total"])

    @property
    def explanation(self) -> str:
        return (
            f"{SCALE} The lines divide at the mean performance and the mean importance of the attributes shown "
            "(Martilla and James). Priority: importance × what performance is short of 100. "
            f"As of {full_day(self.run.as_of)}, run {self.run.pk}."
        )

    @property
    def delight_explanation(self) -> str:
        return (
            f"CD = P > E: the share of answers in which what was found was rated above what had been expected, by the "
            f"same customer, and the mean of found less expected with half its 95 % interval. {SCALE}"
        )

    @property
    def tag_explanation(self) -> str:
        return (
            "What a comment is about is guessed from its words until somebody says better on its page; one comment "
            "may be about several."
        )


def _comments_url(tag: str, group: str) -> str:
    asked = {"tags": tag} | ({} if group == "all" else {"group": group})
    return f"{reverse('feedback:response_list')}?{urlencode(asked)}"
