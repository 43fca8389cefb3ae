"""What the last run says of retention actions: effect beside the control, cost of a kept customer, and the warning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, sqrt

from django.utils.translation import gettext_noop as _

from analytics.mathematics.comparing import newcombe
from analytics.models import ModelRun
from campaigns.choices import RetentionKind
from campaigns.models import RetentionAction
from campaigns.specs import points
from crm.company import current_company
from crm.intervals import wilson
from crm.languages.words import in_words
from crm.templatetags.figures import number, plural, whole_money

SURE = 1.959964
SMALL = 30
"""Under so many answers an NPS is called small, and nothing is warned of by it."""
Sum = tuple[float, float, float]
"""A sum and the ends of its 95 % interval."""


@dataclass(frozen=True)
class Group:
    """Customers for whom it is done, or who were kept out. `active` bought before the start, `retained` of them again
    after it; of `answers` the promoters less the detractors are `score`, and both together `extremes`."""

    count: int = 0
    active: int = 0
    retained: int = 0
    answers: int = 0
    score: int = 0
    extremes: int = 0

    @property
    def rate(self) -> float | None:
        return self.retained / self.active if self.active else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """95 % interval of the rate (Wilson)."""
        return wilson(self.rate, self.active) if self.rate is not None else None

    @property
    def nps(self) -> float | None:
        """From -100 to 100."""
        return 100 * self.score / self.answers if self.answers else None

    @property
    def half(self) -> float:
        """Half the 95 % interval of the NPS, whose variance is (p + d - (p - d)^2) / n, with one more promoter and one
        more detractor: a few like answers have no variance, and are not sure for that."""
        if not self.answers:
            return float("inf")
        count = self.answers + 2
        mean = self.score / count
        return 100 * SURE * sqrt(((self.extremes + 2) / count - mean**2) / count)

    @property
    def is_small(self) -> bool:
        return self.answers < SMALL


@dataclass(frozen=True)
class Effect:
    """Of an action, up to `until`: the two groups and how far they differ. `is_over`: all its days are. Before, nothing
    is judged: who looks every night finds something by chance in one of them."""

    treated: Group
    control: Group
    until: dt.date
    is_over: bool
    cost: float

    @property
    def difference(self) -> float | None:
        one, other = self.treated.rate, self.control.rate
        return None if one is None or other is None else one - other

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the difference (Newcombe)."""
        if self.difference is None:
            return None
        one, other = self.treated, self.control
        return newcombe(one.retained, one.active, other.retained, other.active)

    @property
    def difference_words(self) -> str:
        """`+3.1`, in points."""
        return points(self.difference)

    @property
    def bounds_words(self) -> str:
        if not self.interval:
            return ""
        return in_words("%(low)s to %(high)s", low=points(self.interval[0]), high=points(self.interval[1]))

    @property
    def is_proven(self) -> bool:
        return self.is_over and self.interval is not None and self.interval[0] > 0

    @property
    def kept(self) -> Sum | None:
        """Customers who would not have stayed without it; None where that is not known, or not yet."""
        if not self.is_over or self.difference is None or self.interval is None:
            return None
        active, (low, high) = self.treated.active, self.interval
        return self.difference * active, low * active, high * active

    @property
    def cost_of_one(self) -> tuple[float, float, float] | None:
        """What one of them cost, with the ends of its interval; only where the effect is proven."""
        if not self.is_proven or not self.cost or self.difference is None or self.interval is None:
            return None
        each = self.cost / self.treated.active
        return each / self.difference, each / self.interval[1], each / self.interval[0]

    @property
    def satisfaction(self) -> tuple[float, float, float] | None:
        """Points of NPS more than among those kept out, with the 95 % interval; None with fewer than two answers."""
        if min(self.treated.answers, self.control.answers) < 2:
            return None
        difference = (self.treated.nps or 0) - (self.control.nps or 0)
        half = hypot(self.treated.half, self.control.half)
        return difference, difference - half, difference + half

    @property
    def says(self) -> str:
        """What may be said of it."""
        if not self.control.count:
            return in_words("Nobody is kept out: how many would have stayed anyway is not known, so no effect is told.")
        if self.interval is None:
            return in_words("Nobody of one of the groups was active at the start: there is nothing to compare.")
        if not self.is_over:
            return in_words("These are figures so far: whether it keeps anybody is told when its days are over.")
        low, high = self.interval
        if low > 0:
            return in_words(
                "Of 100 active customers it keeps %(low)s to %(high)s more.",
                low=number(100 * low, 1), high=number(100 * high, 1),
            )  # fmt: skip
        if high < 0:
            return in_words(
                "Of 100 active customers it loses %(low)s to %(high)s more.",
                low=number(-100 * high, 1), high=number(-100 * low, 1),
            )  # fmt: skip
        return in_words("That it keeps anybody is not proven: the 95 %% interval holds 0.")

    @property
    def cost_words(self) -> str:
        """What it costs, in all and for each customer whom it keeps."""
        currency = current_company().currency
        cost = whole_money(self.cost, currency)
        if self.cost_of_one:
            each, low, high = (whole_money(one, currency) for one in self.cost_of_one)
            return in_words(
                "It costs %(cost)s: %(each)s for each customer whom it keeps (%(low)s to %(high)s).",
                cost=cost, each=each, low=low, high=high,
            )  # fmt: skip
        if self.cost and self.interval and not self.is_over:
            return in_words(
                "It costs %(cost)s; what one whom it keeps costs is told when its days are over.", cost=cost
            )
        if self.cost:
            return in_words("It costs %(cost)s; for how many customers whom it keeps is not proven.", cost=cost)
        return in_words("It costs %(cost)s.", cost=cost)

    @property
    def tone(self) -> str:
        if self.interval is None or not self.is_over:
            return "neutral"
        return "good" if self.interval[0] > 0 else "bad" if self.interval[1] < 0 else "neutral"


def effect_of(action: RetentionAction, run: ModelRun | None) -> Effect | None:
    """What the run says of an action; None where it was made before the action started."""
    found = run.metrics.get("actions", {}).get(str(action.pk)) if run else None
    if run is None or found is None or action.last_on is None:
        return None
    treated, control = (Group(**found[name]) if name in found else Group() for name in ("treated", "control"))
    until = dt.date.fromisoformat(found["until"])
    is_over = run.created_at.astimezone(current_company().zone).date() > action.last_on <= until
    cost = float(action.cost_amount) + treated.count * float(action.cost_each)
    return Effect(treated, control, until, is_over, cost)


def balance_of(run: ModelRun | None) -> dict[str, Group]:
    """What holds customers of actions that run: `positive`, `negative`, `both`."""
    found = run.metrics.get("balance", {}) if run else {}
    return {kind: Group(**found[kind]) if kind in found else Group() for kind in ("positive", "negative", "both")}


def kept_by(kind: str, effects: list[tuple[RetentionAction, Effect]]) -> Sum | None:
    """Customers whom all actions of a kind have kept whose days are over, proven or not, with the interval of the sum
    (Zou and Donner, Statistics in Medicine 27 (2008): the squares of the distances to each end add up); None where
    none was compared."""
    found = [effect.kept for action, effect in effects if action.kind == kind and effect.kept]
    if not found:
        return None
    whole = sum(kept for kept, _, _ in found)
    below, above = (sqrt(sum((one[0] - one[end]) ** 2 for one in found)) for end in (1, 2))
    return whole, whole - below, whole + above


def warnings_of(
    balance: Mapping[str, Group], effects: list[tuple[RetentionAction, Effect]], *, shows_nps: bool = True
) -> list[str]:
    """Why penalties carry the retention, a sentence each; none where they do not."""
    trapped, rewarded = balance["negative"], balance["positive"].count + balance["both"].count
    found = []
    if trapped.count > rewarded:
        found.append(
            in_words(
                _("%(trapped)s is held by a penalty alone, and %(rewarded)s have a reason to stay.")
                if trapped.count == 1
                else _("%(trapped)s are held by a penalty alone, and %(rewarded)s have a reason to stay."),
                trapped=plural(trapped.count, "customer"),
                rewarded=number(rewarded),
            )
        )
    penalties, rewards = (kept_by(kind, effects) for kind in (RetentionKind.NEGATIVE, RetentionKind.POSITIVE))
    if penalties and rewards and penalties[1] > 0:
        more = penalties[0] - rewards[0]
        if more > hypot(penalties[0] - penalties[1], rewards[2] - rewards[0]):
            found.append(
                in_words(
                    "By the actions whose days are over, penalties kept %(penalties)s customers, rewards %(rewards)s.",
                    penalties=_of_sum(penalties),
                    rewards=_of_sum(rewards),
                )
            )
    glad = balance["positive"]
    if shows_nps and trapped.nps is not None and glad.nps is not None and not (trapped.is_small or glad.is_small):
        difference, half = trapped.nps - glad.nps, hypot(trapped.half, glad.half)
        if difference + half < 0:
            found.append(
                in_words(
                    "Those held by a penalty alone have an NPS of %(trapped)s, those with a reason to stay %(glad)s: "
                    "%(low)s to %(high)s points less.",
                    trapped=number(trapped.nps),
                    glad=number(glad.nps),
                    low=number(-difference - half),
                    high=number(-difference + half),
                )
            )
    return found


def _of_sum(found: Sum) -> str:
    value, low, high = map(number, found)
    return in_words("%(value)s (%(low)s to %(high)s)", value=value, low=low, high=high)
