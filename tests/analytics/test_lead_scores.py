"""The learned chance of leads: from what was known when they came in, never from what was filled in afterwards."""

import datetime as dt

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.models import LeadScore
from analytics.runs import run_steps
from analytics.steps.lead_rows import lead_population
from crm.choices import Role
from crm.models import CustomField
from leads.actions import override_score
from leads.models import Lead
from tests.factories import make_company, make_lead, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
CAME = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)


def seen_at_fairs(count: int = 120) -> list[Lead]:
    """Of four leads from a fair three buy, of four from the web one does; the last six are open."""
    make_company()
    for name, is_late in (("Budget", False), ("Said on the phone", True)):
        CustomField.objects.create(
            model="leads.lead", key=name.lower().replace(" ", "_"), label=name, type="text", is_late=is_late
        )
    found = []
    for number in range(count):
        is_fair, buys = number % 2 == 0, (number // 2) % 4 != 0
        won = buys if is_fair else not buys
        is_open = number >= count - 6
        found.append(
            make_lead(
                source="Fair" if is_fair else "Web",
                created_at=CAME,
                custom={"budget": "large" if number % 3 else "small", "said_on_the_phone": "yes" if won else "no"},
                converted=None if is_open else won,
                converted_at=CAME if won and not is_open else None,
                lost_at=None if won or is_open else CAME,
            )
        )
    return found


def test_the_chance_is_learned_from_the_arrival_alone_and_shown_with_its_reasons(db):
    leads = seen_at_fairs()
    (run,) = run_steps(actor=None, as_of=DAY, only=["leads"])
    before = dict(LeadScore.objects.values_list("lead_id", "probability"))
    assert set(before) == {lead.pk for lead in leads}
    found = run.metrics
    assert (found["n_train"], found["n_open"], found["base_rate"]) == (114, 6, pytest.approx(57 / 114, abs=0.02))
    assert 0.65 < found["auc"] < 0.85, "a late field that says it all is not read"
    assert "said_on_the_phone" not in str(found["features"])
    fairs, webs = ([before[lead.pk] for lead in leads if lead.source == name] for name in ("Fair", "Web"))
    assert np.mean(fairs) > np.mean(webs) + 0.3
    Lead.objects.update(added_at=timezone.now() - dt.timedelta(days=1))
    Lead.objects.filter(source="Web", converted=True).update(source="Changed in May", message="They bought")
    Lead.objects.update(custom={"said_on_the_phone": "no"})
    run_steps(actor=None, as_of=DAY, only=["leads"])
    assert dict(LeadScore.objects.values_list("lead_id", "probability")) == before
    manager = make_user(Role.MANAGER)
    page = signed_in(manager).get(reverse("analytics:lead_detail")).content.decode()
    assert f"{found['auc']:.3f}" in page
    page = signed_in(manager).get(leads[-2].get_absolute_url()).content.decode()
    assert "Source: Fair" in page.partition('id="chance-title"')[2].partition("</section>")[0]


def test_a_score_by_hand_stands_until_it_is_taken_back(db):
    make_company()
    lead, manager = make_lead(score=20), make_user(Role.MANAGER)
    client, url = signed_in(manager), reverse("leads:lead_score", args=[lead.pk])
    for typed, stored in (("85", 85), ("", None)):
        opened = client.get(url).content.decode().split('name="opened" value="')[1].split('"')[0]
        assert client.post(url, {"score": typed, "opened": opened.replace("&quot;", '"')}).status_code == 302
        lead.refresh_from_db()
        assert (lead.hand_score, lead.score) == (stored, 20)
    override_score(actor=None, lead=lead, score=0)
    lead.refresh_from_db()
    assert lead.hand_score == 0


def test_what_is_known_of_a_day_holds_no_later_outcome(db):
    make_company()
    won = make_lead(created_at=CAME, converted=True, converted_at=CAME + dt.timedelta(days=20))
    lost = make_lead(created_at=CAME, converted=False, lost_at=CAME + dt.timedelta(days=10))
    old, young = (make_lead(created_at=CAME - dt.timedelta(days=back)) for back in (100, 20))
    expected = {dt.date(2026, 6, 5): (-1, -1, 0, -1), dt.date(2026, 6, 15): (-1, 0, 0, -1), DAY: (1, 0, 0, -1)}
    for day, outcomes in expected.items():
        population, outcome, _ = lead_population(day, 90)
        by_lead = dict(zip(population.contacts.tolist(), outcome.tolist(), strict=True))
        assert tuple(by_lead[lead.pk] for lead in (won, lost, old, young)) == outcomes, day
