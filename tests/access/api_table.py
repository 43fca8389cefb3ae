"""Who may do what at which address of the API: the same law as the pages', with the scope that a token needs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone


@dataclass(frozen=True)
class Operation:
    """`kind` is the record's kind, `verb` what is asked of it; `body` what is sent, where something is."""

    kind: str
    verb: str
    scope: str
    has_record: bool = False
    body: dict[str, Any] | None = field(default=None)


def reading(kind: str, scope: str, has_record: bool = False) -> Operation:
    return Operation(kind, "view", f"{scope}:read", has_record)


def writing(kind: str, verb: str, scope: str, body: dict[str, Any] | None = None, has_record: bool = True) -> Operation:
    return Operation(kind, verb, f"{scope}:write", has_record, body)


VERSION = {"version": 1}
SOON = str((timezone.now() + dt.timedelta(days=9)).date())
CALL = {"channel": "phone", "subject": "Asked"}
MAIL = {"kind": "email", "value": "new@example.com"}
# operation id (the method and path stand in the OpenAPI document) -> what it asks
OPERATIONS: dict[str, Operation] = {
    "get_me": Operation("house", "view", ""),
    "list_jobs": reading("job", "jobs"),
    "get_job": reading("job", "jobs", has_record=True),
    "list_views": reading("saved view", "views"),
    "get_view": reading("saved view", "views", has_record=True),
    "list_tasks": reading("task", "tasks"),
    "create_task": writing("task", "add", "tasks", {"title": "Call back"}, has_record=False),
    "get_task": reading("task", "tasks", has_record=True),
    "change_task": writing("task", "change", "tasks", {**VERSION, "title": "Call again"}),
    "complete_task": writing("task", "change", "tasks"),
    "reopen_task": writing("task", "change", "tasks"),
    "list_tickets": reading("ticket", "tickets"),
    "list_queues": reading("ticket", "tickets"),
    "create_ticket": writing("ticket", "add", "tickets", {"subject": "One pane is broken"}, has_record=False),
    "get_ticket": reading("ticket", "tickets", has_record=True),
    "change_ticket": writing("ticket", "change", "tickets", {**VERSION, "priority": "high"}),
    **{f"{verb}_ticket": writing("ticket", "change", "tickets") for verb in ("take", "solve", "reopen", "close")},
    "merge_ticket": writing("ticket", "change", "tickets", {"into_id": 1}),
    "list_messages": reading("ticket", "tickets", has_record=True),
    "add_message": writing("ticket", "change", "tickets", {"kind": "note", "text": "Rang them"}),
    "list_articles": reading("article", "articles"),
    "list_published": reading("article", "articles"),
    "create_article": writing("article", "add", "articles", {"title": "Hooks", "body": "Two."}, has_record=False),
    "get_article": reading("article", "articles", has_record=True),
    "list_versions": reading("article", "articles", has_record=True),
    "change_article": writing("article", "change", "articles", {**VERSION, "title": "Two hooks"}),
    "restore_article": writing("article", "change", "articles", {"number": 1}),
    **{f"{verb}_article": writing("article", "change", "articles") for verb in ("review", "confirm")},
    **{f"{verb}_article": writing("article", "run", "articles") for verb in ("publish", "withdraw")},
    "list_segments": reading("segment", "campaigns"),
    "create_segment": writing("segment", "add", "campaigns", {"name": "Quiet"}, has_record=False),
    "get_segment": reading("segment", "campaigns", has_record=True),
    "list_segment_contacts": reading("segment", "contacts", has_record=True),
    "list_offers": reading("offer", "campaigns"),
    "create_offer": writing(
        "offer", "add", "campaigns", {"name": "Oak", "benefit_value": "20", "margin_amount": "5"}, has_record=False
    ),
    "get_offer": reading("offer", "campaigns", has_record=True),
    "change_offer": writing("offer", "change", "campaigns", {**VERSION, "rest_days": 9}),
    "archive_offer": writing("offer", "delete", "campaigns"),
    "restore_offer": writing("offer", "delete", "campaigns"),
    "list_offer_redemptions": reading("offer", "campaigns", has_record=True),
    "list_plays": reading("play", "campaigns"),
    "create_play": writing(
        "play", "add", "campaigns", {"name": "Welcome", "steps": [{"kind": "tag", "title": "new"}]}, has_record=False
    ),
    "get_play": reading("play", "campaigns", has_record=True),
    "change_play": writing("play", "change", "campaigns", {**VERSION, "window_days": 30}),
    "list_play_steps": reading("play", "campaigns", has_record=True),
    "list_play_entries": reading("play", "campaigns", has_record=True),
    "test_play": writing("play", "change", "campaigns", {"step_id": 1, "contact_id": 1}),
    "get_play_results": reading("play", "campaigns", has_record=True),
    "ask_play_approval": writing("play", "change", "campaigns"),
    **{
        f"{verb}_play": writing("play", "change", "campaigns")
        for verb in ("approve", "start", "pause", "resume", "end")
    },
    "list_campaigns": reading("campaign", "campaigns"),
    "create_campaign": writing("campaign", "add", "campaigns", {"name": "Spring frames"}, has_record=False),
    "get_campaign": reading("campaign", "campaigns", has_record=True),
    "change_campaign": writing("campaign", "change", "campaigns", {**VERSION, "goal": "More orders"}),
    "get_results": reading("campaign", "campaigns", has_record=True),
    "get_audience": reading("campaign", "campaigns", has_record=True),
    "change_audience": writing("campaign", "change", "campaigns", {**VERSION, "control_share": "0.2"}),
    "list_variants": reading("campaign", "campaigns", has_record=True),
    "add_variant": writing(
        "campaign",
        "change",
        "campaigns",
        {"name": "B", "subject": "Oak", "blocks": [{"kind": "text", "text": "Hello"}]},
    ),
    "get_variant": reading("variant", "campaigns", has_record=True),
    "change_variant": writing("variant", "change", "campaigns", {"subject": "Ash"}),
    "remove_variant": writing("variant", "change", "campaigns"),
    "check_campaign": writing("campaign", "change", "campaigns"),
    "test_campaign": writing("campaign", "change", "campaigns", {"variant_id": 1, "contact_id": 1}),
    "ask_campaign_approval": writing("campaign", "change", "campaigns"),
    **{
        f"{verb}_campaign": writing("campaign", "change", "campaigns")
        for verb in ("approve", "launch", "pause", "resume", "cancel")
    },
    "list_recipients": reading("campaign", "campaigns", has_record=True),
    "list_surveys": reading("survey", "surveys"),
    "get_survey": reading("survey", "surveys", has_record=True),
    "list_survey_responses": reading("response", "surveys"),
    "get_survey_response": reading("response", "surveys", has_record=True),
    "list_reviews": reading("review", "surveys"),
    "list_visits": reading("visit", "surveys"),
    "get_satisfaction": reading("whole base", "scores"),
    "list_suggestions": reading("suggestion", "suggestions"),
    "create_suggestion": writing("suggestion", "add", "suggestions", {"title": "Hooks that hold"}, has_record=False),
    "get_suggestion": reading("suggestion", "suggestions", has_record=True),
    "change_suggestion": writing("suggestion", "change", "suggestions", {**VERSION, "title": "Better hooks"}),
    "move_suggestion": writing("suggestion", "change", "suggestions", {**VERSION, "state": "planned"}),
    "add_suggestion_vote": writing("suggestion", "view", "suggestions", {"contact_id": 1}),
    "list_compensations": reading("compensation", "tickets"),
    "create_compensation": writing(
        "ticket", "change", "tickets", {"remedy": "credit", "size": "5", "reason": "It came broken."}
    ),
    "list_defections": reading("defection", "tickets"),
    "create_defection": writing("defection", "add", "tickets", {"contact_id": 1}, has_record=False),
    "get_defection": reading("defection", "tickets", has_record=True),
    "add_attempt": writing("defection", "change", "tickets", {"offer": "Ten per cent"}),
    "settle_defection": writing("defection", "change", "tickets", {**VERSION, "state": "won"}),
    "reopen_defection": writing("defection", "change", "tickets"),
    "take_message_of_channel": writing(
        "ticket",
        "add",
        "tickets",
        {"source": "chat", "conversation": "1", "external_id": "1", "text": "Hello"},
        has_record=False,
    ),
    "get_compensation": reading("compensation", "tickets", has_record=True),
    "approve_compensation": writing("compensation", "change", "tickets", VERSION),
    "refuse_compensation": writing("compensation", "change", "tickets", VERSION),
    "reverse_compensation": writing("compensation", "change", "tickets", VERSION),
    "withdraw_compensation": writing("compensation", "change", "tickets"),
    "list_alerts": reading("alert", "alerts"),
    "get_alert": reading("alert", "alerts", has_record=True),
    "accept_alert": writing("alert", "change", "alerts"),
    "dismiss_alert": writing("alert", "change", "alerts", {"reason": "no need"}),
    "snooze_alert": writing("alert", "change", "alerts", {"until": SOON}),
    "list_contacts": reading("contact", "contacts"),
    "create_contact": writing("contact", "add", "contacts", {"name": "New"}, has_record=False),
    "get_contact": reading("contact", "contacts", has_record=True),
    "change_contact": writing("contact", "change", "contacts", {**VERSION, "name": "Changed"}),
    "archive_contact": writing("contact", "delete", "contacts"),
    "restore_contact": writing("contact", "delete", "contacts"),
    "list_points": reading("contact", "contacts", has_record=True),
    "add_point": writing("contact", "change", "contacts", MAIL),
    "list_addresses": reading("contact", "contacts", has_record=True),
    "list_interactions": reading("contact", "contacts", has_record=True),
    "add_interaction": writing("contact", "view", "contacts", CALL),
    "list_consents": reading("contact", "contacts", has_record=True),
    "add_consent": writing("contact", "change", "contacts", {"channel": "email", "purpose": "marketing", "level": 2}),
    "ask_permission": reading("contact", "contacts", has_record=True),
    "list_notes": reading("contact", "notes", has_record=True),
    "create_note": writing("contact", "view", "notes", {"text": "Called"}),
    "get_note": reading("note", "notes", has_record=True),
    "remove_note": writing("note", "delete", "notes"),
    "list_files": reading("contact", "contacts", has_record=True),
    "list_relations": reading("contact", "contacts", has_record=True),
    "add_relation": writing("contact", "change", "contacts", {"kind": "partner", "other_id": 1}),
    "remove_relation": writing("contact", "change", "contacts"),
    "get_standing": reading("contact", "loyalty", has_record=True),
    "enrol_member": writing("contact", "change", "loyalty"),
    "list_entries": reading("contact", "loyalty", has_record=True),
    "add_entry": writing("contact", "change", "loyalty", {"kind": "adjusted", "points": 5, "note": "Sorry"}),
    "get_origin": reading("contact", "contacts", has_record=True),
    "list_acquired_lists": reading("acquired list", "contacts"),
    "create_acquired_list": writing(
        "acquired list", "add", "contacts", {"name": "New", "kind": "compiled", "currency": "EUR"}, has_record=False
    ),
    "get_acquired_list": reading("acquired list", "contacts", has_record=True),
    "change_acquired_list": writing("acquired list", "change", "contacts", {**VERSION, "vendor": "Changed"}),
    "list_organizations": reading("contact", "contacts"),
    "create_organization": writing("contact", "add", "contacts", {"name": "New"}, has_record=False),
    "get_organization": reading("organization", "contacts", has_record=True),
    "change_organization": writing("organization", "change", "contacts", {**VERSION, "name": "Changed"}),
    "archive_organization": writing("organization", "delete", "contacts"),
    "restore_organization": writing("organization", "delete", "contacts"),
    "list_leads": reading("lead", "leads"),
    "create_lead": writing("lead", "add", "leads", {"name": "New"}, has_record=False),
    "get_lead": reading("lead", "leads", has_record=True),
    "change_lead": writing("lead", "change", "leads", {**VERSION, "name": "Changed"}),
    "move_lead": writing("lead", "change", "leads", {"status": "working"}),
    "list_sequences": reading("sequence", "leads"),
    "list_enrolments": reading("enrolled lead", "leads", has_record=True),
    "enrol_lead": writing("enrolled lead", "change", "leads", {"sequence_id": 0}),
    "pause_sequence": writing("enrolled lead", "change", "leads"),
    "resume_sequence": writing("enrolled lead", "change", "leads"),
    "stop_sequence": writing("enrolled lead", "change", "leads"),
    "archive_lead": writing("lead", "delete", "leads"),
    "restore_lead": writing("lead", "delete", "leads"),
    "list_products": reading("product", "products"),
    "create_product": writing("product", "add", "products", {"name": "New"}, has_record=False),
    "get_product": reading("product", "products", has_record=True),
    "change_product": writing("product", "change", "products", {**VERSION, "name": "Changed"}),
    "archive_product": writing("product", "delete", "products"),
    "restore_product": writing("product", "delete", "products"),
    "list_orders": reading("order", "orders"),
    "create_order": writing("order", "add", "orders", {"lines": [{"amount": "1"}]}, has_record=False),
    "get_order": reading("order", "orders", has_record=True),
    "change_order": writing("order", "change", "orders", {"version": 0}),
    "list_deals": reading("deal", "deals"),
    "create_deal": writing("deal", "add", "deals", {"title": "New"}, has_record=False),
    "get_deal": reading("deal", "deals", has_record=True),
    "change_deal": writing("deal", "change", "deals", {**VERSION, "title": "Changed"}),
    "archive_deal": writing("deal", "delete", "deals"),
    "restore_deal": writing("deal", "delete", "deals"),
    "move_deal": writing("deal", "change", "deals", {**VERSION, "stage_id": 1}),
    "list_quotes": reading("quote", "quotes"),
    "create_quote": writing("quote", "add", "quotes", {"lines": [{"text": "Fitting"}]}, has_record=False),
    "get_quote": reading("quote", "quotes", has_record=True),
    "change_quote": writing("quote", "change", "quotes", {**VERSION, "title": "Changed"}),
    "send_quote": writing("quote", "change", "quotes", VERSION),
    "ask_approval": writing("quote", "change", "quotes", VERSION),
    "approve_quote": writing("quote", "change", "quotes", VERSION),
    "refuse_approval": writing("quote", "change", "quotes", VERSION),
    "accept_quote": writing("quote", "change", "quotes", {"name": "Ada"}),
    "decline_quote": writing("quote", "change", "quotes", {"name": "Ada"}),
    "withdraw_quote": writing("quote", "change", "quotes"),
    "revise_quote": writing("quote", "change", "quotes"),
    "list_subscriptions": reading("subscription", "orders"),
    "create_subscription": writing("subscription", "add", "orders", {"plan": "Care"}, has_record=False),
    "get_subscription": reading("subscription", "orders", has_record=True),
    "change_subscription": writing("subscription", "change", "orders", {**VERSION, "plan": "Care"}),
    "renew_subscription": writing("subscription", "change", "orders", {"renews_on": "2036-01-01"}),
    "cancel_subscription": writing("subscription", "change", "orders", {**VERSION, "ended_on": "2036-01-01"}),
    "list_invoices": reading("invoice", "invoices"),
    "create_invoice": writing("invoice", "add", "invoices", {"number": "N1", "amount": "1"}, has_record=False),
    "get_invoice": reading("invoice", "invoices", has_record=True),
    "change_invoice": writing("invoice", "change", "invoices", {**VERSION, "note": "Thanks"}),
    "cancel_invoice": writing("invoice", "change", "invoices"),
    "list_payments": reading("invoice", "invoices", has_record=True),
    "add_payment": writing("invoice", "change", "invoices", {"amount": "1"}),
    "list_registrations": reading("registration", "registrations"),
    "create_registration": writing("registration", "add", "registrations", {"serial": "S1"}, has_record=False),
    "get_registration": reading("registration", "registrations", has_record=True),
    "change_registration": writing("registration", "change", "registrations", {**VERSION, "note": "Thanks"}),
    "list_duplicates": reading("pair", "contacts"),
    "get_duplicate": reading("pair", "contacts", has_record=True),
    "erase_contact": writing("person's data", "erase", "privacy", {"reason": "asked"}),
    "get_erasure": reading("erasure", "privacy", has_record=True),
    "merge_contact": writing("contact", "delete", "contacts", {"into_id": 1}),
    "list_merges": reading("merge", "contacts"),
    "get_merge": reading("merge", "contacts", has_record=True),
    "undo_merge": writing("merge", "delete", "contacts"),
    "list_scores": reading("contact", "scores"),
    "get_scores": reading("scored", "scores", has_record=True),
}
