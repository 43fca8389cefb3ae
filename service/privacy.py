"""Data of persons in tickets and what is said in them, remedies, defections and the portal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from contacts.choices import Act
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Part, Times
from contacts.privacy.tables import ERASED, Person, PersonalData, PersonalTable, Swept
from crm.templatetags.figures import plural
from service.choices import TicketState
from service.models import Compensation, Defection, Ticket
from service.remedies.choices import RemedyState


def tickets_of(person: Person) -> Q:
    return Q(contact__in=person.ids) | Q(requester_email__in=person.addresses)


def _tickets(person: Person) -> object:
    return Ticket.objects.filter(tickets_of(person)).order_by().values("pk")


def on_tickets(person: Person) -> Q:
    return Q(ticket__in=_tickets(person))


def messages_of(person: Person) -> Q:
    return on_tickets(person) | Q(sender_address__in=person.addresses)


def on_messages(person: Person) -> Q:
    return Q(message__ticket__in=_tickets(person))


def files_of_messages(person: Person) -> Q:
    return on_messages(person) | Q(attachment__contact_id__in=person.ids)


def what_is_open(person: Person) -> list[str]:
    rows = Ticket.objects.filter(tickets_of(person)).exclude(state__in=(TicketState.SOLVED, TicketState.CLOSED))
    count = rows.count()
    return [plural(count, "unsolved ticket", "unsolved tickets")] if count else []


def closed_before(before: dt.datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(state=TicketState.CLOSED, closed_at__lt=before)


def _with_open_tickets(times: Times) -> QuerySet[Any]:
    return Ticket.objects.exclude(state__in=(TicketState.SOLVED, TicketState.CLOSED))


def _with_late_tickets(times: Times) -> QuerySet[Any]:
    since = times.before
    return Ticket.objects.filter(Q(opened_at__gte=since) | Q(message_at__gte=since) | Q(closed_at__gte=since))


def _to_win_back(times: Times) -> QuerySet[Any]:
    return Defection.objects.filter(result_on=None)


def _left_since(times: Times) -> QuerySet[Any]:
    since = times.before.date()
    return Defection.objects.filter(
        Q(ended_on__gte=since)
        | Q(result_on__gte=since)
        | Q(created_at__gte=times.before)
        | Q(tried_at__gte=times.before)
    )


def _undecided(times: Times) -> QuerySet[Any]:
    return Compensation.objects.filter(state=RemedyState.AWAITING)


def _remedied_since(times: Times) -> QuerySet[Any]:
    since = times.before
    return Compensation.objects.filter(Q(created_at__gte=since) | Q(decided_at__gte=since) | Q(granted_at__gte=since))


KEEPING = (
    KeptBack("an unsolved ticket", _with_open_tickets, is_open=True),
    KeptBack("a ticket of since then", _with_late_tickets),
    KeptBack("is still to be won back", _to_win_back, is_open=True),
    KeptBack("left, or was asked to come back, since then", _left_since),
    KeptBack("a remedy that nobody decided yet", _undecided, is_open=True),
    KeptBack("a remedy of since then", _remedied_since),
)
AGES = (
    AgedKind(
        "service.tickets",
        "Closed tickets",
        Act.EMPTY,
        36,
        "What was said in them and their files go; the tickets stay, so that times and counts do not change.",
        "service.ticket",
        closed_before,
        contact="contact",
        parts=(
            Part("service.message", "ticket"),
            Part("service.messagefile", "message__ticket"),
            Part("service.ticketevent", "ticket"),
            Part("service.conversation", "ticket"),
            Part("service.hookdelivery", "message__ticket"),
            Part("service.webrequest", "ticket"),
            Part("service.ticketlink", "ticket"),
            Part("service.articleuse", "ticket"),
        ),
    ),
)
PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable(
            "service.ticket", further=tickets_of, keeps=("source",), words={"subject": ERASED, "sort_name": "erased"}
        ),
        PersonalTable("service.message", further=messages_of, title="Messages of tickets"),
        PersonalTable("service.messagefile", further=files_of_messages, gone=True, title="Files of messages"),
        # the steps of the process stay, without what was said with them
        PersonalTable("service.ticketevent", further=on_tickets, keeps=("event",), title="Steps of tickets"),
        PersonalTable("service.conversation", further=on_tickets, gone=True, title="Chats"),
        PersonalTable("service.hookdelivery", further=on_messages, gone=True, title="Replies into chats"),
        PersonalTable("service.webrequest", further=on_tickets, gone=True, title="Forms sent to the desk"),
        PersonalTable("service.ticketlink", further=on_tickets, title="Ties of tickets"),
        PersonalTable("service.articleuse", further=on_tickets, title="Articles used for them"),
        PersonalTable("service.compensation", ("contact",), words={"reason": ERASED}, title="Remedies"),
        PersonalTable("service.compensationentry", ("compensation__contact",), title="Steps of remedies"),
        PersonalTable("service.defection", ("contact",), title="Ends of their custom"),
        PersonalTable("service.winbackattempt", ("defection__contact",), title="Attempts to win them back"),
        PersonalTable("service.portalaccess", addresses=("address",), gone=True, title="Access to the portal"),
        PersonalTable("service.portalrequest", addresses=("address",), gone=True, title="Asked for the portal"),
    ),
    without={
        "Words of the house itself: its queues, promises, forms, macros and articles.": (
            "service.article", "service.articlecategory", "service.articlefile", "service.articleversion",
            "service.categoryname", "service.compensationapprover", "service.empowerment", "service.macro",
            "service.queue", "service.remedyrules", "service.replyhook", "service.routingrule", "service.routingturn",
            "service.servicehours", "service.slapolicy", "service.ticketintake", "service.touchcost",
            "service.webform",
        ),
        "Readers of the help pages, who are not known by name.": (
            "service.articleread", "service.articlesearch", "service.articlevote",
        ),
    },
    swept=(
        Swept("service_message", ("text", "folded")),
        Swept("service_ticket", ("subject", "sort_name", "search_text")),
        Swept("service_ticketevent", ("value",)),
    ),
    stands=(what_is_open,),
    ages=AGES,
    keeping=KEEPING,
)  # fmt: skip
