"""What is looked over before a campaign starts: what is in the way (faults), and what one should know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from analytics.mathematics.experiments import sizes_needed
from campaigns.approval import is_large
from campaigns.choices import CampaignChannel, DecidesBy, Timing
from campaigns.mail.blocks import checked_blocks, links_of, texts_of
from campaigns.mail.merging import FIELDS, check_text, fields_without_fallback
from campaigns.mail.pictures import faults_of_pictures
from campaigns.models import Campaign, Variant
from campaigns.offers.checking import OfferCount, look_over_offers
from campaigns.sending.audience import (
    Audience,
    count_audience,
    count_zones,
    mails_with_offers,
    people_of,
    rules,
    step_of,
)
from campaigns.sending.hours import Plan, Schedule
from campaigns.sending.lasting import how_long
from campaigns.ways.adapters import adapter_for, has_adapter
from contacts.models import Purpose
from crm.mail.forecast import Forecast
from crm.models import User
from crm.templatetags.figures import about, number

# of two variants as large: the rises, from a rate that is common for clicks, of which the least is told
EXPECTED_RATE, LIFTS = 0.05, (0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
EMPTY_PATHS: dict[str, dict[str, Any]] = {
    "first_name": {"first_name": ""},
    "last_name": {"last_name": ""},
    "organization": {"organization": None},
    "owner": {"owner": None},
    "city": {"addresses": None},
}
NOBODY = "Nobody in it may be written to."
FEW = "Of those asked by lot nobody may be written to: of all it is few, or nobody. The start asks each."


@dataclass
class Preflight:
    """What was found: `faults` are in the way, `notes` are worth knowing; `links` of all variants; one of `step` people
    was asked: of more than one the counts are estimates;
    `offers`: for how many people each is the best; `schedule`: when they get it, where that differs by their clocks;
    `lasts`: how long the limits of the channel make it take."""

    audience: Audience = field(default_factory=Audience)
    step: int = 1
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    offers: list[OfferCount] = field(default_factory=list)
    needs_approval: bool = False
    schedule: Schedule | None = None
    lasts: Forecast | None = None

    @property
    def is_estimate(self) -> bool:
        return self.step > 1

    @property
    def is_ready(self) -> bool:
        return not self.faults


def look_over(campaign: Campaign, user: User | None) -> Preflight:
    """Everything that is looked at before a start."""
    found = Preflight()
    variants = list(campaign.variants.filter(is_control=False))
    found.faults += _faults_of_way(campaign)
    if not Purpose.objects.filter(key=campaign.purpose).exists():
        found.notes.append(f"“{campaign.purpose}” is no purpose of the house: an opt-in is asked for.")
    if not variants:
        found.faults.append("It says nothing yet: write a variant.")
    for variant in variants:
        found.faults += _faults_of(variant)
        found.links += [link for link in links_of(variant.blocks) if link not in found.links]
    found.faults += _faults_of_test(campaign, variants)
    try:
        found.step = step_of(campaign, user)
    except ValidationError as error:
        found.faults += error.messages
        return found
    offers = look_over_offers(campaign, variants, user, found.step)
    found.faults += offers.faults
    found.notes += offers.notes
    found.offers = offers.counts
    if not campaign.audience.filter(is_excluded=False).exists():
        found.faults.append("It is for nobody yet: choose a segment.")
        return found
    try:
        found.audience = count_audience(campaign, user, found.step)
        found.notes += _gaps(campaign, variants, user, found.step)
        found.schedule = _schedule(campaign, user, found.step)
        if campaign.channel == CampaignChannel.EMAIL:
            found.lasts = how_long(campaign, user, found.audience.reached, found.step)
    except ValidationError as error:
        found.faults += error.messages
        return found
    if not found.audience.reached and found.is_estimate:
        found.notes.append(FEW)
    elif not found.audience.reached:
        found.faults.append(NOBODY)
    found.notes += _notes_of_test(campaign, variants, found.audience.reached)
    found.needs_approval = is_large(found.audience.reached)
    if not campaign.control_share:
        found.notes.append("There is no control group: nobody will know what the campaign was worth.")
    return found


def _faults_of_way(campaign: Campaign) -> list[str]:
    """What only mails can: leave by each person's clock, and be tested by clicks."""
    if campaign.channel == CampaignChannel.EMAIL:
        return []
    found = []
    if campaign.timing != Timing.MOMENT:
        found.append("Only mails leave by each person's clock: let it leave at one moment.")
    if campaign.test_share and campaign.decides_by == DecidesBy.CLICKS:
        found.append("Only mails are clicked: let the test be decided by orders.")
    if has_adapter(campaign.channel):
        try:
            adapter_for(campaign.channel)
        except ImportError:
            found.append("The adapter that takes its messages cannot be loaded: tell an administrator.")
    return found


def _schedule(campaign: Campaign, user: User | None, step: int) -> Schedule | None:
    """When those who may be written to would get it, if it started now; the control group is among them."""
    if campaign.channel != CampaignChannel.EMAIL and not has_adapter(campaign.channel):
        return None  # no hour is quiet for a letter, and a call is made by a person
    now = timezone.now()
    plan = Plan(campaign, rules(), now)
    is_wanted = plan.is_by_clock or plan.moment > now
    return plan.schedule(count_zones(campaign, user, step), now) if is_wanted else None


def _faults_of_test(campaign: Campaign, variants: Sequence[Variant]) -> list[str]:
    """What is in the way of testing the variants on a share of the people."""
    if not campaign.test_share:
        return []
    found, begins = [], max(timezone.now(), campaign.starts_at or timezone.now())
    if len(variants) < 2:
        found.append("A test needs two variants: write another, or test none.")
    if campaign.decides_at is None or campaign.decides_at <= begins:
        found.append("The test is decided before it begins: say a later moment.")
    elif campaign.decides_at > begins + dt.timedelta(days=campaign.window_days):
        found.append(f"The test is decided after the {campaign.window_days} days in which what people do counts.")
    if mails_with_offers(variants)[0]:
        found.append("While variants are tested on a share, its mails cannot speak of offers.")
    return found


def _notes_of_test(campaign: Campaign, variants: Sequence[Variant], reached: int) -> list[str]:
    """How many get each variant in the test, and the least difference that so many mostly show."""
    if not campaign.test_share or len(variants) < 2:
        return []
    tested = reached * (1 - float(campaign.control_share)) * float(campaign.test_share)
    each = int(tested * min(one.share for one in variants) / sum(one.share for one in variants))
    seen = next((lift for lift in LIFTS if sizes_needed(EXPECTED_RATE, lift).control <= each), None)
    least = (
        f"a rise from {EXPECTED_RATE:.0%} to {EXPECTED_RATE + seen:.0%} is mostly seen"
        if seen
        else "it will show little"
    )
    return [f"In the test about {number(each)} people get each variant: {least}."]


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
    return found + [f"Variant “{variant}”: {fault}" for fault in faults_of_pictures(variant.blocks)]


def _gaps(campaign: Campaign, variants: Sequence[Variant], user: User | None, step: int) -> list[str]:
    """Fields that say nothing where they are empty, with how many of the people lack them."""
    asked = {name for one in variants for name in fields_without_fallback(_said(one))}
    said = []
    for name in sorted(asked & set(EMPTY_PATHS)):
        lacking = people_of(campaign, user, step).filter(**EMPTY_PATHS[name]).order_by().count() * step
        if lacking:
            whom = about(lacking) if step > 1 else number(lacking)
            people = "person" if lacking == 1 else "people"
            said.append(
                f"{whom[:1].upper()}{whom[1:]} {people} without a {FIELDS[name]} will get no mail: "
                f"say what to write instead, {{{{{name}|…}}}}."
            )
    return said


def _said(variant: Variant) -> str:
    return f"{variant.subject}\n{variant.preheader}\n{texts_of(variant.blocks)}"
