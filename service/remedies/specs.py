"""The fields of compensation that lists can show, filter and sort by."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.templatetags.figures import day_and_time, money, number
from crm.templatetags.pieces import pill
from service.choices import TicketKind
from service.forms import UNSEEN_TICKET
from service.remedies.choices import STATE_TONES, Remedy, RemedyState
from service.remedies.queries import STATE_NOW, compare_state, state_is

AMOUNT = "service.compensation.amount"
AMOUNTS = (
    "service.compensation.points",
    "service.compensation.cost_amount",
    "service.compensationentry.cost_amount",
)


def state_pill(compensation: Any) -> SafeString:
    """The state of now as a pill."""
    state = compensation.state_at(timezone.now())
    return pill(state.label, STATE_TONES[state])


def _state(compensation: Any) -> str:
    return str(compensation.state_at(timezone.now()).value)


def _ticket(compensation: Any) -> SafeString:
    ticket = compensation.ticket
    return format_html("{} {}", getattr(ticket, "number", ""), ticket)


def _moment(name: str) -> Any:
    def cell(compensation: Any) -> str:
        moment = getattr(compensation, name)
        return day_and_time(moment) if moment else ""

    return cell


COMPENSATION_FIELDS = (
    FieldSpec("remedy", "Given as", "remedy", kind="choice", choices=lambda: Remedy.choices, default=True, order=10,
        always=True),
    FieldSpec("amount", "Amount", "amount", kind="money", default=True, order=20, covers=AMOUNTS,
        cell=lambda one: money(one.amount, one.currency), help="Of money; points stand beside it.",
        also=("size",)),
    FieldSpec("points", "Points", "points", kind="number", default=True, order=21, stored=AMOUNT,
        cell=lambda one: "" if one.points is None else number(one.points)),
    FieldSpec("cost_amount", "Cost", "cost_amount", kind="money", order=22, stored=AMOUNT,
        cell=lambda one: money(one.cost_amount, one.currency), help="What it costs the house."),
    FieldSpec("currency", "Currency", "currency", order=23),
    FieldSpec("state", "State", "state", kind="choice", choices=lambda: RemedyState.choices, default=True, order=30,
        always=True, cell=state_pill, value=_state, code=_state, in_file=STATE_NOW,
        condition=lambda end, value: state_is(value), compare=compare_state, grouped=STATE_NOW),
    FieldSpec("customer", "Customer", "contact__name", filter=False, in_trees=True, default=True, order=40,
        select=("contact",), always=True, unseen=UNSEEN_CONTACT),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=41, always=True),
    FieldSpec("ticket", "Ticket", "ticket__subject", filter=False, default=True, order=42, select=("ticket",),
        always=True, unseen=UNSEEN_TICKET, cell=_ticket, stored="service.compensation.ticket"),
    FieldSpec("of_ticket", "Ticket", "ticket", kind="record", column=False, order=43, always=True),
    FieldSpec("ticket_kind", "Kind of ticket", "ticket__kind", kind="choice", choices=lambda: TicketKind.choices,
        select=("ticket",), order=44),
    FieldSpec("reason", "What it makes good", "reason", order=50),
    FieldSpec("asked_by", "By", "asked_by", kind="person", select=("asked_by",), default=True, order=60),
    FieldSpec("decided_by", "Decided by", "decided_by", kind="person", select=("decided_by",), order=61),
    FieldSpec("decide_by", "To be decided by", "decide_by", kind="date", sort=True, order=70,
        cell=_moment("decide_by")),
    FieldSpec("granted_at", "Given", "granted_at", kind="date", sort=True, order=71, cell=_moment("granted_at")),
    FieldSpec("added_on", "Asked or given", "created_at", kind="date", sort=True, default=True, order=72, always=True,
        cell=_moment("created_at")),
)  # fmt: skip
