"""What awaits approval has ended with its deadline: every page, list, file and program says so at once, before it is
booked."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.reports.definitions import Asked, Definition
from crm.reports.reading import Report
from crm.reports.results import result_of
from service.models import Compensation, CompensationEntry
from service.remedies import actions
from service.remedies.choices import RemedyState
from service.remedies.figures import remedy_figures
from service.remedies.queries import compare_state, waiting_for
from tests.concurrency.forms import form_in
from tests.factories import make_contact, make_ticket, make_token, signed_in
from tests.service.remedies.test_empowerment import House, ledger

pytestmark = pytest.mark.django_db
OVER, WAITS = "Not decided in time", "Awaiting approval"


@pytest.fixture
def house(db) -> House:
    return House()


@pytest.fixture
def asked(house) -> SimpleNamespace:
    """One whose deadline passed a moment ago and is not booked, and one that can still be decided."""
    over = house.give("refund", 80)
    waits = house.give("refund", 90, ticket=make_ticket(make_contact(name="Ben Osei"), kind="complaint"))
    Compensation.objects.filter(pk=over.pk).update(decide_by=timezone.now() - dt.timedelta(seconds=1))
    over.refresh_from_db()
    return SimpleNamespace(over=over, waits=waits)


def test_its_page_and_that_of_the_ticket_say_so_and_offer_nothing_more(house, asked):
    for person in (house.agent, house.boss):
        client = signed_in(person)
        page = client.get(asked.over.get_absolute_url()).content.decode()
        assert OVER in page
        assert "nothing was given. It can be asked for again." in page
        assert not [word for word in (WAITS, "/approve/", "/withdraw/") if word in page]
        panel = client.get(house.ticket.get_absolute_url()).content.decode().partition('id="remedies"')[2]
        assert OVER in panel.partition("</section>")[0]
        assert WAITS not in panel.partition("</section>")[0]
    assert "nothing was given. It can" not in signed_in(house.boss).get(asked.waits.get_absolute_url()).content.decode()


def test_lists_files_and_trees_find_it_where_it_stands(house, asked):
    client = signed_in(house.boss)
    for state, one in (("awaiting", asked.waits), ("expired", asked.over)):
        table = client.get(f"/compensations/?state={state}").context["table"]
        assert [row.pk for row in table.rows] == [one.pk]
        file = b"".join(client.get(f"/compensations/export/?state={state}").streaming_content).decode()
        assert file.count(state) == 1
        assert list(Compensation.objects.filter(compare_state("in", [state]))) == [one]
    both = client.get("/compensations/?state=awaiting&state=expired").context["table"]
    assert len(both.rows) == 2
    assert waiting_for(house.boss) == [asked.waits]


def test_figures_and_programs_count_it_as_ended(house, asked, client):
    found = remedy_figures(house.boss, since=timezone.now() - dt.timedelta(days=1))
    assert found.decided == {RemedyState.EXPIRED: 1, RemedyState.AWAITING: 1}
    secret = {"Authorization": f"Bearer {make_token(house.boss)}"}
    one = client.get(f"/api/v1/compensations/{asked.over.pk}", headers=secret).json()
    rows = client.get("/api/v1/compensations?state=expired", headers=secret).json()
    report = Report(Definition("service.compensation", (Asked("state"),)), house.boss)
    assert {line.keys[0].text for line in result_of(report).rows} == {OVER, WAITS}
    assert (one["state"], [row["state"] for row in rows["items"]]) == ("expired", ["expired"])


def test_a_page_that_was_opened_before_decides_nothing_and_says_why(house, asked):
    client = signed_in(house.boss)
    form = form_in(client.get(asked.waits.get_absolute_url()).content.decode(), "words").fields
    Compensation.objects.filter(pk=asked.waits.pk).update(decide_by=timezone.now())
    for step in ("approve", "refuse"):
        answer = client.post(f"{asked.waits.get_absolute_url()}{step}/", {**form, "words": "Of course."})
        assert answer.status_code == 422
        assert "The deadline has passed" in answer.content.decode()
    assert not CompensationEntry.objects.exclude(step="asked").exists()


def test_what_has_ended_cannot_be_withdrawn_any_more_and_is_booked_as_it_ended(house, asked):
    page = signed_in(house.agent).post(f"{asked.over.get_absolute_url()}withdraw/", follow=True).content.decode()
    assert "The deadline has passed" in page
    assert "asked for no more" not in page
    assert [step for step, _ in ledger(asked.over)] == ["asked"]
    assert actions.expire_compensations() == 1
    assert [step for step, _ in ledger(asked.over)] == ["asked", "expired"]
    asked.over.refresh_from_db()
    with pytest.raises(ValidationError, match="The deadline has passed"):
        actions.approve_compensation(actor=house.boss, compensation=asked.over, version=asked.over.version)


def test_what_was_approved_meanwhile_is_not_said_to_be_withdrawn(house, asked):
    actions.approve_compensation(
        actor=house.boss, compensation=asked.waits, version=asked.waits.version, words="Of course."
    )
    page = signed_in(house.agent).post(f"{asked.waits.get_absolute_url()}withdraw/", follow=True).content.decode()
    assert "This was decided before: granted" in page
    assert "asked for no more" not in page
