"""What a run of the scores has to say in words: why figures are as they are where the numbers alone would puzzle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from crm.templatetags.figures import full_day

DIMENSIONS = {"r": "bought last on the same day", "f": "bought equally often", "m": "brought the same money"}


def sentences(
    as_of: dt.date,
    window_days: int | None,
    customers: int,
    by_score: Mapping[str, Sequence[int]],
    without_rate: int,
) -> list[str]:
    """Sentences for people, where there is something to explain. `by_score`: customers by score 1 to 5, by letter."""
    said = []
    when = f"in the {window_days:,} days up to {full_day(as_of)}" if window_days else f"up to {full_day(as_of)}"
    if not customers:
        said.append(f"No customer has a purchase {when}, so nobody has a score.")
    elif customers == 1:
        said.append(f"Only one customer has a purchase {when}: with nobody to compare, every score is 1.")
    else:
        alike = [what for letter, what in DIMENSIONS.items() if by_score[letter][0] == customers]
        said += [f"All customers {what}, so that this score is 1 for everybody." for what in alike]
    if without_rate:
        orders = "1 order is" if without_rate == 1 else f"{without_rate:,} orders are"
        said.append(
            f"{orders} in a currency without an exchange rate: counted as purchases, but left out of the money. "
            "Enter the rate under Administration and score again."
        )
    return said
