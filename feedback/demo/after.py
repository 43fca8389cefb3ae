"""What came after the answers: unhappy customers followed up by tickets, and reviews, most of them published."""

from __future__ import annotations

import datetime as dt

import numpy as np

from crm.choices import Role
from crm.demo.house import House
from feedback.actions import create_survey, open_survey
from feedback.choices import DETRACTOR_TO, ReviewState, SurveyKind, Via
from feedback.keeping import refresh_responses
from feedback.models import Answer, Response, Review
from feedback.ready import READY, WITH_NAME
from orders.models import Order
from service.actions import default_queue
from service.choices import EventKind, MessageKind, TicketChannel, TicketKind, TicketState
from service.keeping import refresh_tickets
from service.models import Message, Ticket, TicketEvent
from service.promising import keep_due

FOLLOWED, CLOSED, WITHIN = 0.85, 0.75, dt.timedelta(days=120)
REVIEWS, PUBLISHED = 60, 0.8
WORDS = {
    5: (
        "The corners close so well that you look for the joint.", "Hung in the town hall for a year, still like new.",
        "Arrived in two days, every pane in one piece.", "The colour is exactly that of the sample.",
    ),
    4: ("Solid and straight. The hooks could be stronger.", "Good frame; the instructions are only in small print."),
    3: ("All right for the price. One corner needed glue.",),
    2: ("The glass was scratched on arrival. They sent a new one.",),
}  # fmt: skip
THANKS = {2: "We are sorry for the scratch, and glad that the new pane came at once.", 5: "Thank you, we pass it on."}


def follow_up(rng: np.random.Generator, house: House, responses: list[Response]) -> None:
    """Most detractors of the last months have a ticket; most of these are closed."""
    since = dt.datetime.combine(house.end, dt.time(), tzinfo=house.zone) - WITHIN
    unhappy = [
        one for one in Response.objects.filter(pk__in=[one.pk for one in responses], nps__lte=DETRACTOR_TO)
        .select_related("contact__owner", "survey").order_by("answered_at", "pk")
        if one.answered_at and one.answered_at > since and rng.random() < FOLLOWED
    ]  # fmt: skip
    queue, tickets = default_queue(actor=None), []
    agents = [one.id for one in house.with_role(Role.AGENT)]
    for one in unhappy:
        told = one.told_at
        ticket = Ticket(
            subject=f"{one.nps} of 10 in “{one.survey.name}”", contact=one.contact, queue=queue, source="Survey",
            requester_name=one.contact.name[:200] if one.contact else "", kind=TicketKind.COMPLAINT, priority="high",
            channel=TicketChannel.WEB, opened_at=told, message_at=told, waiting_since=told, state=TicketState.OPEN,
            product_id=one.product_id, owner_id=_owner(rng, one, agents),
        )  # fmt: skip
        if rng.random() < CLOSED:
            ticket.first_reply_at = told + dt.timedelta(hours=float(rng.gamma(2, 5)))
            ticket.solved_at = ticket.first_reply_at + dt.timedelta(hours=float(rng.gamma(2, 14)))
            ticket.state, ticket.waiting_since = TicketState.SOLVED, None
        tickets.append(ticket)
    Ticket.objects.bulk_create(tickets)
    for one, ticket in zip(unhappy, tickets, strict=True):
        one.follow_up = ticket
    Response.objects.bulk_update(unhappy, ["follow_up"], batch_size=500)
    _tell(unhappy, tickets)
    refresh_tickets([ticket.pk for ticket in tickets])
    keep_due(tickets)


def _owner(rng: np.random.Generator, response: Response, agents: list[int]) -> int | None:
    if response.contact is not None and response.contact.owner_id:
        return response.contact.owner_id
    return agents[int(rng.integers(len(agents)))] if agents else None


def _tell(responses: list[Response], tickets: list[Ticket]) -> None:
    """The first words and the log of the tickets."""
    messages, events = [], []
    for one, ticket in zip(responses, tickets, strict=True):
        said = one.comment or f"Answered “{one.survey.name}”: {one.nps} of 10."
        messages.append(
            Message(ticket=ticket, kind=MessageKind.IN, channel=TicketChannel.WEB, text=said, sent_at=one.told_at)
        )
        events.append(TicketEvent(ticket=ticket, event=EventKind.OPENED, value="web", occurred_at=one.told_at))
        if ticket.solved_at:
            events.append(TicketEvent(ticket=ticket, event=EventKind.SOLVED, occurred_at=ticket.solved_at))
    Message.objects.bulk_create(messages)
    TicketEvent.objects.bulk_create(events)


def review(rng: np.random.Generator, house: House, orders: list[Order]) -> None:
    """Reviews of what was bought; the newest wait to be looked at."""
    ready = READY[SurveyKind.REVIEW]
    fields = {"name": "Reviews after an order", "kind": SurveyKind.REVIEW, "title": ready.title, "trigger": "order"}
    survey = open_survey(actor=None, survey=create_survey(actor=None, fields=fields, questions=ready.questions))
    rating, words, may = survey.questions.order_by("position")
    responses, answers, reviews = [], [], []
    for number in range(min(REVIEWS, len(orders))):
        order = orders[int(rng.integers(len(orders)))]
        lines = list(order.lines.all())
        stars = int(rng.choice([5, 4, 3, 2], p=[0.6, 0.25, 0.1, 0.05]))
        said = WORDS[stars][int(rng.integers(len(WORDS[stars])))]
        moment = min(order.ordered_at + dt.timedelta(days=9), dt.datetime.combine(house.end, dt.time(12), house.zone))
        one = Response(
            survey=survey, contact=order.contact, order=order, via=Via.LINK, answered_at=moment, place=number + 1,
            product_id=lines[0].product_id if lines else None,
        )  # fmt: skip
        responses.append(one)
        answers += [
            Answer(response=one, question=rating, value=stars), Answer(response=one, question=words, comment=said),
            Answer(response=one, question=may, choice=WITH_NAME),
        ]  # fmt: skip
        is_shown = rng.random() < PUBLISHED and moment < dt.datetime.combine(house.end, dt.time(), house.zone)
        reviews.append(
            Review(
                response=one, contact=order.contact, product_id=one.product_id, rating=stars, text=said,
                shown_name=(order.contact.first_name if order.contact else "")[:80], written_at=moment,
                state=ReviewState.PUBLISHED if is_shown else ReviewState.WAITING,
                reply=THANKS.get(stars, "") if is_shown and number % 3 == 0 else "",
                decided_at=moment + dt.timedelta(days=1) if is_shown else None,
            )
        )  # fmt: skip
    Response.objects.bulk_create(responses)
    for answer in answers:
        answer.response_id = answer.response.pk
    for one_review in reviews:
        one_review.response_id = one_review.response.pk
    Answer.objects.bulk_create(answers)
    Review.objects.bulk_create(reviews)
    refresh_responses([one.pk for one in responses])
