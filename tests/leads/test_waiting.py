"""Leads for whom nobody is free wait for whoever is first; what cannot be given keeps no other back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import LogEntry
from leads.actions import change_lead
from leads.allocation import actions
from leads.allocation.actions import allocate_new, create_and_give, create_rule, give_waiting, reassign_missed
from leads.models import Intake, Lead, LeadAssignment
from tests.factories import make_lead, signed_in

pytestmark = pytest.mark.django_db


def off_today(user) -> Intake:
    today = timezone.localdate()
    return Intake.objects.create(user=user, away_from=today - dt.timedelta(days=1), away_until=today)


def test_who_comes_when_nobody_is_at_work_is_given_away_when_somebody_is(house):
    create_rule(actor=None, fields={"name": "All", "respond_minutes": 60}, people=[house.rep])
    away = off_today(house.rep)
    lead = allocate_new(actor=None, lead=make_lead())
    assert (lead.owner, lead.waits_since is not None, give_waiting()) == (None, True, 0)
    page = signed_in(house.manager).get(lead.get_absolute_url()).content.decode()
    assert "Whoever is free first gets it" in page
    away.delete()
    assert (give_waiting(), give_waiting()) == (1, 0)
    lead.refresh_from_db()
    assert (lead.owner, lead.waits_since) == (house.rep, None)
    assert lead.respond_by
    assert lead.respond_by > timezone.now() + dt.timedelta(minutes=59)
    said = LogEntry.objects.filter(object_id=lead.pk, verb="allocate").order_by("id").values_list("summary", flat=True)
    assert said[0] == "Nobody of the rules is free now: it waits for whoever is first"
    assert said[1].startswith(f"Given to {house.rep}: rule “All”")
    assert len(said) == 2


def test_what_was_left_to_nobody_by_hand_or_fits_no_rule_does_not_wait(house):
    rule = create_rule(actor=None, fields={"name": "Germany", "countries": ["DE"]}, people=[house.rep])
    off_today(house.rep)
    lead, british = (allocate_new(actor=None, lead=make_lead(country=code)) for code in ("DE", "GB"))
    assert (lead.waits_since is not None, british.waits_since) == (True, None)
    lead = change_lead(actor=house.manager, lead=lead, version=lead.version, fields={"owner": house.mate})
    lead = change_lead(actor=house.manager, lead=lead, version=lead.version, fields={"owner": None})
    Intake.objects.all().delete()
    assert (rule.is_active, give_waiting()) == (True, 0)


def test_those_for_whom_nobody_is_ever_free_keep_no_other_back(house, monkeypatch):
    monkeypatch.setattr(actions, "MOST_WAITING", 2)
    create_rule(actor=None, fields={"name": "Finnish", "languages": ["fi"]}, people=[house.mate])
    create_rule(actor=None, fields={"name": "German", "languages": ["de"]}, people=[house.rep])
    off_today(house.mate)
    now = timezone.now()
    for _ in range(6):
        make_lead(language="fi", waits_since=now)
    make_lead(language="de", waits_since=now)
    assert sum(give_waiting() for _ in range(60)) == 1


def test_leads_that_stay_with_their_owner_keep_no_late_one_from_the_next(house, monkeypatch):
    monkeypatch.setattr(actions, "MOST_LATE", 2)
    calm = create_rule(actor=None, fields={"name": "Calm", "languages": ["fi"]}, people=[house.rep])
    hurry = create_rule(
        actor=None, fields={"name": "Hurry", "respond_minutes": 5, "reassigns": True}, people=[house.rep, house.mate]
    )
    past = timezone.now() - dt.timedelta(days=1)

    def late(rule, *had):
        lead = make_lead(owner=had[-1], respond_by=past)
        for owner in had:
            LeadAssignment.objects.create(lead=lead, rule=rule, owner=owner, why="")
        return lead

    for _ in range(4):
        late(calm, house.rep)
        late(hurry, house.rep, house.mate)
    one = late(hurry, house.rep)
    assert (reassign_missed(), reassign_missed()) == (1, 0)
    assert Lead.objects.get(pk=one.pk).owner == house.mate


def test_a_lead_written_down_for_nobody_goes_by_the_rules_and_one_for_somebody_does_not(house):
    create_rule(actor=None, fields={"name": "All"}, people=[house.rep])
    fields = {"first_name": "Ada", "source": "Fair"}
    mine = create_and_give(actor=house.manager, fields={**fields, "owner": house.manager})
    client = signed_in(house.manager)
    client.post(reverse("leads:lead_create"), {**fields, "first_name": "Bo", "owner": ""})
    assert (mine.owner, Lead.objects.get(first_name="Bo").owner) == (house.manager, house.rep)
