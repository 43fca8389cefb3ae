"""What the API shows of campaigns."""

from __future__ import annotations

from typing import Any

from campaigns.choices import CameBack
from campaigns.models import Campaign, GivenOffer
from crm.catalogue import FieldSpec
from crm.rest.resources import Resource, not_searched


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(campaign: Campaign) -> int:
    return campaign.version


CAMPAIGNS = Resource(
    name="campaigns",
    label="campaigns.campaign",
    noun="campaign",
    default_sort="-starts_on",
    extras=(
        _own("goal", "What it is to reach"),
        _own("window_days", "So many days after it went out, what a person does counts"),
        _own("contact_cost_amount", "Cost of reaching one person"),
        _own("fixed_cost_amount", "Costs whoever is reached"),
        _own("margin", "Margin of what is sold, 0 to 1"),
        _own("control_share", "Kept out as control, 0 to 0.9"),
        _own("launched_at", "When it started"),
        _own("decided_at", "When the test of its variants was decided"),
        _own("decision", "What the test said: arms, pairs with p and p after Holm, the winner"),
        _own("approved_at", "When a second person approved it"),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    version=_version,
    updated_path="updated_at",
)


def _given(row: Any) -> GivenOffer | None:
    return getattr(row, "given", None)


def _offer_id(row: Any) -> int | None:
    given = _given(row)
    return given.offer_id if given else None


def _offer_code(row: Any) -> str | None:
    given = _given(row)
    return given.code_in_words if given else None


RECIPIENTS = Resource(
    name="recipients",
    label="campaigns.recipient",
    noun="recipient",
    default_sort="contact_id",
    extras=(
        FieldSpec("contact_id", "The contact, by id", "contact_id", sort=True),
        _own("variant", "What was said to them; the control group", "variant__name", select=("variant",)),
        _own("state", "waiting, handed, sent, failed, uncertain, left_out, control, cancelled or past"),
        _own("reason", "Why they were left out, or the mail failed"),
        *(_own(name, f"When it was {name.removesuffix('_at')}") for name in ("sent_at", "opened_at", "clicked_at")),
        _own("replied_at", "When their first answer came"),
        _own("bounced_at", "When their mail came back"),
        _own("complained_at", "When they complained about it"),
        *(
            _own(name, "Null: not measured")
            for name in ("opened", "clicked", "responded", "converted", *CameBack.values)
        ),
        _own("amount", "What they spent within the window", stored="campaigns.recipient.amount"),
        _own("offer_id", "The offer that they were given", "id", value=_offer_id, select=("given",)),
        _own("offer_code", "Its code", "id", value=_offer_code, select=("given",)),
    ),
    search=not_searched,
)
VARIANTS = Resource(
    name="variants",
    label="campaigns.variant",
    noun="variant",
    default_sort="position",
    extras=(
        FieldSpec("position", "Its place", "position", sort=True),
        _own("campaign_id", "The campaign, by id"),
        _own("name", "Its name"),
        _own("is_control", "Whether it is the control group, to which nothing is said"),
        _own("share", "Of those who are reached; 1 beside 1 is half and half"),
        _own("subject", "The subject"),
        _own("preheader", "What the inbox shows beside the subject"),
        _own("blocks", "The mail: blocks of kind, text, url; of a picture of ours also picture, width, decorative"),
    ),
    search=not_searched,
)
