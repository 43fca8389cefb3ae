"""The demo's leads: a year of enquiries of a maker of frames, with the rules, forms and costs behind them.

Who becomes a customer depends on what is known when a lead comes in (source, a message, an organization), so that the
learned score has something to find; the rest is chance.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.utils import timezone

from contacts.choices import CallOutcome, ListKind
from contacts.normalising import normalise_phone
from crm.choices import FieldType, Role
from crm.customfields.actions import add_fields
from crm.customfields.definitions import Definition
from crm.demo.companies import domains, draw_organizations
from crm.demo.house import Batch, Fill, House
from crm.demo.names import ascii_letters, draw_people
from crm.demo.places import draw_homes, draw_phones
from crm.models import User
from leads.calling.actions import AGAIN
from leads.choices import OPEN_STATUSES, CallState, LeadStatus, LostReason
from leads.demo.nurturing import nurture
from leads.demo.words import MESSAGES, QUESTIONS, RULES, SCORING, SOURCES, TOUCHES
from leads.keeping import place_leads, refresh_search
from leads.models import (
    AllocationRule,
    AllocationTurn,
    CallEntry,
    CallList,
    CaptureForm,
    ChecklistItem,
    Intake,
    Lead,
    LeadCost,
    LeadTouch,
    ScoreRule,
)
from leads.scoring.engine import score_leads

PER_CUSTOMER, MOST = 0.15, 6_000
DAYS = 330
CALLS = 64  # of the list that is half worked through
SALES = ("North", "South", "Key accounts")
LOST = (LostReason.NO_NEED, LostReason.NO_BUDGET, LostReason.COMPETITOR, LostReason.NO_ANSWER, LostReason.BAD_DATA)
FIELDS = (
    Definition("rooms", "Rooms to furnish", FieldType.NUMBER),
    Definition("occasion", "Occasion", FieldType.CHOICE, ("Exhibition", "Hotel", "Office", "Resale", "Own home")),
    Definition("sample_sent", "Sample sent", FieldType.FLAG, is_late=True),
)


def load(house: House) -> Fill:
    """Write what leads need once; the function that writes the leads of a batch."""
    if not CaptureForm.objects.exists():
        _set_up(house)

    def fill(batch: Batch) -> None:
        house.counts["leads"] += _write(batch)

    return fill


def _set_up(house: House) -> None:
    add_fields(actor=None, model="leads.lead", definitions=FIELDS)
    CaptureForm.objects.create(
        name="Sample box",
        title="Order a box of corner samples",
        intro="Forty mouldings, free of charge, with you in three working days.",
        fields=[
            {"name": "first_name", "label": "First name", "required": True},
            {"name": "last_name", "label": "Last name", "required": True},
            {"name": "email", "label": "E-mail address", "required": True},
            {"name": "organization", "label": "Shop or studio", "required": False},
            {"name": "country", "label": "Country", "required": False},
            {"name": "custom.occasion", "label": "What are they for?", "required": False},
            {"name": "message", "label": "Anything we should know?", "required": False},
        ],
        submit_label="Send me the box",
        consent_wording="Yes, tell me about offers and news by e-mail. I can take this back at any time.",
        thanks_title="It is on its way",
        thanks_text="You will hear from us when the box leaves our workshop in Hanover.",
        source="Web form",
        campaign="Sample box",
    )
    sellers = {team: house.in_team(team) for team in SALES}
    for position, (name, team, fields) in enumerate(RULES, start=1):
        people = sellers.get(team) or house.with_role(Role.REP)
        rule = AllocationRule.objects.create(position=position * 10, name=name, **fields)
        AllocationTurn.objects.bulk_create(
            [AllocationTurn(rule=rule, user_id=person.id, order=place) for place, person in enumerate(people)]
        )
    for place, person in enumerate(house.with_role(Role.REP)):
        Intake.objects.create(
            user_id=person.id,
            capacity=(40, 60, None)[place % 3],
            languages=(["de", "en"], ["en", "fr"], ["de", "en", "it"])[place % 3],
            workdays=[1, 2, 3, 4, 5],
            works_from=dt.time(8, 30),
            works_until=dt.time(17, 30),
        )
    ScoreRule.objects.bulk_create([ScoreRule(position=at * 10, **one) for at, one in enumerate(SCORING, 1)])
    ChecklistItem.objects.bulk_create([ChecklistItem(position=at * 10, **one) for at, one in enumerate(QUESTIONS, 1)])
    end = house.end
    for source, amount in (("Trade fair", 18_400), ("Search advertisement", 9_600), ("Bought list", 3_200)):
        LeadCost.objects.create(
            source=source,
            amount=amount,
            starts_on=end - dt.timedelta(days=364),
            ends_on=end,
            note=f"{source}, the year",
        )


def _write(batch: Batch) -> int:
    rng, house = batch.rng("leads"), batch.house
    size = min(round(batch.size * PER_CUSTOMER), MOST)
    homes = draw_homes(rng, size)
    first, last = draw_people(rng, homes.country)
    firms = draw_organizations(rng, homes.country, homes.city)
    sites, phones = domains(firms.name), draw_phones(rng, homes.country)
    people = {user.pk: user.team_id for user in User.objects.filter(role=Role.REP, is_active=True)}
    owners = sorted(people)
    now = min(timezone.now(), dt.datetime.combine(house.end, dt.time(16), house.zone))
    leads = []
    for at in range(size):
        facts = _facts(rng, at, homes, first, last, firms, sites, phones)
        age = float(DAYS * rng.random() ** 1.6)
        came = _working_moment(now - dt.timedelta(days=age), house)
        began = min(came, now - dt.timedelta(minutes=2))
        lead = Lead(**facts, created_at=began, status_at=began)
        _let_it_live(rng, lead, age, owners, people, now)
        leads.append(lead)
    Lead.objects.bulk_create(leads, batch_size=2_000)
    keys = [lead.pk for lead in leads]
    refresh_search(keys)
    place_leads(keys)
    _touch(rng, leads)
    score_leads(keys)
    if not CallList.objects.exists():
        _call(rng, leads, house)
    nurture(rng, leads)
    return size


def _call(rng: np.random.Generator, leads: list[Lead], house: House) -> None:
    """A list of open enquiries that is half worked through."""
    chosen = [one for one in leads if one.phone and one.status in OPEN_STATUSES][:CALLS]
    callers = house.with_role(Role.REP)
    if not chosen or not callers:
        return
    caller = User.objects.get(pk=callers[0].id)
    made = CallList.objects.create(
        name="Enquiries of the autumn", segment="Open, with a number", owner=caller, team=caller.team
    )
    entries = []
    for place, lead in enumerate(chosen):
        entry = CallEntry(call_list=made, lead=lead, position=place + 1)
        if place < len(chosen) // 2:
            entry.outcome = str(rng.choice(list(CallOutcome.values)))
            entry.tries, entry.called_at, entry.taken_by = 1, timezone.now(), caller
            is_over = entry.outcome not in AGAIN
            entry.state = CallState.DONE if is_over else CallState.WAITING
            entry.again_at = None if is_over else timezone.now() + AGAIN[entry.outcome]
        entries.append(entry)
    CallEntry.objects.bulk_create(entries)


def _facts(rng: np.random.Generator, at: int, homes: Any, first: Any, last: Any, firms: Any, sites: Any, phones: Any
           ) -> dict[str, Any]:  # fmt: skip
    source, kind, list_name, campaign, *_ = SOURCES[rng.choice(len(SOURCES), p=[row[4] for row in SOURCES])]
    has_firm, country = rng.random() < 0.6, str(homes.country[at])
    handle = f"{ascii_letters(str(first[at]))}.{ascii_letters(str(last[at]))}"
    email = f"{handle}@{sites[at]}" if has_firm else f"{handle}{rng.integers(10, 99)}@mail.example"
    phone = phones[at] if rng.random() < 0.55 else ""
    writes = kind == ListKind.RESPONSE and rng.random() < 0.6
    custom: dict[str, Any] = {"occasion": str(rng.choice(FIELDS[1].choices))}
    if rng.random() < 0.5:
        custom["rooms"] = int(rng.integers(1, 80))
    return {
        "name": f"{first[at]} {last[at]}",
        "first_name": str(first[at]),
        "last_name": str(last[at]),
        "organization": str(firms.name[at]) if has_firm else "",
        "email": email,
        "email_key": email.lower(),
        "phone": phone,
        "phone_key": normalise_phone(phone, country)[:60] if phone else "",
        "city": str(homes.city[at]),
        "country": country,
        "language": {"DE": "de", "AT": "de", "CH": "de", "FR": "fr", "IT": "it"}.get(country, "en"),
        "source": source,
        "list_kind": kind,
        "list_name": list_name,
        "campaign": campaign,
        "utm_source": "google" if source == "Search advertisement" else "",
        "utm_medium": "cpc" if source == "Search advertisement" else "",
        "message": str(rng.choice(MESSAGES)) if writes else "",
        "custom": custom,
    }


def _chance(lead: Lead) -> float:
    """How likely this lead is to become a customer, by what is known when it comes in."""
    odds = next(row[5] for row in SOURCES if row[0] == lead.source)
    odds += 0.9 * bool(lead.organization) + 0.7 * bool(lead.message) + 0.5 * bool(lead.phone)
    odds += 0.02 * min(lead.custom.get("rooms", 0), 60) + {"Hotel": 0.8, "Resale": 0.5}.get(lead.custom["occasion"], 0)
    return float(1 / (1 + np.exp(-odds)))


def _let_it_live(
    rng: np.random.Generator, lead: Lead, age: float, owners: list[int], people: dict[int, int | None], now: dt.datetime
) -> None:
    """Owner, first touch, outcome: the older, the more is over."""
    if owners and (age > 1 or rng.random() < 0.7):
        lead.owner_id = owners[rng.integers(0, len(owners))]
        lead.team_id = people[lead.owner_id]
        lead.assigned_at = lead.created_at
        lead.respond_by = lead.created_at + dt.timedelta(hours=4)
    wait = dt.timedelta(minutes=float(rng.gamma(1.2, 110)))
    if not lead.owner_id or lead.created_at + wait > now or (age < 3 and rng.random() < 0.4):
        return
    lead.first_touch_at = lead.last_touch_at = lead.created_at + wait
    lead.status, lead.status_at = LeadStatus.WORKING, lead.first_touch_at
    is_good = rng.random() < _chance(lead)
    weeks = dt.timedelta(days=float(rng.gamma(2, 9)))
    ended = lead.first_touch_at + weeks
    if ended > now:
        if rng.random() < 0.3:
            lead.status = LeadStatus.QUALIFIED
            lead.qualified_at = lead.status_at = min(lead.first_touch_at + weeks / 4, now)
        return
    lead.last_touch_at = lead.status_at = ended
    if is_good:
        lead.status, lead.converted, lead.converted_at = LeadStatus.CONVERTED, True, ended
        lead.qualified_at = lead.first_touch_at + weeks / 2
        lead.custom["sample_sent"] = True
    elif rng.random() < 0.12:
        lead.status = LeadStatus.NURTURING
        lead.recycle_on = (now + dt.timedelta(days=int(rng.integers(5, 120)))).date()
    else:
        lead.status, lead.converted, lead.lost_at = LeadStatus.DISQUALIFIED, False, ended
        lead.lost_reason = LOST[rng.integers(0, len(LOST))]


def _touch(rng: np.random.Generator, leads: list[Lead]) -> None:
    """A call or a mail each, and a second one for those that went on."""
    touches = []
    for lead in leads:
        if lead.first_touch_at is None or lead.last_touch_at is None:
            continue
        moments = {lead.first_touch_at, lead.last_touch_at}
        for moment in sorted(moments):
            channel, subject, outcome = TOUCHES[rng.integers(0, len(TOUCHES))]
            touches.append(
                LeadTouch(
                    lead=lead, channel=channel, occurred_at=moment, subject=subject, outcome=outcome,
                    user_id=lead.owner_id, duration_seconds=int(rng.gamma(2, 120)) if channel == "phone" else None,
                )
            )  # fmt: skip
    LeadTouch.objects.bulk_create(touches, batch_size=2_000)


def _working_moment(moment: dt.datetime, house: House) -> dt.datetime:
    """In the daytime; most enquiries come on working days."""
    local = moment.astimezone(house.zone)
    local = local.replace(hour=8 + local.hour * 11 // 24)
    return local - dt.timedelta(days=local.weekday() - 4) if local.weekday() > 4 and local.minute % 4 else local
