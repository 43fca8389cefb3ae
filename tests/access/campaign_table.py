"""Who may do what with campaigns."""

from __future__ import annotations

from tests.access.law import ALL, EVERYBODY, NONE, SCOPES, Address, button, form, page, reach

_BY_MARKETING = reach(NONE, ALL, NONE, ALL)
SCOPES["campaign"] = {
    "view": EVERYBODY,
    **dict.fromkeys(("add", "change", "delete", "import", "export", "run"), _BY_MARKETING),
}
SCOPES["campaign by post"] = SCOPES["file of letters"] = SCOPES["segment"] = SCOPES["offer"] = SCOPES[
    "variant"
] = SCOPES["retention action"] = SCOPES["picture of a mail"] = SCOPES["campaign"]
SCOPES["secret of preferences"] = SCOPES["secret of a message"] = SCOPES["key of a picture"] = {"view": EVERYBODY}
SCOPES["secret of a click"] = SCOPES["secret of a look"] = {"view": EVERYBODY, "note": EVERYBODY}
_STEPS = ("test", "ask", "approve", "launch", "pause", "resume", "cancel")

CAMPAIGN_ADDRESSES: dict[str, Address] = {
    "campaigns:campaign_list": page("campaign"),
    "campaigns:campaign_export": page("campaign", "export"),
    "campaigns:recipient_list": page("contact"),
    "campaigns:recipient_export": page("contact", "export"),
    "campaigns:campaign_create": form("campaign", "add"),
    "campaigns:sample_size": page("campaign"),
    "campaigns:propensity": page("analysis"),
    "campaigns:propensity_run": button("analysis", "run", has_record=False),
    "campaigns:uplift": page("analysis"),
    "campaigns:uplift_run": button("analysis", "run", has_record=False),
    "campaigns:uplift_export": page("whole base", "export"),
    "campaigns:campaign_detail": Address("campaign"),
    "campaigns:audience": form("campaign", "change", has_record=True),
    "campaigns:variant_create": form("campaign", "change", has_record=True),
    "campaigns:variant_update": form("variant", "change", has_record=True),
    "campaigns:variant_remove": button("variant", "change"),
    "campaigns:check": Address("campaign", {"GET": "change"}),
    **{f"campaigns:campaign_{step}": button("campaign", "change") for step in _STEPS},
    "campaigns:picture_create": button("picture of a mail", "add", has_record=False),
    "campaigns:picture": Address("picture of a mail"),
    "campaigns:mail_picture": Address("key of a picture", is_public=True),
    "campaigns:piece_list": Address("campaign by post"),
    "campaigns:piece_take": button("campaign by post", "export"),
    "campaigns:piece_file": Address("file of letters", {"GET": "export"}),
    "campaigns:piece_gone": button("file of letters", "change"),
    "campaigns:piece_back": button("campaign by post", "change"),
    "campaigns:message_hook": Address("secret of a message", {"POST": "view"}, is_public=True),
    "campaigns:click": Address("secret of a click", {"GET": "note"}, is_public=True),
    "campaigns:opening": Address("secret of a look", {"GET": "note"}, is_public=True),
    "campaigns:preferences": Address("secret of preferences", {"GET": "view", "POST": "view"}, is_public=True),
    "campaigns:offer_list": page("offer"),
    "campaigns:offer_export": page("offer", "export"),
    "campaigns:offer_create": form("offer", "add"),
    "campaigns:offer_detail": Address("offer"),
    "campaigns:offer_update": form("offer", "change", has_record=True),
    "campaigns:offer_archive": button("offer", "delete"),
    "campaigns:offer_restore": button("offer", "delete"),
    "campaigns:retention_action_list": page("retention action"),
    "campaigns:retention_action_create": form("retention action", "add"),
    "campaigns:retention_action_run": button("analysis", "run", has_record=False),
    "campaigns:retention_action_detail": Address("retention action"),
    "campaigns:retention_action_update": form("retention action", "change", has_record=True),
    "campaigns:retention_action_start": button("retention action", "change"),
    "campaigns:retention_action_end": button("retention action", "change"),
    "campaigns:retention_action_delete": button("retention action", "delete"),
    "campaigns:segment_list": page("segment"),
    "campaigns:segment_create": form("segment", "add"),
    "campaigns:segment_paste": form("segment", "add"),
    "campaigns:segment_detail": Address("segment"),
    "campaigns:segment_update": form("segment", "change", has_record=True),
    "campaigns:segment_mail": form("segment", "change", has_record=True),
    "campaigns:segment_fix": button("segment", "change"),
    "campaigns:segment_refresh": button("segment", "change"),
    "campaigns:segment_remove": button("segment", "delete"),
    "campaigns:campaign_update": form("campaign", "change", has_record=True),
}
