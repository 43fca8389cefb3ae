"""The figures of service as cards and as a chart: for its page and for dashboards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from crm.languages.words import in_words
from crm.templatetags.figures import day_and_month, hours_in_words, money, number, percent
from service.figures import Evening, Line, ServiceFigures
from service.marks import mark_url

MOST_POINTS = 60
LINKED = ("opened", "solved", "first_contact", "reopened", "answered")


def urls_of(line: Line, since: dt.date, by: str = "") -> dict[str, str]:
    """The tickets behind each figure of a line."""
    return {figure: mark_url(figure, since, by, line.key) for figure in LINKED}


def flow_chart(evenings: Any) -> dict[str, Any]:
    """Unsolved at the end of each day, at most some sixty of them, each leading to its tickets; and what was opened and
    solved since the day before that is shown."""
    step = max(1, -(-len(evenings) // MOST_POINTS))
    parts: list[list[Evening]] = [list(evenings[max(0, end - step) : end]) for end in range(len(evenings), 0, -step)][
        ::-1
    ]
    sums = {
        _("Unsolved"): [(part[-1].unsolved, mark_url("backlog", part[-1].day)) for part in parts],
        _("Opened"): [(sum(one.opened for one in part), "") for part in parts],
        _("Solved"): [(sum(one.solved for one in part), "") for part in parts],
    }
    return {
        "unit": "tickets",
        "periods": [day_and_month(part[-1].day) for part in parts],
        "series": [
            {"name": in_words(name), "points": [{"value": value, "url": url} for value, url in points]}
            for name, points in sums.items()
        ],
    }


def figure_cards(found: ServiceFigures, since: dt.date, currency: str) -> list[dict[str, Any]]:
    """The figures on top of the tickets opened since a day; the cost of one where a currency is given."""
    whole = found.whole
    if whole is None:
        return []
    half, most = hours_in_words(whole.reply_half), hours_in_words(whole.reply_most)
    solved, slowest = hours_in_words(whole.solve_half), hours_in_words(whole.solve_most)
    urls, backlog = urls_of(whole, since), sum(count for _, count in found.backlog)
    cards = [
        {
            "label": "Opened", "value": number(whole.opened),
            "note": in_words("%(count)s of them solved", count=number(whole.solved)),
            "url": urls["opened"],
        },
        {
            "label": "Unsolved now", "value": number(backlog), "note": "whenever opened",
            "url": f"{reverse('service:ticket_list')}?at_hand=unsolved",
        },
        {
            "label": "First reply", "value": half, "url": urls["answered"],
            "note": in_words("half of them; nine of ten %(hours)s", hours=most),
        },
        {
            "label": "Solution", "value": solved, "url": urls["solved"],
            "note": in_words("half of them; nine of ten %(hours)s", hours=slowest),
        },
        {
            "label": "Solved at first contact", "value": _share(whole.first_contact),
            "note": "one reply, never reopened", "url": urls["first_contact"],
        },
        {
            "label": "Opened again", "value": _share(whole.reopened), "note": "of the solved ones",
            "url": urls["reopened"],
        },
    ]  # fmt: skip
    if currency:
        in_all = money((whole.cost or Decimal()) * whole.opened, currency)
        note = in_words("%(amount)s in all", amount=in_all)
        cards.append({"label": "Cost of a ticket", "value": money(whole.cost, currency), "note": note})
    return cards


def _share(share: float | None) -> str:
    return percent(share, 1)
