"""The actions of acquired lists, market categories and segments of responsibility, as `tests.past.actions` has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contacts.acquired import actions as acquired
from contacts.markets import actions as markets
from contacts.models import AcquiredList, MarketCategory, Responsibility
from contacts.responsibility import actions as responsibility
from tests.factories import make_contact, make_user


def _on(prepared: Any, call: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: call(prepared)


def _responsibility() -> Responsibility:
    return Responsibility.objects.create(owner=make_user(), field="kind", value="person")


CONTACT_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_acquired_list": lambda actor: (
        lambda: acquired.create_acquired_list(actor=actor, fields={"name": "Directory"})
    ),
    "change_acquired_list": lambda actor: _on(
        AcquiredList.objects.create(name="Directory"),
        lambda one: acquired.change_acquired_list(actor=actor, acquired=one, version=1, fields={"vendor": "Acme"}),
    ),
    "remove_acquired_list": lambda actor: _on(
        AcquiredList.objects.create(name="Directory"),
        lambda one: acquired.remove_acquired_list(actor=actor, acquired=one),
    ),
    "create_market": lambda actor: lambda: markets.create_market(actor=actor, fields={"key": "x", "label": "X"}),
    "change_market": lambda actor: _on(
        MarketCategory.objects.create(key="x", label="X"),
        lambda one: markets.change_market(actor=actor, category=one, version=1, fields={"required": ["email"]}),
    ),
    "remove_market": lambda actor: _on(
        MarketCategory.objects.create(key="x", label="X"),
        lambda one: markets.remove_market(actor=actor, category=one),
    ),
    "create_responsibility": lambda actor: _on(
        make_user(),
        lambda owner: responsibility.create_responsibility(
            actor=actor, fields={"owner": owner, "field": "kind", "value": "person"}
        ),
    ),
    "change_responsibility": lambda actor: _on(
        _responsibility(),
        lambda one: responsibility.change_responsibility(
            actor=actor, responsibility=one, version=1, fields={"review_days": 30}
        ),
    ),
    "remove_responsibility": lambda actor: _on(
        _responsibility(), lambda one: responsibility.remove_responsibility(actor=actor, responsibility=one)
    ),
    "start_keeping": lambda actor: lambda: responsibility.start_keeping(actor=actor),
    "review_contact": lambda actor: _on(
        make_contact(), lambda contact: responsibility.review_contact(actor=actor, contact=contact)
    ),
}
