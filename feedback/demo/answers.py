"""The demo's surveys: would they recommend us (each quarter), after tickets, what matters, what was expected, trust.

Customers who bought lately are happier than those who stayed away; since the spring deliveries are better.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from contacts.choices import Channel, Direction
from contacts.models import Contact
from crm.demo.house import Batch, Fill, House
from feedback.actions import create_survey, open_survey, switch_open_link, translate_survey
from feedback.choices import Dimension, JourneyStage, QuestionKind, SurveyKind, Via
from feedback.demo import after, ideas, visits, wallet
from feedback.keeping import refresh_responses
from feedback.models import Answer, Invitation, Question, Response, Survey, TouchPoint
from feedback.ready import READY
from orders.models import Order
from service.choices import ENDED
from service.models import Ticket

MOST = {"nps": 1_200, "csat": 260, "attributes": 240, "delight": 180, "trust": 150, "value": 120}
SHARE = {"nps": 0.5, "csat": 0.5, "attributes": 0.12, "delight": 0.1, "trust": 0.08, "value": 0.07}
ANSWERS_RATE, WRITES = 0.42, 0.4
NAMES = {
    "nps": "Would you recommend us?", "csat": "After a ticket", "attributes": "What matters in framing",
    "delight": "Expected and found", "trust": "Trust and commitment", "value": "What it is worth",
    "wallet": "What they spend on framing",
}  # fmt: skip
TOUCH_POINTS = (
    ("Website", JourneyStage.BEFORE, Channel.WEB), ("Advice on the phone", JourneyStage.BEFORE, Channel.PHONE),
    ("Order and invoice", JourneyStage.DURING, Channel.EMAIL), ("Delivery", JourneyStage.DURING, Channel.DELIVERY),
    ("Help after the purchase", JourneyStage.AFTER, Channel.PHONE),
)  # fmt: skip
GERMAN = {
    "title": "Würden Sie uns weiterempfehlen?", "intro": "Eine Frage, eine halbe Minute.",
    "q0": "Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen empfehlen?",
    "q0.low": "gar nicht wahrscheinlich", "q0.high": "äußerst wahrscheinlich",
    "q1": "Was ist der wichtigste Grund für Ihre Antwort?",
}  # fmt: skip
LEVELS = {
    "Quality of the product": (4.5, 4.7), "Delivery": (3.5, 4.6), "Advice": (4.3, 3.6),
    "Price for what you get": (3.4, 4.0), "Help when something is wrong": (3.7, 4.4),
}  # fmt: skip
"""Attributes: how good they are found, and how much they matter, of 5."""


@dataclass
class Filled:
    """Responses with their answers, to be written together."""

    responses: list[Response] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def add(self, response: Response, said: Sequence[tuple[Question, dict[str, Any]]]) -> None:
        self.responses.append(response)
        self.answers += [Answer(response=response, question=question, **values) for question, values in said]

    def write(self) -> None:
        Response.objects.bulk_create(self.responses, batch_size=500)
        for answer in self.answers:
            answer.response_id = answer.response.pk
        Answer.objects.bulk_create(self.answers, batch_size=1_000)
        refresh_responses([one.pk for one in self.responses])


def load(house: House) -> Fill | None:
    """The surveys once; the function that answers them for the first batch."""
    if Survey.objects.exists():
        return None
    places = [
        TouchPoint.objects.create(name=name, stage=stage, channel=channel, position=number)
        for number, (name, stage, channel) in enumerate(TOUCH_POINTS, start=1)
    ]

    # we call, they do not: it takes these calls alone, and help the rest
    TouchPoint.objects.create(
        name="Our call after the purchase", stage=JourneyStage.AFTER, channel=Channel.PHONE,
        direction=Direction.OUTBOUND, position=len(places) + 1,
    )  # fmt: skip

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _write(batch, places)

    return fill


def _write(batch: Batch, places: list[TouchPoint]) -> None:
    surveys = {kind: _survey(kind) for kind in NAMES}
    nps = surveys["nps"]
    asked = list(nps.questions.order_by("position", "pk"))
    texts = {
        key.replace("q0", f"q{asked[0].pk}").replace("q1", f"q{asked[1].pk}"): text for key, text in GERMAN.items()
    }
    translate_survey(actor=None, survey=nps, version=nps.version, language="de", texts=texts)
    switch_open_link(actor=None, survey=surveys["value"], is_on=True)
    orders = _last_orders(batch.house, min(sum(MOST.values()), batch.size))
    if not orders:
        return
    filled, rng = Filled(), batch.rng("answers")
    _recommend(batch, rng, nps, orders, places, filled)
    _after_tickets(batch, rng, surveys["csat"], places[-1], filled)
    for kind, rate in (("attributes", _attribute), ("delight", _expected), ("trust", _trusted), ("value", _worth)):
        _rate(batch, rng, surveys[kind], orders, places, rate, filled)
    filled.write()
    spending = Filled()
    wallet.say(batch.rng("wallet"), batch, surveys["wallet"], orders, spending)
    spending.write()
    _link(filled)
    after.follow_up(rng, batch.house, filled.responses)
    after.review(rng, batch.house, orders)
    ideas.suggest(rng, batch.house, filled.responses)
    visits.plan(rng, batch.house)
    batch.house.counts["survey answers"] += len(filled.responses) + len(spending.responses)


def _survey(kind: str) -> Survey:
    ready = READY[kind]
    fields: dict[str, Any] = {
        "name": NAMES[kind], "kind": kind, "title": ready.title, "intro": ready.intro,
        "mail_subject": ready.mail_subject, "trigger": "ticket" if kind == SurveyKind.CSAT else "",
    }  # fmt: skip
    survey = create_survey(actor=None, fields=fields, questions=ready.questions)
    return open_survey(actor=None, survey=survey)


def _last_orders(house: House, most: int) -> list[Order]:
    """The newest order of each customer, newest first."""
    newest = Order.objects.filter(contact__isnull=False, is_purchase=True, contact__archived_at=None)
    keys = newest.order_by("contact_id", "-ordered_at", "-pk").distinct("contact_id").values("pk")
    rows = Order.objects.filter(pk__in=keys).select_related("contact").prefetch_related("lines")
    return list(rows.order_by("-ordered_at", "pk")[:most])


def _moment(rng: np.random.Generator, house: House, days_back: int) -> dt.datetime:
    day = house.end - dt.timedelta(days=days_back)
    moment = dt.time(7 + int(rng.integers(0, 13)), int(rng.integers(0, 60)))
    return dt.datetime.combine(day, moment, tzinfo=house.zone)


def _recommend(
    batch: Batch,
    rng: np.random.Generator,
    survey: Survey,
    orders: list[Order],
    places: list[TouchPoint],
    filled: Filled,
) -> None:
    """Over the last year: who bought lately says more; deliveries weigh the scores down until the spring."""
    questions = list(survey.questions.order_by("position", "pk"))
    wanted = min(MOST["nps"], round(batch.size * SHARE["nps"]), len(orders) * 2)
    for _ in range(wanted):
        order = orders[int(rng.integers(len(orders)))]
        back = int(rng.integers(0, min(365, batch.house.days)))
        place = places[int(rng.integers(len(places)))]
        away = max(0, (batch.house.end - order.ordered_on).days - back)
        mood = 9.2 - min(away, 400) / 130 - (1.1 if place.name == "Delivery" and back > 180 else 0)
        score = int(np.clip(round(mood + rng.normal(0, 1.5)), 0, 10))
        words = _comment(rng, score, order) if rng.random() < WRITES else ""
        response = _response(rng, batch, survey, order.contact_id, back)
        response.touch_point, response.product_id = place, _product_of(order)
        said = [(questions[0], {"value": score})]
        filled.add(response, [*said, (questions[1], {"comment": words})])


def _after_tickets(batch: Batch, rng: np.random.Generator, survey: Survey, place: TouchPoint, filled: Filled) -> None:
    """Solved tickets: slow ones please less."""
    questions = list(survey.questions.order_by("position", "pk"))
    solved = Ticket.objects.filter(state__in=ENDED, solved_at__isnull=False, contact__isnull=False).order_by("pk")
    for ticket in solved[: MOST["csat"]]:
        if ticket.solved_at is None or rng.random() > SHARE["csat"]:
            continue
        days = (ticket.solved_at - ticket.opened_at).total_seconds() / 86_400
        satisfied = int(np.clip(round(4.7 - min(days, 10) / 4 + rng.normal(0, 0.7)), 1, 5))
        solved_words = "Yes" if satisfied > 3 else "Partly" if satisfied > 1 else "No"
        response = Response(
            survey=survey, contact_id=ticket.contact_id, via=Via.LINK, touch_point=place, agent_id=ticket.owner_id,
            ticket=ticket, product_id=ticket.product_id, place=len(filled.responses) + 1,
            answered_at=ticket.solved_at + dt.timedelta(hours=20 + int(rng.integers(0, 30))),
        )  # fmt: skip
        words = _comment(rng, satisfied * 2, None) if satisfied < 4 and rng.random() < WRITES else ""
        filled.add(
            response,
            [(questions[0], {"value": satisfied}), (questions[1], {"choice": solved_words}),
             (questions[2], {"comment": words})],
        )  # fmt: skip


Rate = Callable[[np.random.Generator, Question], float | None]


def _rate(
    batch: Batch, rng: np.random.Generator, survey: Survey, orders: list[Order], places: list[TouchPoint], rate: Rate,
    filled: Filled,
) -> None:  # fmt: skip
    """A survey of ratings, each about one touch point."""
    questions = list(survey.questions.exclude(kind=QuestionKind.MATRIX).order_by("position", "pk"))
    for _ in range(min(MOST[survey.kind], round(batch.size * SHARE[survey.kind]))):
        order = orders[int(rng.integers(len(orders)))]
        response = _response(rng, batch, survey, order.contact_id, int(rng.integers(0, min(300, batch.house.days))))
        response.touch_point = places[int(rng.integers(len(places)))]
        leaning = rng.normal(0, 0.5)  # some see everything better than others
        said: list[tuple[Question, dict[str, Any]]] = []
        for one in questions:
            level = rate(rng, one)
            if level is None:
                words = _comment(rng, 8, order) if rng.random() < WRITES / 2 else ""
                said.append((one, {"comment": words}))
                continue
            value = int(np.clip(round(level + leaning + rng.normal(0, 0.7)), one.low, one.high))
            said.append((one, {"value": None if rng.random() < 0.03 else value}))
        filled.add(response, said)


def _attribute(rng: np.random.Generator, question: Question) -> float | None:
    if question.kind == QuestionKind.TEXT:
        return None
    good, matters = LEVELS.get(question.text, (4.1, 4.0))
    if question.dimension == Dimension.NPS:
        return 8.2
    if question.dimension == Dimension.IMPORTANCE:
        return matters
    return 3.9 if question.dimension == Dimension.COMPETITOR else good


def _expected(rng: np.random.Generator, question: Question) -> float | None:
    if question.kind == QuestionKind.TEXT:
        return None
    good = LEVELS.get(question.text, (4.0, 4.0))[0]
    return 3.9 if question.dimension == Dimension.EXPECTATION else good


def _trusted(rng: np.random.Generator, question: Question) -> float | None:
    return None if question.kind == QuestionKind.TEXT else 5.6 if question.dimension == Dimension.INTENTION else 5.3


def _worth(rng: np.random.Generator, question: Question) -> float | None:
    return None if question.kind == QuestionKind.TEXT else 4.1 if question.dimension == Dimension.BENEFIT else 2.8


def _response(rng: np.random.Generator, batch: Batch, survey: Survey, contact_id: int | None, back: int) -> Response:
    number = int(rng.integers(1, 1_000_000))
    moment = _moment(rng, batch.house, back)
    return Response(survey=survey, contact_id=contact_id, via=Via.LINK, answered_at=moment, place=number)


def _link(filled: Filled) -> None:
    """Who was asked by a link: those who answered, and those who did not."""
    rows, month = [], dt.timedelta(days=30)
    for number, one in enumerate(filled.responses):
        if one.answered_at is None or one.contact_id is None:
            continue
        rows.append(_invitation(one.survey, one.contact_id, f"demo:{number}", one.answered_at + month, one))
    silent = round(len(rows) * (1 / ANSWERS_RATE - 1))
    contacts = list(Contact.objects.current().order_by("pk").values_list("pk", flat=True)[: max(silent, 1)])
    for number in range(min(silent, len(rows) * 2)):
        like = filled.responses[number % len(filled.responses)]
        if like.answered_at is not None:
            key, end = f"demo:silent {number}", like.answered_at + month
            rows.append(_invitation(like.survey, contacts[number % len(contacts)], key, end, None))
    moments = [row.expires_at - month for row in rows]
    Invitation.objects.bulk_create(rows, batch_size=1_000)
    for row, moment in zip(rows, moments, strict=True):
        row.asked_at = moment - dt.timedelta(hours=9)
    Invitation.objects.bulk_update(rows, ["asked_at"], batch_size=1_000)


def _invitation(survey: Survey, contact_id: int, key: str, end: dt.datetime, response: Response | None) -> Invitation:
    return Invitation(survey=survey, contact_id=contact_id, key=key, expires_at=end, response=response)


def _product_of(order: Order) -> int | None:
    lines = list(order.lines.all())
    return lines[0].product_id if lines else None


def _comment(rng: np.random.Generator, score: int, order: Order | None) -> str:
    lines = next(lines for low, high, lines in _words() if low <= score <= high)
    text = lines[int(rng.integers(len(lines)))]
    return text.format(product="Our last order") if "{product}" in text else text


@cache
def _words() -> list[tuple[int, int, list[str]]]:
    """(from, to, what customers with such a score write)."""
    found: list[tuple[int, int, list[str]]] = []
    for line in files("feedback.demo").joinpath("words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            low, _, high = line.strip("[]").partition("-")
            found.append((int(low), int(high), []))
        elif line and not line.startswith("#"):
            found[-1][2].append(line)
    return found
