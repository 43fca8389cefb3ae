"""What the page of a play shows, in words: figures on top, and the result beside the control group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from analytics.mathematics.experiments import Difference
from campaigns.models import Play
from campaigns.page import Span, p_words, scale_of, span_of
from campaigns.plays.events import EVENTS
from campaigns.plays.marks import mark_url
from campaigns.plays.queries import PlayFigures
from campaigns.specs import points
from crm.company import current_company
from crm.templatetags.figures import money, number, percent, plural

FEW = 30


@dataclass(frozen=True)
class ResultRow:
    """One measure of the treated beside that of the control group: words, figures, drawing."""

    measure: str
    treated: str
    control: str
    words: str
    bounds: str
    relative: str
    p: str
    tone: str
    span: Span


class PlayPage:
    """The figures of one play for one viewer."""

    def __init__(self, play: Play, figures: PlayFigures) -> None:
        self.play, self.figures = play, figures
        self.currency = play.currency or current_company().currency

    @property
    def cards(self) -> list[dict[str, str]]:
        figures = self.figures
        control = (
            f"{number(figures.control.n)} of them kept out as control" if figures.control.n else "no control group"
        )
        rate = figures.treated.rate
        cards = [
            _card("Came in", number(figures.came_in), control, mark_url(self.play.pk, "in")),
            _card("Inside", number(figures.inside), "for whom something is done", mark_url(self.play.pk, "inside")),
        ]
        if rate is not None:
            note = f"{number(figures.treated.reached)} of {number(figures.treated.n)}, within {plural(self.play.window_days, 'day')}"  # noqa: E501
            cards.append(_card("Reached the goal", percent(rate, 1), note, mark_url(self.play.pk, "goal")))
        if figures.lift is not None:
            bounds = f"95 %: {points(figures.lift.low)} to {points(figures.lift.high)}"
            cards.append(_card("Lift", points(figures.lift.value), bounds))
        return cards

    @cached_property
    def results(self) -> list[ResultRow]:
        """Each measure that can be compared; none without a control group."""
        rows, figures = [], self.figures
        treated, control = figures.treated, figures.control
        if (lift := figures.lift) is not None:
            rows.append(
                _row("Reached the goal", percent(treated.rate, 1), percent(control.rate, 1), lift, points(lift.value),
                     f"{points(lift.low, 2)} to {points(lift.high, 2)}")
            )  # fmt: skip
        if (spent := figures.money_lift) is not None:
            low, high = money(spent.low, self.currency), money(spent.high, self.currency)
            rows.append(
                _row("Spent, each", money(treated.each, self.currency), money(control.each, self.currency), spent,
                     money(spent.value, self.currency), f"{low} to {high}")
            )  # fmt: skip
        return rows

    @property
    def is_small(self) -> bool:
        return 0 < self.figures.control.n < FEW

    @property
    def event_words(self) -> str:
        """`First order of Picture frames`, `No order for 180 days`."""
        play = self.play
        event = EVENTS[play.event]
        if event.in_words:
            words = event.in_words.format(plural(play.event_days or 0, "day"))
            return f"{words[:1].upper()}{words[1:]}"
        if play.event_segment:
            return f"Came into the segment “{play.event_segment}”"
        what = str(play.product) if play.product else play.family
        narrowed = f" of {what}" if what and "product" in EVENTS[play.event].may_have else ""
        return f"{play.get_event_display()}{narrowed}"

    @property
    def goal_words(self) -> str:
        play = self.play
        if play.goal == "segment":
            return f"to be in “{play.goal_segment}”"
        return f"an order of {play.goal_family}" if play.goal_family else "an order"


def _card(label: str, value: str, note: str, url: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note, "url": url}


def _row(measure: str, treated: str, control: str, found: Difference, words: str, bounds: str) -> ResultRow:
    tone = "good" if found.low > 0 else "bad" if found.high < 0 else "neutral"
    relative = "" if found.relative is None else f"{'+' if found.relative > 0 else '−'}{abs(found.relative):.0%}"
    span = span_of(found, scale_of([found]))
    return ResultRow(measure, treated, control, words, bounds, relative, p_words(found.p), tone, span)
