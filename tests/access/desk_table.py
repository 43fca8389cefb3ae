"""Who may do what at the desk: macros, and what hangs on tickets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.models import User
from service.models import Macro, RoutingRule, RoutingTurn, TicketIntake
from tests.access.law import ALL, EVERYBODY, NONE, OWN, SCOPES, TEAM, Address, button, form, page, reach

SCOPES["macro"] = dict.fromkeys(("view", "add", "change", "delete"), reach(OWN, NONE, OWN, ALL))

BY_MANAGERS = dict.fromkeys(("add", "change", "delete"), reach(NONE, NONE, NONE, ALL))
SCOPES["routing rule"] = {"view": EVERYBODY, **BY_MANAGERS}
SCOPES["ticket intake"] = {
    "view": reach(TEAM, NONE, TEAM, ALL),
    "add": reach(NONE, NONE, NONE, ALL),
    "change": reach(OWN, NONE, OWN, ALL),
}


def make_macro(owner: User, name: str) -> Macro:
    code = "".join(sign for sign in name.lower() if sign.isalnum()) or "one"
    return Macro.objects.create(name=f"CANARY macro {name}", code=code, text="Hello", owner=owner)


def make_rule(owner: User, name: str) -> RoutingRule:
    rule: RoutingRule = RoutingRule.objects.create(name=f"CANARY rule {name}")
    RoutingTurn.objects.create(rule=rule, user=owner)
    return rule


def make_intake(owner: User, name: str) -> TicketIntake:
    """How a person takes tickets; each has one."""
    return TicketIntake.objects.get_or_create(user=owner)[0]


DESK_MAKERS: dict[str, Callable[..., Any]] = {
    "macro": make_macro,
    "routing rule": make_rule,
    "ticket intake": make_intake,
}
DESK_ADDRESSES: dict[str, Address] = {
    "service:macro_list": page("macro"),
    "service:macro_create": form("macro", "add"),
    "service:macro_preview": button("macro", "add", has_record=False),
    "service:macro_update": form("macro", "change", has_record=True),
    "service:macro_remove": button("macro", "delete"),
    "service:macro_offer": Address("ticket", {"GET": "change"}),
    "service:rule_list": page("routing rule"),
    "service:routing_start": button("routing rule", "change", has_record=False),
    "service:rule_create": form("routing rule", "add"),
    "service:rule_update": form("routing rule", "change", has_record=True),
    "service:rule_remove": button("routing rule", "delete"),
    "service:intake_create": form("ticket intake", "add"),
    "service:intake_update": form("ticket intake", "change", has_record=True),
    "service:link_create": form("ticket", "change", has_record=True),
    "service:unlink": button("ticket", "change"),
    "service:ticket_split": form("ticket", "change", has_record=True),
    "service:incidents_answer": form("ticket", "change", has_record=True),
    "service:watch": button("ticket", "view"),
    "service:unwatch": button("ticket", "view"),
    "service:presence": button("ticket", "view"),
    "service:macro_use": button("ticket", "change"),
}
