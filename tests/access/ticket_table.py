"""Who may do what with tickets."""

from __future__ import annotations

from tests.access.law import ALL, EVERYBODY, NONE, OWN, SCOPES, TEAM, Address, button, form, page, reach

SCOPES["ticket"] = {
    "view": reach(TEAM, ALL, ALL, ALL),
    "add": reach(OWN, NONE, ALL, ALL),
    "change": reach(OWN, NONE, ALL, ALL),
    "export": reach(OWN, ALL, ALL, ALL),
}
SCOPES["reply into a chat"] = SCOPES["ticket"]
_BY_MANAGERS = dict.fromkeys(("add", "change", "delete"), reach(NONE, NONE, NONE, ALL))
SCOPES["promise"] = SCOPES["service hours"] = SCOPES["queue"] = {"view": EVERYBODY, **_BY_MANAGERS}
SCOPES["message with formatting"] = {"view": SCOPES["ticket"]["view"]}

TICKET_ADDRESSES: dict[str, Address] = {
    "service:ticket_list": page("ticket"),
    "service:ticket_export": page("ticket", "export"),
    "service:ticket_bulk": form("ticket", "change"),
    "service:ticket_create": form("ticket", "add"),
    "service:ticket_options": page("ticket"),
    "service:process": page("ticket"),
    "service:figures": page("ticket"),
    "service:ticket_detail": Address("ticket"),
    "service:ticket_update": form("ticket", "change", has_record=True),
    "service:ticket_cell": form("ticket", "change", has_record=True),
    "service:ticket_fact": form("ticket", "change", has_record=True),
    "service:ticket_file": button("ticket", "view"),
    "service:ticket_merge": form("ticket", "change", has_record=True),
    "service:ticket_unmerge": button("ticket", "change"),
    "service:reply_create": form("ticket", "change", has_record=True),
    "service:note_create": form("ticket", "change", has_record=True),
    "service:heard_create": form("ticket", "change", has_record=True),
    "service:queue_list": page("queue"),
    "service:queue_create": form("queue", "add"),
    "service:queue_update": form("queue", "change", has_record=True),
    "service:queue_remove": button("queue", "delete"),
    "service:promise_list": page("promise"),
    "service:promise_create": form("promise", "add"),
    "service:promise_update": form("promise", "change", has_record=True),
    "service:promise_remove": button("promise", "delete"),
    "service:hours_create": form("service hours", "add"),
    "service:hours_update": form("service hours", "change", has_record=True),
    "service:hours_remove": button("service hours", "delete"),
    "service:delivery_again": button("reply into a chat", "change"),
    "service:message_html": Address("message with formatting"),
    **{f"service:ticket_{verb}": button("ticket", "change") for verb in ("take", "solve", "reopen", "close")},
}
