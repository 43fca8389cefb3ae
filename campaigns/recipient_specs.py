"""The fields of the recipients of campaigns that the list shows, filters and sorts by, and that reports are made of."""

from __future__ import annotations

from typing import Any

from analytics.specs import segment_names
from campaigns.choices import CampaignChannel, CampaignType, RecipientState
from campaigns.sending.audience import reason_in_words
from campaigns.specs import campaign_choices
from crm.catalogue import FieldSpec
from crm.templatetags.figures import money
from crm.templatetags.pieces import pill

TONES: dict[str, str] = {
    RecipientState.SENT: "good", RecipientState.FAILED: "bad", RecipientState.UNCERTAIN: "warn",
    RecipientState.HANDED: "accent", RecipientState.WAITING: "accent",
}  # fmt: skip


def _amount(record: Any) -> str:
    return money(record.amount, record.campaign.currency)


def _state(record: Any) -> str:
    return pill(record.get_state_display(), TONES.get(record.state, "neutral"))


def _did(name: str, label: str, order: int, **more: Any) -> FieldSpec:
    """Whether a recipient did it; neither yes nor no where it was not measured."""
    return FieldSpec(name, label, name, kind="flag", group="What they did", order=order, **more)


RECIPIENT_FIELDS = (
    FieldSpec(
        "name", "Contact", "contact__name", filter=False, in_trees=True, default=True, order=10, select=("contact",),
        always=True, stored="campaigns.recipient.contact", held_in="contact__search_text",
    ),
    FieldSpec("contact", "Contact", "contact", kind="record", column=False, order=11, always=True),
    FieldSpec(
        "campaign", "Campaign", "campaign", kind="choice", choices=campaign_choices, default=True, order=20,
        select=("campaign",), value=lambda record: record.campaign.name, in_file="campaign__name",
    ),
    FieldSpec(
        "variant", "Variant", "variant__name", default=True, order=21, select=("variant",), help="Of what was said.",
    ),
    FieldSpec("is_control", "Control group", "variant__is_control", kind="flag", order=22, select=("variant",)),
    FieldSpec(
        "type", "Type of campaign", "campaign__type", kind="choice", choices=lambda: CampaignType.choices, order=23,
        select=("campaign",), stored="campaigns.campaign.type",
    ),
    FieldSpec(
        "channel", "Channel", "campaign__channel", kind="choice", choices=lambda: CampaignChannel.choices, order=24,
        select=("campaign",), stored="campaigns.campaign.channel",
    ),
    FieldSpec(
        "state", "State", "state", kind="choice", choices=lambda: RecipientState.choices, default=True, order=25,
        cell=_state,
    ),
    FieldSpec(
        "reason", "Why left out", "reason", order=26, value=lambda record: reason_in_words(record.reason),
        help="As the check before sending says it.",
    ),
    FieldSpec("sent_at", "Sent", "sent_at", kind="moment", default=True, order=30),
    _did("opened", "Opened", 31, help="Programs open mails, too: clicks say more."),
    _did("clicked", "Clicked", 32, default=True),
    _did("responded", "Responded", 33, default=True),
    _did("converted", "Ordered", 34, default=True),
    _did("replied", "Replied", 34),
    _did("bounced", "Bounced", 34),
    _did("complained", "Complained", 34),
    FieldSpec(
        "amount", "Spent", "amount", kind="money", cell=_amount, default=True, order=35, currency="campaign__currency",
        select=("campaign",), group="What they did", help="Within the days that the campaign counts, in its currency.",
    ),
    FieldSpec(
        "currency", "Currency", "campaign__currency", order=36, select=("campaign",),
        stored="campaigns.campaign.currency",
    ),
    # rules on these two are made with the contacts
    FieldSpec(
        "segment", "Segment", "contact__rfm__segment", kind="choice", choices=segment_names, group="Worth", order=40,
        select=("contact__rfm",), is_score=True, always=True, stored="analytics.rfmscore.segment",
        help="As it is today.",
    ),
    FieldSpec(
        "value_tenth", "Tenth of value", "contact__strategy__value_tenth", kind="number", group="Worth", order=41,
        select=("contact__strategy",), is_score=True, always=True,
        stored="analytics.strategyscore.value_tenth",
        help="Of the contact today: 10 is the top tenth.",
    ),
    FieldSpec(
        "recorded_at", "Taken in", "recorded_at", kind="moment", sort=True, sort_by="id", order=50, always=True,
        help="When they came into the campaign, or by which file.",
    ),
)  # fmt: skip
