"""What may be done about persons' data, each as a prepared call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contacts.privacy import actions
from tests.factories import make_contact

PRIVACY_MODULES = (actions,)
PRIVACY_NOT_ALONE = {"new_request", "refusal", "run_erasure", "erase_one", "remove_files"}
PRIVACY_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "hand_out": lambda actor: _on(lambda one: actions.hand_out(actor=actor, contact=one, form="json")),
    "ask_for_erasure": lambda actor: _on(lambda one: actions.ask_for_erasure(actor=actor, contact=one, reason="asked")),
    "ask_for_access": lambda actor: _on(lambda one: actions.ask_for_access(actor=actor, contact=one)),
}


def _on(call: Callable[[Any], Any]) -> Callable[[], Any]:
    contact = make_contact(name="Ada Lovelace")
    return lambda: call(contact)
