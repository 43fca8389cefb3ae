"""What is looked over before a campaign starts: what is in the way (faults), and what one should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.choices import CampaignChannel
from campaigns.mail.blocks import checked_blocks, links_of, texts_of
from campaigns.mail.merging import FIELDS, check_text, fields_without_fallback
from campaigns.models import Campaign, Variant
from campaigns.offers.checking import OfferCount, look_over_offers
from campaigns.sending.audience import Audience, count_audience, count_zones, people_of, rules
from campaigns.sending.hours import Plan, Schedule
from contacts.models import Purpose
from crm.models import User
from crm.templatetags.figures import number, plural

EMPTY_PATHS: dict[str, dict[str, Any]] = {
    "first_name": {"first_name": ""},
    "last_name": {"last_name": ""},
    "organization": {"organization": None},
    "owner": {"owner": None},
    "city": {"addresses": None},
}


@dataclass
class Preflight:
    """What was found: `faults` are in the way, `notes` are worth knowing; `links` of all variants;
    `offers`: for how many people each is the best; `schedule`: when they get it, where that differs by their clocks."""

    audience: Audience = field(default_factory=Audience)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    offers: list[OfferCount] = field(default_factory=list)
    needs_approval: bool = False
    schedule: Schedule | None = None

    @property
    def is_ready(self) -> bool:
        return not self.faults


def look_over(campaign: Campaign, user: User | None) -> Preflight:
    """Everything that is looked at before a start."""
    found = Preflight()
    variants = list(campaign.variants.filter(is_control=False))
    if campaign.channel != CampaignChannel.EMAIL:
        found.faults.append("Only e-mail leaves from here: bring what came of other channels in from a file.")
    if not Purpose.objects.filter(key=campaign.purpose).exists():
        found.notes.append(f"“{campaign.purpose}” is no purpose of the house: an opt-in is asked for.")
    if not variants:
        found.faults.append("It says nothing yet: write a variant.")
    for variant in variants:
        found.faults += _faults_of(variant)
        found.links += [link for link in links_of(variant.blocks) if link not in found.links]
    offers = look_over_offers(campaign, variants, user)
    found.faults += offers.faults
    found.notes += offers.notes
    found.offers = offers.counts
    if not campaign.audience.filter(is_excluded=False).exists():
        found.faults.append("It is for nobody yet: choose a segment.")
        return found
    try:
        found.audience = count_audience(campaign, user)
        found.notes += _gaps(campaign, variants, user)
        found.schedule = _schedule(campaign, user)
    except ValidationError as error:
        found.faults += error.messages
        return found
    if not found.audience.reached:
        found.faults.append("Nobody in it may be written to.")
    found.needs_approval = found.audience.reached > rules().approval_above
    if not campaign.control_share:
        found.notes.append("There is no control group: nobody will know what the campaign was worth.")
    return found


def _schedule(campaign: Campaign, user: User | None) -> Schedule | None:
    """When those who may be written to would get it, if it started now; the control group is among them."""
    now = timezone.now()
    plan = Plan(campaign, rules(), now)
    return plan.schedule(count_zones(campaign, user), now) if plan.is_by_clock or plan.moment > now else None


def _faults_of(variant: Variant) -> list[str]:
    found = []
    if not variant.subject.strip():
        found.append(f"Variant “{variant}”: it has no subject.")
    if not variant.blocks:
        found.append(f"Variant “{variant}”: it says nothing.")
    try:
        check_text(variant.subject)
        check_text(variant.preheader)
        checked_blocks(variant.blocks)
    except ValidationError as error:
        found.append(f"Variant “{variant}”: {' '.join(error.messages)}")
    return found


def _gaps(campaign: Campaign, variants: Sequence[Variant], user: User | None) -> list[str]:
    """Fields that say nothing where they are empty, with how many of the people lack them."""
    asked = {name for one in variants for name in fields_without_fallback(f"{one.subject}\n{texts_of(one.blocks)}")}
    said = []
    for name in sorted(asked & set(EMPTY_PATHS)):
        lacking = people_of(campaign, user).filter(**EMPTY_PATHS[name]).order_by().count()
        if lacking:
            said.append(
                f"{plural(lacking, 'person', 'people')} ({number(lacking)}) without a {FIELDS[name]} will get no mail: "
                f"say what to write instead, {{{{{name}|…}}}}."
            )
    return said
