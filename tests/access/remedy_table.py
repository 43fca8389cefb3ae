"""Who may do what with compensation (what they may do with its ticket) and with customers who ended (with the contact);
and the public form of tickets."""

from __future__ import annotations

import tests.access.ticket_table  # noqa: F401 - its scopes come first
from tests.access.law import EVERYBODY, SCOPES, Address, button, form, page

SCOPES["secret of a ticket form"] = {"view": EVERYBODY}
SCOPES["compensation"] = {verb: SCOPES["ticket"][verb] for verb in ("view", "change", "export")}

SCOPES["defection"] = {verb: SCOPES["contact"][verb] for verb in ("view", "add", "change", "export")}

REMEDY_ADDRESSES: dict[str, Address] = {
    "service:public_form": Address("secret of a ticket form", {"GET": "view", "POST": "view"}, is_public=True),
    "service:compensation_list": page("compensation"),
    "service:compensation_export": page("compensation", "export"),
    "service:compensation_figures": page("compensation"),
    "service:compensation_create": form("ticket", "change", has_record=True),
    "service:compensation_detail": Address("compensation"),
    "service:compensation_withdraw": button("compensation", "change"),
    "service:defection_list": page("defection"),
    "service:defection_export": page("defection", "export"),
    "service:defection_figures": page("defection"),
    "service:defection_create": form("defection", "add"),
    "service:defection_detail": Address("defection"),
    "service:defection_update": form("defection", "change", has_record=True),
    "service:defection_settle": form("defection", "change", has_record=True),
    "service:defection_reopen": button("defection", "change"),
    "service:attempt_create": form("defection", "change", has_record=True),
    **{
        f"service:compensation_{verb}": form("compensation", "change", has_record=True)
        for verb in ("approve", "refuse", "reverse")
    },
}
