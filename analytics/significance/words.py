"""What makes a customer significant, in words: a reason for each piece of evidence and for each mark."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from analytics.choices import Significance
from analytics.models import SignificanceMark, SignificanceScore
from contacts.countries import country_names
from contacts.markets.queries import market_choices
from crm.company import current_company
from crm.templatetags.figures import full_day, money, plural

LABELS: dict[str, str] = dict(Significance.choices)
TONES: dict[str, str] = {
    Significance.VALUE: "good", Significance.VOLUME: "good", Significance.BENCHMARK: "accent",
    Significance.INSPIRATION: "accent", Significance.DOOR_OPENER: "accent",
}  # fmt: skip
MEANINGS: dict[str, str] = {
    Significance.VALUE: "lifetime value in the top tenth",
    Significance.VOLUME: "net revenue of the last 365 days in the top tenth",
    Significance.BENCHMARK: "others follow them: whom they referred or influence became customers",
    Significance.INSPIRATION: "they make us better: a suggestion that they asked for was adopted",
    Significance.DOOR_OPENER: "they led us to further customers, or were the first in a market where others followed",
}


@dataclass(frozen=True)
class Reason:
    """One reason of a flag; `is_by_hand` where somebody says so, with the id of what they said."""

    kind: str
    text: str
    is_by_hand: bool = False
    mark: int | None = None

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def tone(self) -> str:
        return TONES[self.kind]

    @property
    def icon(self) -> str:
        return "person-check" if self.is_by_hand else ""


def reasons_of(
    score: SignificanceScore | None, marks: Iterable[SignificanceMark], hides: Collection[str] = ()
) -> list[Reason]:
    """The reasons of a contact in the order of the flags, evidence before marks. `hides` names figures (`value`,
    `volume`) that the reader may not see: the flag is told without them."""
    found = [*(_by_evidence(score, hides) if score else ()), *map(_by_hand, marks)]
    order = list(Significance.values)
    return sorted(found, key=lambda one: (order.index(one.kind), one.is_by_hand))


def kinds_of(reasons: Iterable[Reason]) -> list[Reason]:
    """One reason for each flag and way: the pills of a cell."""
    seen: dict[tuple[str, bool], Reason] = {}
    for one in reasons:
        seen.setdefault((one.kind, one.is_by_hand), one)
    return list(seen.values())


def _by_evidence(score: SignificanceScore, hides: Collection[str]) -> Iterable[Reason]:
    currency = current_company().currency
    if score.value is not None:
        known = "value" not in hides
        text = f"lifetime value of {money(score.value, currency)}, in the top tenth" if known else "in the top tenth"
        yield Reason(Significance.VALUE, text)
    if score.volume is not None:
        known = "volume" not in hides
        text = f"{money(score.volume, currency)} of net revenue in 365 days, in the top tenth"
        yield Reason(Significance.VOLUME, text if known else "in the top tenth")
    if score.followers:
        people = plural(score.followers, "contact")
        text = f"{people} whom they referred or influence became {_customers(score.followers)}"
        yield Reason(Significance.BENCHMARK, text + _first(score.followers, score.followed_on))
    if score.ideas:
        were = "was" if score.ideas == 1 else "were"
        text = f"{plural(score.ideas, 'suggestion')} that they asked for {were} adopted"
        yield Reason(Significance.INSPIRATION, text + _first(score.ideas, score.adopted_on))
    if score.introduced:
        text = f"opened the doors at {plural(score.introduced, 'contact')} who became {_customers(score.introduced)}"
        yield Reason(Significance.DOOR_OPENER, text + _first(score.introduced, score.introduced_on))
    if score.openings:
        text = f"first customer in {', '.join(map(market_label, score.openings))}, where others followed"
        yield Reason(Significance.DOOR_OPENER, text + _first(2, score.opened_on, "from"))


def _by_hand(mark: SignificanceMark) -> Reason:
    who = f"{mark.made_by}, " if mark.made_by else ""
    return Reason(mark.kind, f"“{mark.reason}” ({who}{full_day(mark.made_at)})", True, mark.pk)


def _customers(count: int) -> str:
    return "a customer" if count == 1 else "customers"


def _first(count: int, on_day: Any, word: str = "the first on") -> str:
    if on_day is None:
        return ""
    return f", on {full_day(on_day)}" if count == 1 else f", {word} {full_day(on_day)}"


def market_label(market: str) -> str:
    """`market:public` -> `Public bodies`, `country:FR` -> `France`."""
    kind, _, key = market.partition(":")
    names = country_names() if kind == "country" else dict(market_choices())
    return names.get(key, key)
