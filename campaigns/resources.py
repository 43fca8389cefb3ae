"""What the API shows of campaigns."""

from __future__ import annotations

from typing import Any

from campaigns.models import Campaign
from crm.catalogue import FieldSpec
from crm.rest.resources import Resource


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
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    version=_version,
    updated_path="updated_at",
)
