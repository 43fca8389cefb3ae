"""What may be done about persons' data, each as a prepared call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contacts.models import Hold, RetentionRule
from contacts.privacy import actions
from contacts.privacy.retention import actions as rules
from contacts.privacy.retention import holds
from tests.factories import make_contact

PRIVACY_MODULES = (actions, rules, holds)
PRIVACY_NOT_ALONE = {"new_request", "refusal", "is_at_work", "run_erasure", "run_look", "holds_of", "family_of"}
PRIVACY_NOT_ALONE |= {"held_contacts", "is_held_address", "not_held_mails", "not_held_incoming"}


def _on(call: Callable[[Any], Any]) -> Callable[[], Any]:
    contact = make_contact(name="Ada Lovelace")
    return lambda: call(contact)


def _end_hold(actor: Any) -> Callable[[], Any]:
    hold = Hold.objects.create(contact=make_contact(name="Ada Lovelace"), reason="A dispute")
    return lambda: holds.end_hold(actor=actor, hold=hold)


def _change_rule(actor: Any) -> Callable[[], Any]:
    rule, _ = RetentionRule.objects.get_or_create(kind="orders.enquirers", defaults={"months": 36})
    return lambda: rules.change_rule(actor=actor, rule=rule, version=1, fields={"months": 12})


PRIVACY_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "hand_out": lambda actor: _on(lambda one: actions.hand_out(actor=actor, contact=one, form="json")),
    "ask_for_erasure": lambda actor: _on(lambda one: actions.ask_for_erasure(actor=actor, contact=one, reason="asked")),
    "place_hold": lambda actor: _on(lambda one: holds.place_hold(actor=actor, contact=one, reason="A dispute")),
    "end_hold": _end_hold,
    "change_rule": _change_rule,
    "ask_for_access": lambda actor: _on(lambda one: actions.ask_for_access(actor=actor, contact=one)),
}
