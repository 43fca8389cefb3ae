"""What makes a customer significant, in words: a reason for each piece of evidence and for each mark."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.choices import Significance
from analytics.models import SignificanceMark, SignificanceScore
from contacts.countries import country_names
from contacts.markets.queries import market_choices
from crm.company import current_company
from crm.languages.words import in_words, translated
from crm.templatetags.figures import full_day, money, plural

LABELS: dict[str, str] = dict(Significance.choices)
TONES: dict[str, str] = {
    Significance.VALUE: "good", Significance.VOLUME: "good", Significance.BENCHMARK: "accent",
    Significance.INSPIRATION: "accent", Significance.DOOR_OPENER: "accent",
}  # fmt: skip
MEANINGS: dict[str, str] = {
    Significance.VALUE: _("lifetime value in the top tenth"),
    Significance.VOLUME: _("net revenue of the last 365 days in the top tenth"),
    Significance.BENCHMARK: _("others follow them: whom they referred or influence became customers"),
    Significance.INSPIRATION: _("they make us better: a suggestion that they asked for was adopted"),
    Significance.DOOR_OPENER: _(
        "they led us to further customers, or were the first in a market where others followed"
    ),
}
TOP = _("in the top tenth")
# of one, and of several
FOLLOWED = (
    _("%(contacts)s whom they referred or influence became a customer"),
    _("%(contacts)s whom they referred or influence became customers"),
)
ADOPTED = (
    _("%(suggestions)s that they asked for was adopted"),
    _("%(suggestions)s that they asked for were adopted"),
)
INTRODUCED = (
    _("opened the doors at %(contacts)s who became a customer"),
    _("opened the doors at %(contacts)s who became customers"),
)


@dataclass(frozen=True)
class Reason:
    """One reason of a flag; `is_by_hand` where somebody says so, with the id of what they said."""

    kind: str
    text: str
    is_by_hand: bool = False
    mark: int | None = None

    @property
    def label(self) -> str:
        return translated(LABELS[self.kind])

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
        worth = in_words("lifetime value of %(amount)s, in the top tenth", amount=money(score.value, currency))
        yield Reason(Significance.VALUE, in_words(TOP) if "value" in hides else worth)
    if score.volume is not None:
        amount = money(score.volume, currency)
        sold = in_words("%(amount)s of net revenue in 365 days, in the top tenth", amount=amount)
        yield Reason(Significance.VOLUME, in_words(TOP) if "volume" in hides else sold)
    if score.followers:
        text = in_words(FOLLOWED[score.followers > 1], contacts=plural(score.followers, "contact"))
        yield Reason(Significance.BENCHMARK, _since(text, score.followers, score.followed_on))
    if score.ideas:
        text = in_words(ADOPTED[score.ideas > 1], suggestions=plural(score.ideas, "suggestion"))
        yield Reason(Significance.INSPIRATION, _since(text, score.ideas, score.adopted_on))
    if score.introduced:
        text = in_words(INTRODUCED[score.introduced > 1], contacts=plural(score.introduced, "contact"))
        yield Reason(Significance.DOOR_OPENER, _since(text, score.introduced, score.introduced_on))
    if score.openings:
        markets = ", ".join(map(market_label, score.openings))
        text = in_words("first customer in %(markets)s, where others followed", markets=markets)
        if score.opened_on is not None:
            text = in_words("%(text)s, from %(day)s", text=text, day=full_day(score.opened_on))
        yield Reason(Significance.DOOR_OPENER, text)


def _by_hand(mark: SignificanceMark) -> Reason:
    who = f"{mark.made_by}, " if mark.made_by else ""
    return Reason(mark.kind, f"“{mark.reason}” ({who}{full_day(mark.made_at)})", True, mark.pk)


def _since(text: str, count: int, on_day: Any) -> str:
    """The sentence with the day of the only one, or of the first."""
    if on_day is None:
        return text
    pattern = _("%(text)s, on %(day)s") if count == 1 else _("%(text)s, the first on %(day)s")
    return in_words(pattern, text=text, day=full_day(on_day))


def market_label(market: str) -> str:
    """`market:public` -> `Public bodies`, `country:FR` -> `France`."""
    kind, _, key = market.partition(":")
    names = country_names() if kind == "country" else dict(market_choices())
    return names.get(key, key)
