"""The actions of compensation and of channels with what they take."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from crm.choices import Role
from service.channels import actions as channels
from service.defectors import actions as defectors
from service.models import Compensation, Defection, Queue, Ticket, WebForm
from service.remedies import actions
from tests.factories import make_contact, make_ticket, make_user

REMEDY_MODULES = (actions, channels, defectors)
WORDS = "The frame came broken twice."


def ticket() -> Ticket:
    return make_ticket(make_contact())


def awaiting() -> Compensation:
    make_user(Role.MANAGER)
    asker = make_user(Role.AGENT)
    return actions.compensate(actor=asker, ticket=ticket(), remedy="refund", amount=Decimal(90), reason=WORDS)


def given() -> Compensation:
    return actions.compensate(actor=None, ticket=ticket(), remedy="credit", amount=Decimal(20), reason=WORDS)


def _of(make: Callable[[], Compensation], act: Callable[..., Any], *, versioned: bool = True, **more: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        found = make()
        version = {"version": found.version} if versioned else {}
        return lambda: act(actor=actor, compensation=found, **version, **more)

    return prepared


def _compensate(actor: Any) -> Callable[[], Any]:
    whose = ticket()
    return lambda: actions.compensate(actor=actor, ticket=whose, remedy="gift", amount=Decimal(20), reason=WORDS)


def _expire(actor: Any) -> Callable[[], Any]:
    late = awaiting()
    Compensation.objects.filter(pk=late.pk).update(decide_by=timezone.now())
    return lambda: actions.expire_compensation(late.pk)


def _web_request(actor: Any) -> Callable[[], Any]:
    queue = Queue.objects.get_or_create(name="Support")[0]
    form = WebForm.objects.create(name="Contact", queue=queue)
    values = {"name": "Mia", "email": "mia@example.com", "subject": "One pane", "message": "It is broken."}
    return lambda: channels.take_web_request(form=form, values=values, ip="192.0.2.1")


def _word(actor: Any) -> Callable[[], Any]:
    return lambda: channels.take_word(actor=actor, source="chat", conversation="1", external_id="1", text="Hello")


def ended() -> Defection:
    return defectors.note_defection(actor=None, contact=make_contact(), fields={})


def settled() -> Defection:
    found = ended()
    return defectors.settle_defection(actor=None, defection=found, version=found.version, state="won")


def _note(actor: Any) -> Callable[[], Any]:
    contact = make_contact()
    return lambda: defectors.note_defection(actor=actor, contact=contact, fields={"reason": "price"})


def _of_ended(make: Callable[[], Defection], act: Callable[..., Any], *, versioned: bool = False, **more: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        found = make()
        version = {"version": found.version} if versioned else {}
        return lambda: act(actor=actor, defection=found, **version, **more)

    return prepared


REMEDY_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "compensate": _compensate,
    "approve_compensation": _of(awaiting, actions.approve_compensation, words=WORDS),
    "refuse_compensation": _of(awaiting, actions.refuse_compensation, words=WORDS),
    "withdraw_compensation": _of(awaiting, actions.withdraw_compensation, versioned=False),
    "reverse_compensation": _of(given, actions.reverse_compensation, words=WORDS),
    "expire_compensation": _expire,
    "take_web_request": _web_request,
    "take_word": _word,
    "note_defection": _note,
    "change_defection": _of_ended(ended, defectors.change_defection, versioned=True, fields={"reason": "price"}),
    "try_to_win_back": _of_ended(ended, defectors.try_to_win_back, fields={"offer": "Ten per cent", "way": "phone"}),
    "settle_defection": _of_ended(ended, defectors.settle_defection, versioned=True, state="won"),
    "reopen_defection": _of_ended(settled, defectors.reopen_defection),
}
# each by itself, in a transaction of its own; reads
REMEDY_NOT_ALONE = {"expire_compensations", "ticket_of", "worth_of"}
