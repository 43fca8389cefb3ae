"""The fields of campaigns, and those that campaigns add to contacts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns import marks
from campaigns.choices import (
    MOVED_TONES,
    STATE_TONES,
    CameBack,
    CampaignChannel,
    CampaignState,
    CampaignType,
    Moved,
    Reached,
)
from campaigns.looking_up import one_of
from campaigns.models import Campaign, Recipient, UpliftScore
from campaigns.queries import read_outcomes
from campaigns.results import NO_CONTROL, Result
from campaigns.segments import moves
from crm.catalogue import FieldSpec
from crm.languages.words import in_words
from crm.related_totals import Total
from crm.templatetags.figures import NOTHING, number, percent, short_money
from crm.templatetags.pieces import bar, pill

Compare = Callable[[str, Any], Q]


def campaign_choices() -> Sequence[tuple[str, str]]:
    return [(str(key), name) for key, name in Campaign.objects.order_by("name").values_list("pk", "name")]


def _campaign(record: models.Model) -> Campaign:
    return cast(Campaign, record)


def _together(record: Any) -> Result:
    return cast(Result, record.outcome.together)


def points(share: float | None, digits: int = 1) -> str:
    """A difference of two rates: `+7.9 pts`."""
    if share is None:
        return ""
    sign = "+" if share > 0 else "−" if share < 0 else ""
    return in_words("%(points)s pts", points=sign + number(abs(share) * 100, digits))


def ratio(value: float) -> str:
    """`−0.73`: with a true minus."""
    return number(value, 2)


def _rate(record: models.Model) -> str:
    rate = _together(record).rate(Reached.RESPONDED)
    return "" if rate is None else percent(rate, 1)


def _lift(record: models.Model) -> SafeString | str:
    if cast(Any, record).outcome.control is None:
        return format_html('<span class="ink-3">{}</span>', NO_CONTROL) if _together(record).tally.n else ""
    found = _together(record).lift(Reached.RESPONDED)
    if found is None:
        return ""
    bounds = f"95 %: {points(found.low, 2)} to {points(found.high, 2)}"
    return pill(points(found.value), "good" if found.low > 0 else "bad" if found.high < 0 else "neutral", title=bounds)


def _money(record: models.Model) -> str:
    amount = _together(record).incremental_amount
    return "" if amount is None else short_money(amount, _campaign(record).currency)


def _roi(record: models.Model) -> str:
    roi = _together(record).roi
    return "" if roi is None else ratio(roi)


def _lift_value(record: models.Model) -> float | None:
    found = _together(record).lift(Reached.RESPONDED)
    return None if found is None else found.value


CAMPAIGN_FIELDS = (
    FieldSpec("name", "Campaign", "name", sort=True, sort_by="sort_name", default=True, order=10, always=True,
        held_in="search_text"),
    FieldSpec("type", "Type", "type", kind="choice", choices=lambda: CampaignType.choices, default=True, order=20),
    FieldSpec("channel", "Channel", "channel", kind="choice", choices=lambda: CampaignChannel.choices, default=True,
        order=21),
    FieldSpec("state", "State", "state", kind="choice", choices=lambda: CampaignState.choices, default=True, order=22,
        always=True, cell=lambda record: pill(_campaign(record).get_state_display(),
        STATE_TONES.get(_campaign(record).state, "neutral"))),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), order=30),
    FieldSpec("starts_on", "From", "starts_on", kind="date", sort=True, default=True, order=40),
    FieldSpec("ends_on", "Until", "ends_on", kind="date", order=41),
    FieldSpec("people", "People", "id", kind="number", filter=False, default=True, order=50, along=read_outcomes,
        value=lambda record: _together(record).tally.n, help="Reached, without the control group."),
    FieldSpec("response_rate", "Response", "id", kind="number", filter=False, default=True, order=51,
        along=read_outcomes, cell=_rate, value=lambda record: _together(record).rate(Reached.RESPONDED),
        help="Of those who were reached."),
    FieldSpec("lift", "Lift", "id", kind="number", filter=False, default=True, order=52, along=read_outcomes,
        cell=_lift, value=_lift_value, help="Response above the control group; its interval on the campaign's page."),
    FieldSpec("incremental_amount", "Incremental", "id", kind="number", filter=False, default=True, order=53,
        along=read_outcomes, cell=_money, value=lambda record: _together(record).incremental_amount,
        help="Money that would not have come without it.", stored="campaigns.recipient.amount"),
    FieldSpec("roi", "ROI", "id", kind="number", filter=False, default=True, order=54, along=read_outcomes,
        cell=_roi, value=lambda record: _together(record).roi,
        help="(Incremental money x margin - cost) / cost.", stored="campaigns.recipient.amount"),
    FieldSpec("budget_amount", "Budget", "budget_amount", kind="number", order=60),
    FieldSpec("currency", "Currency", "currency", order=61),
    FieldSpec("external_id", "External id", "external_id", order=70, held_in=""),
)  # fmt: skip


def in_campaign(look_up: str, value: Any) -> Q:
    """Contacts that one of these campaigns reached; without any value: some campaign, or none."""
    rows = Recipient.objects.filter(contact=OuterRef("pk"), variant__is_control=False)
    return one_of(rows, "campaign", look_up, value)


def responded_to(look_up: str, value: Any) -> Q:
    """Contacts that responded to one of these campaigns."""
    rows = Recipient.objects.filter(contact=OuterRef("pk"), variant__is_control=False, responded=True)
    return one_of(rows, "campaign", look_up, value)


def came_back_of(what: CameBack) -> Compare:
    """Contacts of whose mails of one of these campaigns this came back to us."""

    def compare(look_up: str, value: Any) -> Q:
        return one_of(
            Recipient.objects.filter(contact=OuterRef("pk"), **{what.value: True}), "campaign", look_up, value
        )

    return compare


def came_back_field(what: CameBack, label: str, help_text: str) -> FieldSpec:
    compare = came_back_of(what)
    return FieldSpec(
        f"{what.value}_campaign", label, "id", kind="choice", group="Campaigns", choices=campaign_choices, column=False,
        order=111, condition=lambda end, value: compare("in", value), compare=compare,
        stored=f"campaigns.recipient.{what.value}", help=help_text,
    )  # fmt: skip


def uplift_of(contact: Any) -> UpliftScore | None:
    """The uplift of a contact, None where there is none."""
    try:
        found: UpliftScore = contact.uplift
    except ObjectDoesNotExist:
        return None
    return found


def uplift_cell(contact: Any) -> str:
    score = uplift_of(contact)
    return points(score.uplift) if score else NOTHING


def moved_cell(contact: Any) -> str:
    score = uplift_of(contact)
    return pill(score.get_moved_display(), MOVED_TONES[Moved(score.moved)]) if score else NOTHING


def chance_cell(contact: Any) -> str:
    try:
        return bar(contact.propensity.probability, "accent")
    except ObjectDoesNotExist:
        return NOTHING


REACHED = (("variant__is_control", False),)
CONTACT_FIELDS = (
    FieldSpec("propensity", "Chance to respond", "propensity__probability", kind="number", cell=chance_cell, sort=True,
        group="Scores", order=29, select=("propensity",), is_score=True,
        help="To a campaign, learned from past ones; from 0 to 1, such as 0.3."),
    FieldSpec("propensity_rank", "Responds more than", "propensity__better_than", kind="number", column=False,
        group="Scores", order=29, is_score=True, help="This share of the contacts; 0.9: the first tenth."),
    FieldSpec("uplift", "Uplift", "uplift__uplift", kind="number", cell=uplift_cell, sort=True, group="Scores",
        order=29, select=("uplift",), is_score=True,
        help="By how much a campaign like the one learned from raises the chance to respond; 0.05: five points."),
    FieldSpec("uplift_rank", "Moved more than", "uplift__better_than", kind="number", column=False, group="Scores",
        order=29, is_score=True, help="This share of the contacts; 0.8: the first fifth."),
    FieldSpec("uplift_group", "Moved by campaigns", "uplift__moved", kind="choice", choices=lambda: Moved.choices,
        cell=moved_cell, group="Scores", order=29, select=("uplift",), is_score=True,
        help="Persuadable: moved as much as the mean or more; sure things come anyhow; sleeping dogs are put off."),
    FieldSpec("campaign", "Campaign", "id", kind="choice", group="Campaigns", choices=campaign_choices, column=False,
        order=110, condition=lambda end, value: in_campaign("in", value), compare=in_campaign,
        stored="campaigns.recipient.campaign", help="Reached by it."),
    FieldSpec("responded_to", "Responded to", "id", kind="choice", group="Campaigns", choices=campaign_choices,
        column=False, order=111, condition=lambda end, value: responded_to("in", value), compare=responded_to,
        stored="campaigns.recipient.responded"),
    came_back_field(CameBack.REPLIED, "Replied to", "Answered its mail."),
    came_back_field(CameBack.BOUNCED, "Bounced from", "Its mail came back."),
    came_back_field(CameBack.COMPLAINED, "Complained about", "By a report of their mail provider."),
    FieldSpec("moved", "Moved", "pk", kind="mark", group="Campaigns", column=False, order=115, mark=moves.condition,
        words=moves.words, stored="campaigns.segmentmove.at"),
    FieldSpec("campaigned", "Of a campaign", "pk", kind="mark", group="Campaigns", column=False, order=112,
        mark=marks.condition, words=marks.words, stored="campaigns.recipient.campaign"),
    FieldSpec("campaigns", "Campaigns", "pk", kind="number", group="Campaigns", column=False, filter=False, order=113,
        stored="campaigns.recipient.sent_at",
        total=Total("campaigns.recipient", "contact", "count", "sent_at", "", REACHED)),
    FieldSpec("responses", "Responses to campaigns", "pk", kind="number", group="Campaigns", column=False,
        filter=False, order=114, stored="campaigns.recipient.responded",
        total=Total("campaigns.recipient", "contact", "count", "sent_at", "", (*REACHED, ("responded", True)))),
)  # fmt: skip
