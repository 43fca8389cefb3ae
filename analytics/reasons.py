"""The reasons of a score as a person may know them: a reason tells a value, and the value may be hidden from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from analytics.churn_words import Reason, reasons_in_words
from crm.field_rights import hidden_fields, hidden_specs, hides
from crm.models import User

BOUGHT, MONEY, TOUCHED = "orders.order.ordered_on", "orders.order.base_amount", "contacts.interaction.occurred_at"
SENT, ANSWERED = "campaigns.recipient.sent_at", "campaigns.recipient.responded"
# features that are called otherwise than the stored field that they tell
TOLD_BY = {
    **dict.fromkeys(("recency", "overdue", "gap", "gap_spread", "trend", "tenure", "purchases"), BOUGHT),
    **dict.fromkeys(("purchases_30", "purchases_90", "purchases_180", "purchases_365", "returns_365"), BOUGHT),
    **dict.fromkeys(("money_90", "money_365", "mean_purchase", "returned_share"), MONEY),
    **dict.fromkeys(("interactions_90", "interactions_365", "inbound_365"), TOUCHED),
    "families_365": "orders.orderline.product",
    "channels": "orders.order.channel",
    "channel": "orders.order.channel",
    "subscription_plan": "orders.subscription.plan",
    "subscription_monthly": "orders.subscription.monthly_amount",
    "subscription_months": "orders.subscription.started_on",
    "subscription_count": "orders.subscription.plan",
    "record_age": "contacts.contact.created_on",
    "hour": "leads.lead.created_at",
    "weekday": "leads.lead.created_at",
    "campaigns": SENT,
    "responses": ANSWERED,
    "mail_kind": "leads.lead.email",
    "message_length": "leads.lead.message",
    "product_id": "leads.lead.product",
    "belongs": "contacts.contact.parent",
    "works_at": "contacts.contact.organization",
}
BEGINNINGS = ("has_",)  # `has_phone` tells whether there is a phone number


def reasons_shown(
    stored: Sequence[Sequence[Any]],
    labels: Mapping[str, str],
    user: User,
    model: type[models.Model],
    *,
    is_by_label: bool,
) -> list[Reason]:
    """The stored reasons of a score of a record of `model` in words, without those that tell what is hidden."""
    hidden = hidden_fields(user, model) | hidden_specs(user, model._meta.label_lower)
    seen = [one for one in stored if not _is_hidden(one[0], user, hidden)]
    return reasons_in_words(seen, labels, is_by_label=is_by_label)


def _is_hidden(feature: str, user: User, hidden: frozenset[str]) -> bool:
    """A custom field is called by its key; of several choices each is a feature (`rooms`, `likes:tea`)."""
    if feature in TOLD_BY and hides(user, TOLD_BY[feature]):
        return True
    names = [feature, *(feature.removeprefix(one) for one in BEGINNINGS)]
    return any(name in hidden for name in names) or f"custom__{feature.partition(':')[0]}" in hidden
