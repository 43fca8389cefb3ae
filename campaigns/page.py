"""What the page of one campaign shows, made of its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.mathematics.experiments import Difference
from campaigns.choices import CameBack, Reached
from campaigns.marks import mark_url
from campaigns.models import Campaign, Variant
from campaigns.queries import GroupRow
from campaigns.results import Outcome, Result
from campaigns.specs import points, ratio
from crm.languages.words import in_words
from crm.templatetags.figures import money, number, percent, short_money, whole_money

WIDTH, EDGE = 200.0, 6.0


@dataclass(frozen=True)
class Span:
    """An interval as it is drawn, in a box of 200 by 20: all numbers are places in it. `zero` is where 0 lies."""

    low: float
    value: float
    high: float
    zero: float

    @property
    def width(self) -> float:
        return max(self.high - self.low, 1.0)


@dataclass(frozen=True)
class LiftRow:
    """The lift of one measure for one variant: words, figures, drawing."""

    name: str
    measure: str
    rate: str
    control_rate: str
    found: Difference
    span: Span
    words: str
    bounds: str
    relative: str
    p: str
    tone: str


@dataclass(frozen=True)
class Step:
    """A step of the funnel of one part: how many, which share of all; where they are listed."""

    count: int | None
    share: float | None
    url: str


class CampaignPage:
    """The figures of one campaign for one viewer."""

    def __init__(self, campaign: Campaign, outcome: Outcome, variants: Sequence[Variant]) -> None:
        self.campaign, self.outcome, self.currency = campaign, outcome, campaign.currency
        self.keys = {variant.name: variant.pk for variant in variants}

    @property
    def parts(self) -> list[Result]:
        """The variants, all together where they are several, and the control group."""
        together = [self.outcome.together] if len(self.outcome.variants) > 1 else []
        control = [self.outcome.control] if self.outcome.control else []
        return [*self.outcome.variants, *together, *control]

    @cached_property
    def measures(self) -> list[tuple[str, str]]:
        labels = dict((*Reached.choices, *CameBack.choices))
        return [(name, labels[name]) for name in self.outcome.measured]

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The figures on top, each with what it is made of."""
        together, control = self.outcome.together, self.outcome.control
        kept = (
            in_words("%(count)s kept out as control", count=number(control.tally.n))
            if control
            else _("no control group")
        )
        cards = [_card(_("People reached"), number(together.tally.n), kept, mark_url(self.campaign.pk, "reached"))]
        rate = together.rate(Reached.RESPONDED)
        lift = together.lift(Reached.RESPONDED)
        if rate is not None:
            note = (
                in_words("%(points)s above the control group", points=points(lift.value))
                if lift
                else _("how many would have come anyway: unknown")
            )
            cards.append(_card(_("Response"), percent(rate, 1), note, mark_url(self.campaign.pk, "responded")))
        if together.incremental_amount is not None and together.incremental_bounds is not None:
            low, high = (whole_money(one, self.currency) for one in together.incremental_bounds)
            amount = short_money(together.incremental_amount, self.currency)
            cards.append(
                _card(_("Incremental revenue"), amount, in_words("95 %%: %(low)s to %(high)s", low=low, high=high))
            )
        if together.roi is not None:
            cost = whole_money(together.cost, self.currency)
            cards.append(
                _card(
                    _("Return on investment"), ratio(together.roi), in_words("for each 1 spent, of %(cost)s", cost=cost)
                )
            )
        if together.cost_per_acquisition is not None:
            each = money(together.cost_per_acquisition, self.currency)
            cards.append(_card(_("Cost an acquisition"), each, _("of those who would not have come")))
        return cards

    @property
    def funnel(self) -> list[dict[str, Any]]:
        """A row for each part with its steps in order."""
        return [
            {
                "part": part,
                "url": self._url("in" if part.is_control else "reached", part),
                "steps": [
                    Step(part.tally.reached(name), part.rate(name), self._url(name, part)) for name, _ in self.measures
                ],
                "money": _money(part.amount_per_contact, self.currency),
            }
            for part in self.parts
        ]

    def _url(self, figure: str, part: Result) -> str:
        key = self.keys.get(part.name)
        return mark_url(self.campaign.pk, figure, key)

    @cached_property
    def lifts(self) -> list[LiftRow]:
        """Lift of response and of conversion for each variant, drawn on one scale a measure."""
        rows = []
        for measure in (Reached.RESPONDED, Reached.CONVERTED):
            found = [
                (part, lift)
                for part in self.parts
                if not part.is_control and (lift := part.lift(measure)) is not None
            ]  # fmt: skip
            scale = scale_of([lift for _, lift in found])
            rows += [self._lift_row(part, measure, lift, scale) for part, lift in found]
        return rows

    def _lift_row(self, part: Result, measure: Reached, lift: Difference, scale: tuple[float, float]) -> LiftRow:
        control = self.outcome.control
        return LiftRow(
            name=part.name,
            measure=measure.label,
            rate=percent(part.rate(measure), 2),
            control_rate=percent(control.rate(measure), 2) if control else "",
            found=lift,
            span=span_of(lift, scale),
            words=points(lift.value, 2),
            bounds=_span(points(lift.low, 2), points(lift.high, 2)),
            relative="" if lift.relative is None else _relative(lift.relative),
            p=p_words(lift.p),
            tone="good" if lift.low > 0 else "bad" if lift.high < 0 else "neutral",
        )

    @property
    def money_rows(self) -> list[dict[str, Any]]:
        """The money of each variant: as it came, and what of it would not have come."""
        rows = []
        for part in self.parts:
            if part.is_control or part.tally.amount is None:
                continue
            lift, bounds = part.money_lift, part.incremental_bounds
            rows.append(
                {
                    "name": part.name,
                    "spent": whole_money(part.tally.amount, self.currency),
                    "each": _money(part.amount_per_contact, self.currency),
                    "lift": _money(lift.value, self.currency) if lift else "",
                    "lift_bounds": _between(lift.low, lift.high, self.currency) if lift else "",
                    "p": p_words(lift.p) if lift else "",
                    "incremental": whole_money(part.incremental_amount, self.currency) if lift else "",
                    "bounds": _between(*bounds, self.currency, whole=True) if bounds else "",
                    "cost": whole_money(part.cost, self.currency) if part.cost is not None else "",
                    "roi": ratio(part.roi) if part.roi is not None else "",
                    "acquisition": _money(part.cost_per_acquisition, self.currency),
                }
            )
        return rows

    def group_lines(self, rows: Sequence[GroupRow]) -> list[dict[str, Any]]:
        """The campaign by the values of a field: response of both sides, lift on one scale."""
        known = [lift for row in rows if (lift := row.reached.lift(Reached.RESPONDED)) is not None]
        scale = scale_of(known)
        lines = []
        for row in rows:
            lift = row.reached.lift(Reached.RESPONDED)
            control = row.control
            hits = control.reached(Reached.RESPONDED) if control else None
            lines.append(
                {
                    "name": row.name,
                    "n": row.reached.tally.n,
                    "control_n": control.n if control else 0,
                    "rate": percent(row.reached.rate(Reached.RESPONDED), 1)
                    if row.reached.rate(Reached.RESPONDED) is not None
                    else "",
                    "control_rate": percent(hits / control.n, 1) if control and control.n and hits is not None else "",
                    "lift": points(lift.value) if lift else "",
                    "bounds": in_words("%(low)s to %(high)s", low=points(lift.low), high=points(lift.high))
                    if lift
                    else "",
                    "span": span_of(lift, scale) if lift else None,
                    "is_small": row.reached.is_small or (control is not None and control.n < 30),
                }
            )
        return lines


def scale_of(found: Sequence[Difference]) -> tuple[float, float]:
    """The least and the most that intervals and 0 reach."""
    return min([0.0, *(one.low for one in found)]), max([0.0, *(one.high for one in found)])


def span_of(lift: Difference, scale: tuple[float, float]) -> Span:
    """Where an interval lies in its drawing."""
    least, most = scale
    reach = (most - least) or 1.0

    def place(value: float) -> float:
        return round(EDGE + (value - least) / reach * (WIDTH - 2 * EDGE), 1)

    return Span(place(lift.low), place(lift.value), place(lift.high), place(0.0))


def _relative(change: float) -> str:
    """`+12 %`."""
    return f"{'+' if change > 0 else '−'}{percent(abs(change))}"


def p_words(p: float) -> str:
    """`0.019`, `< 0.0001`."""
    return f"< {number(0.0001, 4)}" if p < 0.0001 else number(p, 4 if p < 0.01 else 3)


def _card(label: str, value: str, note: str, url: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url}


def _money(amount: float | None, currency: str) -> str:
    return "" if amount is None else money(amount, currency)


def _between(low: float, high: float, currency: str, *, whole: bool = False) -> str:
    shown = whole_money if whole else money
    return _span(shown(low, currency), shown(high, currency))


def _span(low: str, high: str) -> str:
    return in_words("%(low)s to %(high)s", low=low, high=high)
