"""What a run of the scores has to say in words: why figures are as they are where the numbers alone would puzzle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crm.templatetags.figures import full_day, percent

if TYPE_CHECKING:
    from analytics.steps.rfm import Totals

HALF = 0.5
DIMENSIONS = {"r": "bought last on the same day", "f": "bought equally often", "m": "brought the same money"}


def sentences(
    as_of: dt.date,
    window_days: int | None,
    by_score: Mapping[str, Sequence[int]],
    totals: Totals,
) -> list[str]:
    """Sentences for people, where there is something to explain. `by_score`: customers by score 1 to 5, by letter."""
    said, customers, without_rate = [], totals.customers, totals.without_rate
    when = f"in the {window_days:,} days up to {full_day(as_of)}" if window_days else f"up to {full_day(as_of)}"
    if not customers:
        said.append(f"No customer has a purchase {when}, so nobody has a score.")
    elif customers == 1:
        said.append(f"Only one customer has a purchase {when}: with nobody to compare, every score is 1.")
    else:
        alike = [what for letter, what in DIMENSIONS.items() if by_score[letter][0] == customers]
        said += [f"All customers {what}, so that this score is 1 for everybody." for what in alike]
        if totals.most_purchases >= HALF * totals.purchases:
            share = percent(totals.most_purchases / totals.purchases)
            said.append(f"One customer makes {share} of all purchases: the totals hang on that customer.")
    if totals.negative:
        who = "1 customer brought" if totals.negative == 1 else f"{totals.negative:,} customers brought"
        said.append(f"{who} back more than was bought: the net revenue is below zero.")
    if without_rate:
        orders = "1 order is" if without_rate == 1 else f"{without_rate:,} orders are"
        said.append(
            f"{orders} in a currency without an exchange rate: counted as purchases, but left out of the money. "
            "Enter the rate under Administration and score again."
        )
    return said
