"""How far each role reaches with each verb, written by hand, and what can stand behind an address.

`SCOPES[kind][verb]` says how far each role reaches with a verb, independently of the code.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ALL, TEAM, OWN, NONE = "all", "team", "own", "none"


def reach(rep: str, marketer: str, agent: str, manager: str) -> dict[str, str]:
    """Scopes of the roles in this order; an administrator reaches everything."""
    return {"rep": rep, "marketer": marketer, "agent": agent, "manager": manager, "admin": ALL}


EVERYBODY = reach(ALL, ALL, ALL, ALL)

SCOPES: dict[str, dict[str, dict[str, str]]] = {
    "contact": {
        "view": reach(TEAM, ALL, ALL, ALL),
        "add": reach(OWN, ALL, ALL, ALL),
        "change": reach(OWN, ALL, ALL, ALL),
        "delete": reach(OWN, NONE, NONE, ALL),
        "import": reach(OWN, ALL, NONE, ALL),
        "export": reach(OWN, ALL, NONE, ALL),
    },
    "product": {
        "view": EVERYBODY,
        "add": reach(NONE, ALL, NONE, ALL),
        "change": reach(NONE, ALL, NONE, ALL),
        "delete": reach(NONE, NONE, NONE, ALL),
        "export": reach(ALL, ALL, NONE, ALL),
    },
    "segment table": {"view": EVERYBODY, "change": reach(NONE, NONE, NONE, ALL)},
    "job": {"view": reach(OWN, OWN, OWN, ALL), "change": reach(OWN, OWN, OWN, ALL)},
    "import": {
        "view": reach(OWN, OWN, NONE, ALL),
        "add": reach(OWN, OWN, NONE, ALL),
        "change": reach(OWN, OWN, NONE, ALL),
    },
    "mail": {"view": reach(NONE, NONE, NONE, ALL), "change": reach(NONE, NONE, NONE, ALL)},
    "token": dict.fromkeys(("view", "add", "delete"), reach(OWN, OWN, OWN, OWN)),
    "file": {"view": reach(OWN, OWN, OWN, OWN)},
    "audit entry": {"view": reach(NONE, NONE, NONE, NONE), "export": reach(NONE, NONE, NONE, NONE)},
    "analysis": {"view": EVERYBODY, "run": reach(NONE, ALL, NONE, ALL)},
    # figures over all customers: for who may see them all
    "whole base": {"view": reach(NONE, ALL, ALL, ALL), "export": reach(NONE, ALL, NONE, ALL)},
    "territory": {"view": EVERYBODY, **dict.fromkeys(("add", "change", "delete"), reach(NONE, NONE, NONE, NONE))},
    "rights": {"view": reach(NONE, NONE, NONE, NONE), "change": reach(NONE, NONE, NONE, NONE)},
    "house": {"view": EVERYBODY, "export": EVERYBODY},
}
_TASK = reach(OWN, OWN, OWN, TEAM)
SCOPES["task"] = {"view": _TASK, "add": EVERYBODY, "change": _TASK, "delete": _TASK}
SCOPES["note"] = SCOPES["attachment"] = SCOPES["task"]
SCOPES["notice"] = dict.fromkeys(("view", "change"), reach(OWN, OWN, OWN, OWN) | {"admin": OWN})
SCOPES["calendar link"] = SCOPES["notice"]
SCOPES["secret of a calendar"] = {"view": EVERYBODY}
NOBODY = reach(NONE, NONE, NONE, NONE)  # but administrators
SCOPES["person"] = {"view": EVERYBODY, "add": NOBODY, "change": NOBODY, "run": reach(NONE, NONE, NONE, ALL)}
SCOPES["layout"] = {"change": NOBODY}
SCOPES["custom field"] = dict.fromkeys(("view", "add", "change", "delete"), NOBODY)
SCOPES["session"] = {verb: dict.fromkeys(EVERYBODY, OWN) for verb in ("view", "change")}
SCOPES["adoption"] = dict.fromkeys(("view", "export"), reach(NONE, NONE, NONE, ALL))
SCOPES["company"] = {"view": EVERYBODY, "change": NOBODY}
SCOPES["saved view"] = {
    "view": reach(TEAM, TEAM, TEAM, TEAM),
    "add": EVERYBODY,
    "change": reach(OWN, OWN, OWN, TEAM),
    "delete": reach(OWN, OWN, OWN, TEAM),
}
SCOPES["dashboard"] = SCOPES["saved view"]
SCOPES["mailed dashboard"] = {"add": EVERYBODY} | dict.fromkeys(("view", "change", "delete"), reach(OWN, OWN, OWN, OWN))
SCOPES["acquired list"] = {
    "view": EVERYBODY,
    "export": reach(NONE, ALL, NONE, ALL),
    **dict.fromkeys(("add", "change", "delete"), reach(NONE, ALL, NONE, ALL)),
}
SCOPES["market category"] = {"view": EVERYBODY, **dict.fromkeys(("add", "change", "delete"), NOBODY)}
SCOPES["responsibility"] = {
    "view": EVERYBODY,
    **dict.fromkeys(("add", "change", "delete"), reach(NONE, NONE, NONE, ALL)),
}
SCOPES["alert"] = SCOPES["order"] = SCOPES["lead"] = SCOPES["lead with a question"] = SCOPES["contact"]
SCOPES["target"] = {"view": EVERYBODY} | dict.fromkeys(("add", "change", "delete"), reach(NONE, NONE, NONE, ALL))
SCOPES["pipeline set-up"] = SCOPES["stage"] = SCOPES["reason"] = SCOPES["target"]
SCOPES["deal"] = {
    "view": reach(TEAM, ALL, ALL, ALL),
    "add": reach(OWN, NONE, NONE, ALL),
    "change": reach(OWN, NONE, NONE, ALL),
    "delete": reach(OWN, NONE, NONE, ALL),
    "export": reach(OWN, ALL, NONE, ALL),
}
SCOPES["quote"] = {
    "view": reach(TEAM, ALL, ALL, ALL),
    "add": reach(OWN, NONE, NONE, ALL),
    "change": reach(OWN, NONE, NONE, ALL),
    "export": reach(OWN, ALL, NONE, ALL),
}
SCOPES["secret of a quote"] = {"view": EVERYBODY}
SCOPES["invoice"] = SCOPES["subscription"] = SCOPES["registration"] = SCOPES["contact"]
_BY_MANAGERS = dict.fromkeys(("add", "change", "delete"), reach(NONE, NONE, NONE, ALL))
SCOPES["capture form"] = dict.fromkeys(("view", "add", "change"), reach(NONE, ALL, NONE, ALL))
SCOPES["lead cost"] = dict.fromkeys(("view", "add", "change", "delete"), reach(NONE, ALL, NONE, ALL))
SCOPES["checklist item"] = {"view": EVERYBODY, **dict.fromkeys(("add", "change"), reach(NONE, NONE, NONE, ALL))}
SCOPES["score rule"] = {"view": EVERYBODY, **dict.fromkeys(("add", "change", "delete"), reach(NONE, ALL, NONE, ALL))}
SCOPES["sequence"] = {"view": EVERYBODY, **dict.fromkeys(("add", "change"), reach(NONE, ALL, NONE, ALL))}
SCOPES["enrolment"] = SCOPES["enrolled lead"] = SCOPES["lead"]
SCOPES["secret of a refusal"] = {"view": EVERYBODY}
SCOPES["call list"] = dict.fromkeys(("add", "change"), reach(OWN, ALL, OWN, ALL))
SCOPES["call list"]["view"] = reach(TEAM, ALL, TEAM, ALL)
SCOPES["secret of a form"] = SCOPES["secret of a submission"] = {"view": EVERYBODY}
SCOPES["allocation rule"] = {"view": EVERYBODY, **_BY_MANAGERS}
SCOPES["intake"] = {
    "view": reach(TEAM, TEAM, TEAM, ALL),
    "add": reach(NONE, NONE, NONE, ALL),
    "change": reach(OWN, OWN, OWN, ALL),
}
SCOPES["channel"] = SCOPES["mail"]
SCOPES["incoming mail"] = {"view": reach(OWN, OWN, OWN, ALL), "change": reach(NONE, NONE, NONE, ALL)}
SCOPES["mailbox"] = dict.fromkeys(("view", "add", "change"), NOBODY)
SCOPES["secret of a hook"] = {"view": EVERYBODY}
SCOPES["audit row"] = SCOPES["audit entry"]


@dataclass(frozen=True)
class Address:
    """What stands behind an address. `methods` maps HTTP method to the verb asked; `kind` is the record's kind."""

    kind: str
    methods: dict[str, str] = field(default_factory=lambda: {"GET": "view"})
    has_record: bool = True
    is_public: bool = False
    data: dict[str, str] = field(default_factory=dict)


def page(kind: str, verb: str = "view") -> Address:
    """A page about no single record, to look at."""
    return Address(kind, {"GET": verb}, has_record=False)


def form(kind: str, verb: str, has_record: bool = False) -> Address:
    """A form: shown by GET, sent by POST, both ask the same verb."""
    return Address(kind, {"GET": verb, "POST": verb}, has_record=has_record)


def button(kind: str, verb: str, has_record: bool = True) -> Address:
    """A state change: POST only."""
    return Address(kind, {"POST": verb}, has_record=has_record)


PUBLIC = Address("house", {"GET": "view", "POST": "view"}, has_record=False, is_public=True)
