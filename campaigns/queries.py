"""Reads of campaigns that lists and pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, QuerySet, Value, When
from django.db.models.fields.json import KeyTransform

from campaigns.choices import RecipientState
from campaigns.marks import mark_url
from campaigns.models import Campaign, Recipient
from campaigns.results import Costs, Outcome, Result, compared, outcome_of
from campaigns.sending.audience import reason_in_words
from campaigns.sending.holding import held_of
from campaigns.sending.waiting import waiting
from campaigns.tallies import Tally, counted, sees_everybody, tallies_by
from contacts.models import Contact
from crm.catalogue import FieldSpec, fields_of
from crm.choices import FieldType
from crm.customfields.definitions import definitions_of
from crm.field_rights import hidden_specs
from crm.models import User

CONTACT = "contacts.contact"
GROUPED_BY = ("choice", "flag")
MOST_GROUPS = 40


def read_outcomes(records: Sequence[Any], user: User | None) -> None:
    """Give each campaign its figures as `outcome`, of the people that the person may see; two queries."""
    found = counted(user, records)
    for campaign in records:
        campaign.outcome = outcome_of(found[campaign.pk], Costs.of(campaign))


def outcome_for(user: User | None, campaign: Campaign) -> Outcome:
    """The figures of one campaign."""
    return outcome_of(counted(user, [campaign])[campaign.pk], Costs.of(campaign))


def recipients_of(user: User | None, campaign: Campaign) -> QuerySet[Recipient]:
    """Everybody in a campaign whom the person may see."""
    rows: QuerySet[Recipient] = Recipient.objects.filter(campaign=campaign)
    if sees_everybody(user):
        return rows
    return rows.filter(contact__in=Contact.objects.visible_to(user).order_by().values("pk"))


def sending_state(user: User, campaign: Campaign) -> dict[str, Any]:
    """How far the sending is: while it is planned whom it is for and what it says, then recipients by state."""
    if campaign.is_planned:
        parts = campaign.audience.select_related("segment").order_by("is_excluded", "pk")
        return {"shows_sending": True, "audience": parts, "variants": campaign.variants.filter(is_control=False)}
    if campaign.launched_at is None:
        return {"shows_sending": False}
    counts, reasons, zones = standing(recipients_of(user, campaign))
    return {
        "shows_sending": True,
        "states": [
            (label[:1].upper() + label[1:], counts[state], mark_url(campaign.pk, f"state:{state}"))
            for state, label in RecipientState.choices
            if state in counts
        ],
        "schedule": waiting(campaign, zones),
        "held": held_of(campaign),
        "left_reasons": [
            (reason_in_words(reason), n) for reason, n in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
        ],
    }


def standing(rows: QuerySet[Recipient]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Recipients by state, those who were left out by why, those who wait by time zone; all from one query."""
    why = Case(When(state=RecipientState.LEFT_OUT, then="reason"), default=Value(""))
    where = Case(When(state=RecipientState.WAITING, then="time_zone"), default=Value(""))
    grouped: Any = rows.order_by().values_list("state", why, where).annotate(n=Count("pk"))
    states, reasons, zones = Counter[str](), Counter[str](), Counter[str]()
    for state, reason, zone, n in grouped:
        states[state] += n
        if state == RecipientState.LEFT_OUT:
            reasons[reason] += n
        elif state == RecipientState.WAITING:
            zones[zone] += n
    return states, reasons, zones


@dataclass(frozen=True)
class GroupRow:
    """People of one kind in a campaign: those that were reached beside those that were kept out."""

    name: str
    reached: Result
    control: Tally | None


def groupings(user: User) -> list[FieldSpec]:
    """The fields of contacts by which a campaign can be broken down: one value each, few of them, not hidden."""
    hidden = hidden_specs(user, CONTACT)
    several = {one.name for one in definitions_of(CONTACT) if one.type == FieldType.MULTI_CHOICE}
    return [
        spec
        for spec in fields_of(CONTACT)
        if spec.kind in GROUPED_BY and spec.column and spec.name not in hidden and spec.name not in several
        and (_custom_key(spec) or not (spec.condition or spec.compare))
    ]  # fmt: skip


def _custom_key(spec: FieldSpec) -> str:
    return spec.path.removeprefix("custom__") if spec.path.startswith("custom__") else ""


def group_rows(user: User, campaign: Campaign, spec: FieldSpec) -> list[GroupRow]:
    """The campaign by the values that a field has today, the largest group first; one query."""
    key = _custom_key(spec)
    value_at = KeyTransform(key, "contact__custom") if key else F(f"contact__{spec.path}")
    labels = dict(spec.choices()) if spec.choices else {}
    rows = recipients_of(user, campaign)
    tallies: dict[Any, dict[bool, Tally]] = {}
    for (value, is_control), tally in tallies_by(rows, value_at, F("variant__is_control")).items():
        tallies.setdefault(value, {})[bool(is_control)] = tally
    found = []
    costs = Costs.of(campaign)
    for value, parts in tallies.items():
        name = _named(value, labels)
        reached, control = parts.get(False, Tally()), parts.get(True)
        found.append(GroupRow(name, compared(name, reached, control, costs), control))
    return sorted(found, key=lambda row: (-row.reached.tally.n, row.name))[:MOST_GROUPS]


def _named(value: Any, labels: dict[Any, Any]) -> str:
    if value is None or value == "":
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(labels.get(value, labels.get(str(value), value)))


def campaigns_of(user: User | None, contact: Contact) -> QuerySet[Recipient]:
    """What a contact was in, the newest first; where they were kept out, too."""
    rows: QuerySet[Recipient] = Recipient.objects.visible_to(user).filter(contact=contact)
    return rows.select_related("campaign", "variant", "given__offer").order_by(
        F("sent_at").desc(nulls_last=True), "-pk"
    )
