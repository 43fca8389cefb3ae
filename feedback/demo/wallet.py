"""What some customers say that they spend a year with everybody, in keeping with what they bought of us."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crm.demo.house import Batch
from feedback.choices import Dimension, QuestionKind, Via
from feedback.models import Response, Survey
from orders.models import Order

if TYPE_CHECKING:
    from feedback.demo.answers import Filled

MOST, SHARE, YEAR = 400, 0.16, dt.timedelta(days=365)
OTHERS = ("the wholesaler in town", "a web shop", "Alder & Sons", "whoever delivers first", "two small workshops")


def say(rng: np.random.Generator, batch: Batch, survey: Survey, orders: Sequence[Order], filled: Filled) -> None:
    """Every few customers: between a third and all of what they spend, they spend with us; some say round numbers."""
    questions = list(survey.questions.order_by("position", "pk"))
    chosen = [order.contact_id for order in orders][: min(MOST, round(batch.size * SHARE))]
    bought: dict[int | None, list[tuple[dt.date, Any]]] = defaultdict(list)
    for customer, day, amount in Order.objects.filter(contact__in=chosen).values_list(
        "contact", "ordered_on", "base_amount"
    ):
        bought[customer].append((day, amount or 0))
    for number, key in enumerate(chosen):
        back = int(rng.integers(0, min(200, batch.house.days)))
        day = batch.house.end - dt.timedelta(days=back)
        ours = float(sum(amount for on, amount in bought[key] if day - YEAR < on <= day))
        spent = ours / float(rng.beta(2.2, 2)) if ours > 0 else float(rng.integers(2, 40)) * 100
        said = max(100, round(spent, -2 if spent < 20_000 else -3))
        moment = dt.datetime.combine(day, dt.time(9 + number % 9, number % 60), tzinfo=batch.house.zone)
        response = Response(survey=survey, contact_id=key, via=Via.LINK, answered_at=moment, place=number + 1)
        values: list[dict[str, Any]] = []
        for one in questions:
            if one.dimension == Dimension.SPEND:
                values.append({"value": said})
            elif one.kind == QuestionKind.NUMBER:
                values.append({"value": int(rng.integers(1, 6))})
            else:
                values.append({"comment": OTHERS[int(rng.integers(len(OTHERS)))]})
        filled.add(response, list(zip(questions, values, strict=True)))
