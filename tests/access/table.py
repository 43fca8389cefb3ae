"""Who may do what at which address, written by hand: the law that the walk compares the site with.

`SCOPES[kind][verb]` says how far each role reaches with a verb, independently of the code. `ADDRESSES[url name]` says
what stands behind an address: the kind of record in its path (or none), the verb of each method it answers, and
the verb that decides whether the record may be known at all (`view`, always).
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
    "house": {"view": EVERYBODY},
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
SCOPES["company"] = {"view": EVERYBODY, "change": NOBODY}
SCOPES["saved view"] = {
    "view": reach(TEAM, TEAM, TEAM, TEAM),
    "add": EVERYBODY,
    "change": reach(OWN, OWN, OWN, TEAM),
    "delete": reach(OWN, OWN, OWN, TEAM),
}
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
SCOPES["order"] = SCOPES["lead"] = SCOPES["lead with a question"] = SCOPES["contact"]
SCOPES["pipeline set-up"] = {"view": EVERYBODY, "add": reach(NONE, NONE, NONE, ALL)}
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

ADDRESSES: dict[str, Address] = {
    "agenda:task_list": form("task", "view"),
    "agenda:task_create": form("task", "add"),
    "agenda:task_detail": Address("task"),
    "agenda:task_update": form("task", "change", has_record=True),
    "agenda:task_complete": button("task", "change"),
    "agenda:task_reopen": button("task", "change"),
    "agenda:task_snooze": button("task", "change"),
    "agenda:task_delete": button("task", "delete"),
    "agenda:calendar": page("task"),
    "agenda:feed_list": Address("house", {"GET": "view", "POST": "view"}, has_record=False),
    "agenda:feed_revoke": button("calendar link", "change"),
    "agenda:feed": Address("secret of a calendar", is_public=True),
    "notes:people_options": page("house"),
    "notes:notice_list": page("house"),
    "notes:notices_read": button("house", "view", has_record=False),
    "notes:notice_open": button("notice", "view"),
    "notes:note_delete": button("note", "delete"),
    "notes:attachment_download": Address("attachment"),
    "notes:attachment_remove": button("attachment", "delete"),
    "contacts:contact_cell": form("contact", "change", has_record=True),
    "orders:product_cell": form("product", "change", has_record=True),
    "contacts:fact_edit": form("contact", "change", has_record=True),
    "contacts:file_add": button("contact", "view"),
    "contacts:signal_days": Address("contact"),
    "contacts:composer_part": Address("contact"),
    "contacts:note_create": button("contact", "view"),
    "contacts:call_create": button("contact", "view"),
    "contacts:meeting_create": button("contact", "view"),
    "contacts:task_create": button("contact", "view"),
    "contacts:mail_send": button("contact", "view"),
    "contacts:mail_draft_keep": button("contact", "view"),
    "contacts:contact_review": button("contact", "change"),
    "contacts:acquired_list_list": page("acquired list"),
    "contacts:acquired_list_export": page("acquired list", "export"),
    "contacts:acquired_list_create": form("acquired list", "add"),
    "contacts:acquired_list_detail": Address("acquired list"),
    "contacts:acquired_list_update": form("acquired list", "change", has_record=True),
    "contacts:acquired_list_remove": button("acquired list", "delete"),
    "contacts:market_list": page("market category", "change"),
    "contacts:market_create": form("market category", "add"),
    "contacts:market_update": form("market category", "change", has_record=True),
    "contacts:market_remove": button("market category", "delete"),
    "contacts:responsibility_list": page("responsibility", "change"),
    "contacts:responsibility_create": form("responsibility", "add"),
    "contacts:responsibility_update": form("responsibility", "change", has_record=True),
    "contacts:responsibility_remove": button("responsibility", "delete"),
    "crm:home": page("house"),
    "crm:setup": PUBLIC,
    "crm:healthz": Address("house", has_record=False, is_public=True),
    "crm:readyz": Address("house", has_record=False, is_public=True),
    "crm:search": page("house"),
    "crm:palette": page("house"),
    "crm:token_list": Address("token", {"GET": "view", "POST": "add"}, has_record=False),
    "crm:token_revoke": button("token", "delete"),
    "crm:metrics": Address("house", has_record=False, is_public=True),
    "crm:sending_release": Address("company", {"POST": "change"}, has_record=False),
    "crm:columns_keep": button("house", "view", has_record=False),
    "crm:person_list": page("person"),
    "crm:person_invite": form("person", "add"),
    "crm:person_detail": Address("person"),
    "crm:person_invite_again": button("person", "change"),
    "crm:person_handover": form("person", "run", has_record=True),
    "crm:person_deactivate": button("person", "change"),
    "crm:person_sessions_end": button("person", "change"),
    "crm:person_factors_remove": button("person", "change"),
    "crm:profile": form("house", "view"),
    "crm:look_keep": button("house", "view", has_record=False),
    "crm:session_list": page("house"),
    "crm:session_end": button("session", "change"),
    "crm:other_sessions_end": button("house", "view", has_record=False),
    "crm:audit_list": page("audit entry"),
    "crm:audit_export": page("audit entry", "export"),
    "crm:audit_entry": Address("audit entry"),
    "crm:audit_rows": page("audit row"),
    "crm:audit_row": Address("audit row"),
    "crm:rights": form("rights", "change"),
    "crm:rights_reset": button("rights", "change", has_record=False),
    "crm:filter_keep": button("house", "view", has_record=False),
    "crm:layout": form("layout", "change"),
    "crm:layout_reset": button("layout", "change", has_record=False),
    "crm:customfield_list": page("custom field"),
    "crm:customfield_create": form("custom field", "add"),
    "crm:customfield_update": form("custom field", "change", has_record=True),
    "crm:customfield_delete": form("custom field", "delete", has_record=True),
    "crm:job_list": page("job"),
    "crm:job_detail": Address("job"),
    "crm:job_cancel": button("job", "change"),
    "crm:view_list": page("saved view"),
    "crm:view_create": form("saved view", "add"),
    "crm:view_update": form("saved view", "change", has_record=True),
    "crm:view_keep": button("saved view", "change"),
    "crm:view_delete": button("saved view", "delete"),
    "crm:job_retry": button("job", "change"),
    "crm:job_undo": button("job", "change"),
    "crm:import_list": page("import"),
    "crm:import_new": form("import", "add"),
    "crm:import_map": Address("import", {"GET": "view", "POST": "change"}),
    "crm:import_start": button("import", "change"),
    "crm:file_download": Address("file"),
    "crm:mail_list": page("mail"),
    "crm:mail_detail": Address("mail"),
    "crm:mail_retry": button("mail", "change"),
    "crm:mail_release": button("mail", "change"),
    "crm:mail_cancel": button("mail", "change"),
    "crm:mail_allow": button("mail", "change"),
    "crm:channel_pause": button("channel", "change"),
    "crm:channel_resume": button("channel", "change"),
    "contacts:contact_list": page("contact"),
    "contacts:contact_export": page("contact", "export"),
    "contacts:contact_create": form("contact", "add"),
    "contacts:contact_options": page("contact"),
    "contacts:organization_options": page("contact"),
    "contacts:contact_detail": Address("contact"),
    "contacts:contact_update": form("contact", "change", has_record=True),
    "contacts:contact_bulk": form("contact", "change"),
    "contacts:contact_archive": button("contact", "delete"),
    "contacts:contact_restore": button("contact", "delete"),
    "contacts:contact_timeline": Address("contact"),
    "contacts:territory_list": page("territory", "change"),
    "contacts:territory_create": form("territory", "add"),
    "contacts:territory_place": button("territory", "change", has_record=False),
    "contacts:territory_update": form("territory", "change", has_record=True),
    "contacts:territory_remove": button("territory", "delete"),
    "contacts:contact_share": form("contact", "change", has_record=True),
    "contacts:contact_unshare": button("contact", "change"),
    "contacts:interaction_create": button("contact", "view"),
    "contacts:consent_create": form("contact", "change", has_record=True),
    "contacts:relation_create": form("contact", "change", has_record=True),
    "contacts:relation_end": button("contact", "change"),
    "leads:lead_list": page("lead"),
    "leads:lead_export": page("lead", "export"),
    "leads:lead_create": form("lead", "add"),
    "leads:lead_options": page("lead"),
    "leads:lead_bulk": form("lead", "change"),
    "leads:lead_detail": Address("lead"),
    "leads:lead_update": form("lead", "change", has_record=True),
    "leads:lead_history": Address("lead"),
    "leads:touch_create": button("lead", "view"),
    "leads:lead_move": form("lead", "change", has_record=True),
    "leads:lead_score": form("lead", "change", has_record=True),
    "leads:lead_convert": form("lead", "change", has_record=True),
    "leads:conversion_reverse": button("lead", "change"),
    "leads:tracking": page("lead"),
    "leads:cost_create": form("lead cost", "add"),
    "leads:cost_update": form("lead cost", "change", has_record=True),
    "leads:cost_remove": button("lead cost", "delete"),
    "leads:lead_qualify": form("lead with a question", "change", has_record=True),
    "leads:checklist": page("checklist item"),
    "leads:item_create": form("checklist item", "add"),
    "leads:item_update": form("checklist item", "change", has_record=True),
    "leads:score_rule_list": page("score rule"),
    "leads:score_rule_create": form("score rule", "add"),
    "leads:score_rule_update": form("score rule", "change", has_record=True),
    "leads:score_rule_remove": button("score rule", "delete"),
    "leads:call_list_list": page("call list"),
    "leads:call_list_create": form("call list", "add"),
    "leads:call_list_detail": Address("call list", {"GET": "view", "POST": "view"}),
    "leads:call_list_close": button("call list", "change"),
    "leads:call_list_reopen": button("call list", "change"),
    "leads:call_outcome": button("call list", "view"),
    "leads:public_form": Address("secret of a form", {"GET": "view", "POST": "view"}, is_public=True),
    "leads:public_confirm": Address("secret of a submission", {"GET": "view", "POST": "view"}, is_public=True),
    "leads:form_list": page("capture form"),
    "leads:form_create": form("capture form", "add"),
    "leads:form_detail": Address("capture form"),
    "leads:form_update": form("capture form", "change", has_record=True),
    "leads:rule_list": page("allocation rule"),
    "leads:rule_create": form("allocation rule", "add"),
    "leads:rule_update": form("allocation rule", "change", has_record=True),
    "leads:rule_remove": button("allocation rule", "delete"),
    "leads:allocation_start": button("allocation rule", "change", has_record=False),
    "leads:intake_create": form("intake", "add"),
    "leads:intake_update": form("intake", "change", has_record=True),
    "leads:lead_archive": button("lead", "delete"),
    "leads:lead_restore": button("lead", "delete"),
    "orders:order_list": page("order"),
    "orders:order_export": page("order", "export"),
    "orders:order_create": form("order", "add"),
    "orders:order_detail": Address("order"),
    "orders:order_update": form("order", "change", has_record=True),
    "orders:order_bulk": form("order", "change"),
    "orders:return_create": form("order", "change", has_record=True),
    "orders:price_list": page("order"),
    "orders:product_choices": Address("product"),
    "orders:option_set": form("product", "change", has_record=True),
    "orders:product_list": page("product"),
    "orders:product_export": page("product", "export"),
    "orders:product_create": form("product", "add"),
    "orders:product_options": page("product"),
    "orders:product_detail": Address("product"),
    "orders:product_update": form("product", "change", has_record=True),
    "orders:product_bulk": form("product", "change"),
    "orders:product_archive": button("product", "delete"),
    "orders:product_restore": button("product", "delete"),
    "orders:subscription_list": page("subscription"),
    "orders:subscription_create": form("subscription", "add"),
    "orders:subscription_detail": Address("subscription"),
    "orders:subscription_update": form("subscription", "change", has_record=True),
    "orders:subscription_cancel": form("subscription", "change", has_record=True),
    "orders:renewal_create": form("subscription", "change", has_record=True),
    "orders:invoice_list": page("invoice"),
    "orders:invoice_export": page("invoice", "export"),
    "orders:invoice_create": form("invoice", "add"),
    "orders:invoice_detail": Address("invoice"),
    "orders:invoice_update": form("invoice", "change", has_record=True),
    "orders:invoice_cancel": button("invoice", "change"),
    "orders:payment_create": form("invoice", "change", has_record=True),
    "orders:registration_list": page("registration"),
    "orders:registration_export": page("registration", "export"),
    "orders:registration_create": form("registration", "add"),
    "orders:registration_detail": Address("registration"),
    "orders:registration_update": form("registration", "change", has_record=True),
    "orders:member_create": button("contact", "change"),
    "orders:points_create": form("contact", "change", has_record=True),
    "pipeline:deal_list": page("deal"),
    "pipeline:deal_export": page("deal", "export"),
    "pipeline:board": page("deal"),
    "pipeline:pipeline_start": Address("pipeline set-up", {"POST": "add"}, has_record=False, data={"key": "saas"}),
    "pipeline:deal_detail": Address("deal"),
    "pipeline:performance": page("deal"),
    "analytics:forecast_detail": page("deal"),
    "pipeline:deal_create": form("deal", "add"),
    "pipeline:deal_update": form("deal", "change", has_record=True),
    "pipeline:deal_move": form("deal", "change", has_record=True),
    "pipeline:deal_tick": button("deal", "change"),
    "pipeline:deal_archive": button("deal", "delete"),
    "pipeline:deal_restore": button("deal", "delete"),
    "pipeline:line_create": form("deal", "change", has_record=True),
    "pipeline:role_create": form("deal", "change", has_record=True),
    "pipeline:share_create": form("deal", "change", has_record=True),
    "pipeline:competitor_create": form("deal", "change", has_record=True),
    "pipeline:part_remove": Address("deal", {"POST": "change"}, data={"part": "lines", "id": "1"}),
    "pipeline:deal_options": page("deal"),
    "pipeline:quote_list": page("quote"),
    "pipeline:quote_export": page("quote", "export"),
    "pipeline:quote_create": form("quote", "add"),
    "pipeline:quote_detail": Address("quote"),
    "pipeline:quote_update": form("quote", "change", has_record=True),
    "pipeline:quote_document": Address("quote"),
    "pipeline:quote_send": form("quote", "change", has_record=True),
    "pipeline:quote_mark": button("quote", "change"),
    "pipeline:quote_ask": form("quote", "change", has_record=True),
    "pipeline:quote_take_back": button("quote", "change"),
    "pipeline:quote_approve": form("quote", "change", has_record=True),
    "pipeline:quote_refuse": form("quote", "change", has_record=True),
    "pipeline:quote_accept": form("quote", "change", has_record=True),
    "pipeline:quote_decline": form("quote", "change", has_record=True),
    "pipeline:quote_revise": button("quote", "change"),
    "pipeline:quote_withdraw": button("quote", "change"),
    "pipeline:quote_count": button("quote", "change"),
    "pipeline:quote_page": Address("secret of a quote", is_public=True),
    "pipeline:quote_page_document": Address("secret of a quote", is_public=True),
    "pipeline:quote_page_accept": Address("secret of a quote", {"POST": "view"}, is_public=True),
    "pipeline:quote_page_decline": Address("secret of a quote", {"POST": "view"}, is_public=True),
    "pipeline:deal_bulk": form("deal", "change"),
    "orders:subscription_export": page("subscription", "export"),
    "analytics:overview": page("analysis"),
    "analytics:rfm_detail": page("analysis"),
    "analytics:rfm_export": page("contact", "export"),
    "analytics:segment_list": form("segment table", "change"),
    "analytics:usage_list": form("segment table", "change"),
    "analytics:run_list": page("analysis", "run"),
    "analytics:run_start": button("analysis", "run", has_record=False),
    "analytics:run_step": page("analysis", "run"),
    "analytics:retention_detail": page("whole base"),
    "analytics:contract_detail": page("whole base"),
    "analytics:worth_detail": page("whole base"),
    "analytics:cohort_list": page("whole base"),
    "analytics:retention_export": page("whole base", "export"),
    "analytics:churn_detail": page("analysis"),
    "analytics:churn_run": button("analysis", "run", has_record=False),
    "analytics:churn_export": page("contact", "export"),
    "analytics:churn_allow": button("rights", "change", has_record=False),
    "analytics:churn_refuse": button("rights", "change", has_record=False),
    "analytics:rfm_run": button("analysis", "run", has_record=False),
    "analytics:lead_detail": page("analysis"),
    "analytics:lead_run": button("analysis", "run", has_record=False),
    "analytics:clv_detail": page("analysis"),
    "analytics:clv_export": page("contact", "export"),
    "analytics:clv_run": button("analysis", "run", has_record=False),
}
