"""Initiatives on pages, in lists and files, by the API: who sees what, what stands fast, what the costs come to."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from analytics.initiatives import actions
from analytics.models import Initiative, InitiativeCost, Milestone
from analytics.runs import run_steps
from crm.choices import FieldRight, Role
from crm.company import company_today
from crm.models import FieldRule, LogEntry
from crm.saving import StaleRecord
from tests import factories as make
from tests.analytics.bases import cdnow_sales, make_base
from tests.api.calls import Caller

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Welcome calls", "starts_on": "2026-03-02", "ends_on": "2026-06-30", "budget_amount": "900",
    "measure": "retention", "span": "quarter", "target_value": "50", "target_on": "2099-03-31",
    "situation": "Half do not come back.", "men": "Two of inside sales.", "minutes": "Six hours a week.",
}  # fmt: skip


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER)


def text_of(answer) -> str:
    """The page, with plain spaces."""
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def initiative_of(owner=None, **fields) -> Initiative:
    values = {
        "name": "Welcome calls", "starts_on": dt.date(2026, 3, 2), "ends_on": dt.date(2026, 6, 30), "owner": owner,
        "measure": "retention", "target_value": 50, "target_on": dt.date(2099, 3, 31), "budget_amount": 900, **fields,
    }  # fmt: skip
    return actions.create_initiative(actor=None, fields=values)


def test_a_plan_is_written_started_and_ended_on_its_pages(manager):
    client = make.signed_in(manager)
    answer = client.post(reverse("analytics:initiative_create"), {**FORM, "owner": manager.pk})
    initiative = Initiative.objects.get()
    assert answer.url == initiative.get_absolute_url()
    page = text_of(client.get(answer.url))
    assert "Half do not come back." in page and "Two of inside sales." in page and "Not counted yet" in page
    client.post(reverse("analytics:initiative_start", args=[initiative.pk]))
    client.post(reverse("analytics:initiative_end", args=[initiative.pk]))
    initiative.refresh_from_db()
    today = company_today()
    assert (initiative.started_on, initiative.ended_on, initiative.agreed_budget_amount) == (today, today, 900)
    client.post(reverse("analytics:initiative_delete", args=[initiative.pk]))
    assert Initiative.objects.exists(), "what came of it stays"
    said = list(LogEntry.objects.filter(object_id=initiative.pk).order_by("pk").values_list("verb", flat=True))
    assert said == ["create", "start", "end"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ends_on": "2026-03-01"}, "It ends before it starts."),
        ({"target_on": "2026-03-02"}, "The target day has to be after the start"),
        ({"target_value": "101"}, "A share lies between 0 and 100 percent."),
        ({"measure": "nps", "target_value": "-101"}, "between -100 and 100 points"),
        ({"measure": "win_rate", "segment": "loyal"}, "The win rate is of all deals"),
        ({"budget_amount": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(manager, segments, given, sentence):
    answer = make.signed_in(manager).post(reverse("analytics:initiative_create"), {**FORM, **given})
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Initiative.objects.exists()


def test_what_it_is_judged_by_stands_fast_once_it_has_started(manager):
    initiative = initiative_of()
    actions.start_initiative(actor=manager, initiative=initiative)
    with pytest.raises(ValidationError, match="stand fast"):
        actions.change_initiative(actor=manager, initiative=initiative, version=2, fields={"target_value": Decimal(9)})
    actions.change_initiative(
        actor=manager,
        initiative=initiative,
        version=2,
        fields={"budget_amount": Decimal(1200), "ends_on": dt.date(2026, 9, 1)},
    )
    page = text_of(make.signed_in(manager).get(initiative.get_absolute_url()))
    assert "agreed at the start were € 900.00" in page and "the end agreed at the start was 30 Jun 2026" in page
    with pytest.raises(StaleRecord):
        actions.change_initiative(actor=manager, initiative=initiative, version=2, fields={"men": "One"})


def test_costs_add_up_to_what_is_booked(manager):
    initiative, client = initiative_of(), make.signed_in(manager)
    for amount in ("600", "450.50", "-100"):
        client.post(
            reverse("analytics:initiative_cost_create", args=[initiative.pk]),
            {"what": "Paper", "kind": "media", "booked_on": "2026-04-01", "amount": amount},
        )
    initiative.refresh_from_db()
    assert initiative.booked_amount == Decimal("950.50") and initiative.is_over_budget
    assert "€ 50.50 too much" in text_of(client.get(initiative.get_absolute_url()))
    cost = InitiativeCost.objects.get(amount=600)
    client.post(
        reverse("analytics:initiative_cost_update", args=[cost.pk]),
        {"what": "Paper", "kind": "media", "booked_on": "2026-04-01", "amount": "500", "version": "1"},
    )
    client.post(reverse("analytics:initiative_cost_delete", args=[InitiativeCost.objects.get(amount=-100).pk]))
    initiative.refresh_from_db()
    assert initiative.booked_amount == Decimal("950.50") == sum(initiative.costs.values_list("amount", flat=True))
    client.post(reverse("analytics:initiative_delete", args=[initiative.pk]))
    assert Initiative.objects.exists(), "it cost something"


def test_milestones_are_planned_reached_and_overdue(manager):
    initiative, client, today = initiative_of(ends_on=dt.date(2099, 1, 1)), make.signed_in(manager), company_today()
    actions.start_initiative(actor=None, initiative=initiative)
    yesterday = today - dt.timedelta(days=1)
    client.post(
        reverse("analytics:milestone_create", args=[initiative.pk]), {"name": "List is there", "planned_on": yesterday}
    )
    milestone = Milestone.objects.get()
    listed = reverse("analytics:initiative_list")
    assert "1 milestone overdue" in text_of(client.get(f"{listed}?state=late"))
    client.post(reverse("analytics:milestone_reach", args=[milestone.pk]))
    milestone.refresh_from_db()
    assert milestone.done_on == today
    assert "Welcome calls" not in text_of(client.get(f"{listed}?state=late"))
    assert "done late" in text_of(client.get(initiative.get_absolute_url()))
    tomorrow = today + dt.timedelta(days=1)
    answer = client.post(
        reverse("analytics:milestone_update", args=[milestone.pk]),
        {"name": "List", "planned_on": yesterday, "done_on": tomorrow, "version": "2"},
    )
    assert "That day is still to come." in answer.content.decode()


def counted(owner=None) -> Initiative:
    """One that reached its outcome by the published sample of retention."""
    make_base(cdnow_sales())
    initiative = initiative_of(
        owner, starts_on=dt.date(1997, 7, 1), ends_on=dt.date(1998, 1, 31), target_value=45,
        target_on=dt.date(1998, 4, 10),
    )  # fmt: skip
    actions.start_initiative(actor=None, initiative=initiative, on=dt.date(1997, 7, 1))
    run_steps(actor=None, as_of=dt.date(1998, 6, 30), only=["retention", "initiatives"])
    return initiative


def test_the_page_says_figure_interval_and_cases_and_that_it_is_no_proof(manager):
    page = text_of(make.signed_in(manager).get(counted().get_absolute_url()))
    assert "Outcome reached: 48.5 % (of 404 customers)" in page
    assert "22.2 %" in page and "43.7 to 53.4 %" in page
    assert "no proof of a cause" in page and '"start": 1.0' in page


def test_figures_are_shown_to_who_may_see_all_customers_and_the_rest_to_who_is_in_charge(manager):
    rep, other = make.make_user(Role.REP), make.make_user(Role.REP)
    initiative = counted(rep)
    page = text_of(make.signed_in(rep).get(initiative.get_absolute_url()))
    assert "which you may not see" in page and "48.5" not in page and "Outcome reached" not in page
    listed = text_of(make.signed_in(rep).get(reverse("analytics:initiative_list")))
    assert "Welcome calls" in listed and "48.5" not in listed and "Reached" not in listed
    assert make.signed_in(other).get(initiative.get_absolute_url()).status_code == 404
    given = Caller(make.make_token(rep)).get(f"/initiatives/{initiative.pk}").json()
    assert (given["value"], given["baseline"], given["result"]) == (None, None, "")


def test_a_hidden_score_hides_the_figure_made_of_it(manager):
    initiative = initiative_of(measure="nps", target_value=40)
    client = make.signed_in(manager)
    assert "Target" in text_of(client.get(initiative.get_absolute_url()))
    FieldRule.objects.create(role=Role.MANAGER, model="feedback.response", field="nps", right=FieldRight.HIDDEN)
    assert "which you may not see" in text_of(client.get(initiative.get_absolute_url()))


def test_a_list_of_many_asks_no_more_than_one_of_few(manager, django_assert_max_num_queries):
    client, listed = make.signed_in(manager), reverse("analytics:initiative_list")
    initiative_of(manager)
    client.get(listed)
    with django_assert_max_num_queries(12):
        client.get(listed)
    for number in range(8):
        initiative_of(manager, name=f"Calls {number}")
    with django_assert_max_num_queries(12):
        client.get(listed)


def test_the_list_leaves_as_a_file_and_by_the_api_with_its_figures(manager):
    initiative = counted()
    names = "columns=name,state,baseline,value,value_low,value_high,cases,result"
    file = b"".join(make.signed_in(manager).get(f"{reverse('analytics:initiative_export')}?{names}").streaming_content)
    assert b"Welcome calls" in file and b"48.51" in file and b",404," in file and b"Reached" in file
    caller = Caller(make.make_token(manager))
    given = caller.get(f"/initiatives/{initiative.pk}").json()
    assert given["result"] == "Reached" and round(float(given["baseline"]), 2) == 22.23 and given["cases"] == 404
    booked = caller.post(
        f"/initiatives/{initiative.pk}/costs", {"what": "Paper", "booked_on": "1997-08-01", "amount": "901"}
    )
    assert booked.status_code == 200 and Decimal(str(booked.json()["booked_amount"])) == 901
    assert [one["what"] for one in caller.get(f"/initiatives/{initiative.pk}/costs").json()["items"]] == ["Paper"]


def test_home_tells_managers_of_those_that_are_late_or_dear_or_without_outcome(manager):
    client, ahead = make.signed_in(manager), dt.date(2099, 1, 1)
    initiative_of(name="Quiet one", starts_on=ahead, ends_on=ahead, target_on=dt.date(2099, 9, 1))
    assert "Initiatives that need a look" not in text_of(client.get("/"))
    dear = initiative_of(
        name="Dear one", starts_on=ahead, ends_on=ahead, target_on=dt.date(2099, 9, 1), budget_amount=1
    )
    actions.book_cost(
        actor=None, initiative=dear, fields={"what": "Paper", "booked_on": company_today(), "amount": Decimal(5)}
    )
    page = text_of(client.get("/"))
    assert "Initiatives that need a look" in page and "Dear one" in page and "Quiet one" not in page
