"""The pages that change or make records, found in the addresses of the site."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin

from analytics.models import QualityRules
from campaigns.models import SendingRules
from crm.administration.guarding import GuardedAdmin
from crm.choices import Role
from crm.models import AccessRule, ExchangeRate, MailChannel, User
from crm.views.forms import FormPage
from crm.views.parts import PartFormPage
from feedback.models import TouchPoint
from orders.models import LoyaltyProgramme, LoyaltyTier
from pipeline.models import DiscountLimit, Letterhead, OutcomeReason, Target
from service.models import ArticleCategory, Empowerment, Queue, RemedyRules, ReplyHook, ServiceHours, SlaPolicy, WebForm
from tests.access.table import ADDRESSES
from tests.access.test_access_walk import all_names
from tests.access.world import MAKERS
from tests.factories import make_team, make_user

VIEWS = {name: getattr(entry.callback, "view_class", None) for name, entry in all_names()}
FORM_PAGES: dict[str, Any] = {
    name: view for name, view in VIEWS.items() if isinstance(view, type) and issubclass(view, FormPage)
}
PARTS = [name for name, view in FORM_PAGES.items() if issubclass(view, PartFormPage)]
# a move says where to and overwrites nothing: the second to move is told what happened (tests/pipeline/test_moving.py);
# so is who converts a lead second (tests/leads/test_conversion.py), decides about a quote (tests/pipeline/quotes), or
# brings a lead into a sequence (tests/leads/test_sequences.py), or merges a ticket (tests/service)
MOVES = (
    "pipeline:deal_move",
    "leads:lead_convert",
    "leads:lead_enrol",
    "leads:sequence_enrol",
    "service:ticket_merge",
    "service:defection_settle",
    "feedback:suggestion_move",  # tests/feedback/test_ideas.py
    *(f"service:compensation_{what}" for what in ("approve", "refuse", "reverse")),  # tests/service/remedies
    *(f"pipeline:quote_{what}" for what in ("send", "ask", "approve", "refuse", "accept", "decline")),
)
CHANGING = [name for name in FORM_PAGES if ADDRESSES[name].has_record and name not in (*PARTS, *MOVES)]
MAKING = [name for name in FORM_PAGES if not ADDRESSES[name].has_record]
ADMINS: dict[str, Any] = {
    model._meta.label: page
    for model, page in admin.site._registry.items()
    if isinstance(page, GuardedAdmin) and type(page).has_change_permission is GuardedAdmin.has_change_permission
}


def record_of(label: str, owner: User) -> Any:
    """A record of a model, or the first there is."""
    model: Any = apps.get_model(label)
    makers: dict[str, Any] = {
        "crm.User": lambda: make_user(Role.REP),
        "crm.Team": make_team,
        "crm.AccessRule": lambda: AccessRule.objects.create(
            role="rep", model="contacts.contact", verb="view", scope="all"
        ),
        "crm.ExchangeRate": lambda: ExchangeRate.objects.create(currency="USD", valid_from="2026-01-01", rate=1),
        "crm.MailChannel": lambda: MailChannel.objects.get_or_create(name="default")[0],
        "orders.LoyaltyProgramme": lambda: LoyaltyProgramme.objects.create(pk=1, name="Circle", starts_on="2026-01-01"),
        "orders.LoyaltyTier": lambda: LoyaltyTier.objects.create(name="Blue", least_points=0),
        "crm.Dashboard": lambda: MAKERS["dashboard"](owner, "one"),
        "crm.DashboardSubscription": lambda: MAKERS["mailed dashboard"](owner, "one"),
        "analytics.Initiative": lambda: MAKERS["initiative"](owner, "one"),
        "analytics.Milestone": lambda: MAKERS["milestone"](owner, "one"),
        "analytics.InitiativeCost": lambda: MAKERS["cost of an initiative"](owner, "one"),
        "contacts.Contact": lambda: MAKERS["contact"](owner, "one"),
        "leads.Lead": lambda: MAKERS["lead"](owner, "one"),
        "leads.AllocationRule": lambda: MAKERS["allocation rule"](owner, "one"),
        "leads.CaptureForm": lambda: MAKERS["capture form"](owner, "one"),
        "leads.LeadCost": lambda: MAKERS["lead cost"](owner, "one"),
        "leads.ChecklistItem": lambda: MAKERS["checklist item"](owner, "one"),
        "leads.ScoreRule": lambda: MAKERS["score rule"](owner, "one"),
        "leads.Sequence": lambda: MAKERS["sequence"](owner, "one"),
        "leads.Intake": lambda: MAKERS["intake"](owner, "one"),
        "orders.Product": lambda: MAKERS["product"](owner, "one"),
        "orders.Order": lambda: MAKERS["order"](owner, "one"),
        "pipeline.Pipeline": lambda: MAKERS["deal"](owner, "one").pipeline,
        "pipeline.Stage": lambda: MAKERS["deal"](owner, "one").stage,
        "pipeline.OutcomeReason": lambda: OutcomeReason.objects.create(outcome="lost", name="Price"),
        "pipeline.Target": lambda: Target.objects.create(starts_on="2026-01-01", amount=100),
        "pipeline.Deal": lambda: MAKERS["deal"](owner, "one"),
        "pipeline.Quote": lambda: MAKERS["quote"](owner, "one"),
        "pipeline.DiscountLimit": lambda: DiscountLimit.objects.create(role="rep", percent=5),
        "pipeline.Letterhead": lambda: Letterhead.objects.create(pk=1),
        "service.ArticleCategory": lambda: ArticleCategory.objects.create(name="Care"),
        "service.Article": lambda: MAKERS["article"](owner, "one"),
        "service.RoutingRule": lambda: MAKERS["routing rule"](owner, "one"),
        "service.TicketIntake": lambda: MAKERS["ticket intake"](owner, "one"),
        "service.Macro": lambda: MAKERS["macro"](owner, "one"),
        "service.Ticket": lambda: MAKERS["ticket"](owner, "one"),
        "service.ServiceHours": lambda: ServiceHours.objects.create(name="Office"),
        "service.SlaPolicy": lambda: SlaPolicy.objects.create(
            name="All", hours=ServiceHours.objects.create(name="Office"), first_reply_minutes=60
        ),
        "service.Defection": lambda: MAKERS["defection"](owner, "one"),
        "service.Compensation": lambda: MAKERS["compensation"](owner, "one"),
        "service.Empowerment": lambda: Empowerment.objects.create(role="agent", points=100),
        "service.ReplyHook": lambda: ReplyHook.objects.create(source="instagram", url="https://chat.example/replies"),
        "service.WebForm": lambda: WebForm.objects.create(name="Contact", queue=Queue.objects.create(name="Support")),
        "service.RemedyRules": lambda: RemedyRules.objects.create(pk=1),
        "service.Queue": lambda: MAKERS["ticket"](owner, "one").queue,
        "analytics.QualityRules": lambda: QualityRules.objects.create(pk=1),
        "campaigns.Segment": lambda: MAKERS["segment"](owner, "one"),
        "campaigns.Offer": lambda: MAKERS["offer"](owner, "one"),
        "campaigns.Play": lambda: MAKERS["play"](owner, "one"),
        "campaigns.Variant": lambda: MAKERS["variant"](owner, "one"),
        "campaigns.SendingRules": lambda: SendingRules.objects.create(pk=1),
        "campaigns.Campaign": lambda: MAKERS["campaign"](owner, "one"),
        "feedback.Survey": lambda: MAKERS["survey"](owner, "one"),
        "feedback.Suggestion": lambda: MAKERS["suggestion"](owner, "one"),
        "feedback.Checklist": lambda: MAKERS["visit checklist"](owner, "one"),
        "feedback.TouchPoint": lambda: TouchPoint.objects.create(name="Delivery"),
        "orders.Invoice": lambda: MAKERS["invoice"](owner, "one"),
        "orders.Subscription": lambda: MAKERS["subscription"](owner, "one"),
        "orders.ProductRegistration": lambda: MAKERS["registration"](owner, "one"),
    }
    return makers[label]() if label in makers else model._default_manager.first()
