"""Deals from files: outcomes and stages, what is made, what is refused, and the same file again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crm.choices import Role
from pipeline.models import Deal, Pipeline, Stage, StageChange
from tests import factories as make
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    return make.make_company()


def load(folder, text: str, **options):
    return brought_in("deals", written(folder, text), **options)


def test_an_outcome_ends_a_deal_and_its_stage_is_the_one_it_left(tmp_path):
    text = (
        "external_id,stage,outcome,opened_on,closed_on,amount,loss_reason\n"
        "A,Proposal,won,2026-01-05,2026-02-03,100,\n"
        "B,Negotiation,lost,2026-01-06,2026-02-04,50,Price\n"
        "C,Proposal,open,2026-01-07,2026-05-31,70,\n"
    )
    assert counts(load(tmp_path, text)) == (3, 0, 0, 0)
    deals = {deal.external_id: deal for deal in Deal.objects.order_by("external_id").select_related("stage")}
    assert [(one.stage.kind, one.closed_on) for one in deals.values()] == [
        ("won", dt.date(2026, 2, 3)), ("lost", dt.date(2026, 2, 4)), ("open", None),
    ]  # fmt: skip
    assert (deals["B"].reason, deals["C"].expected_on) == ("Price", dt.date(2026, 5, 31))
    way = StageChange.objects.filter(deal=deals["B"]).order_by("pk")
    assert [(str(one.from_stage or ""), str(one.to_stage), one.changed_on.day) for one in way] == [
        ("", "Negotiation", 6), ("Negotiation", "Lost", 4),
    ]  # fmt: skip
    assert all(one.is_inferred for one in way)
    assert counts(load(tmp_path, text)) == (0, 0, 3, 0)
    assert StageChange.objects.count() == 5


def test_names_of_stages_find_their_place_and_their_kind(tmp_path):
    load(
        tmp_path,
        "external_id,stage\n1,Closed Won\n2,Proposal sent\n3,Lead in\n4,Closed Lost\n5,negotiation\n6,PROPOSAL SENT\n",
    )
    names = list(Stage.objects.order_by("position").values_list("name", "kind"))
    assert names == [
        ("Lead in", "open"), ("Proposal sent", "open"), ("negotiation", "open"), ("Closed Won", "won"),
        ("Closed Lost", "lost"),
    ]  # fmt: skip
    assert Pipeline.objects.get().name == "Sales"


def test_stages_of_another_name_end_where_the_pipeline_ends(tmp_path):
    pipeline = make.make_pipeline()
    load(tmp_path, "external_id,stage,closed_on\n1,Deal won!,2026-01-02\n2,Visit,\n")
    assert Deal.objects.get(external_id="1").stage.name == "Won"
    positions = Stage.objects.filter(pipeline=pipeline).order_by("position").values_list("name", flat=True)
    assert list(positions) == ["First", "Second", "Visit", "Won", "Lost"]


def test_a_deal_that_comes_again_elsewhere_has_moved(tmp_path):
    load(tmp_path, "external_id,stage,opened_on\nA,Proposal,2026-01-05\n")
    result = load(tmp_path, "external_id,stage,closed_on,amount\nA,Won,2026-03-01,80\n")
    assert counts(result) == (0, 1, 0, 0)
    deal = Deal.objects.get()
    assert (deal.outcome, deal.closed_on, deal.opened_on, deal.amount) == (
        "won", dt.date(2026, 3, 1), dt.date(2026, 1, 5), Decimal(80),
    )  # fmt: skip
    last = StageChange.objects.filter(deal=deal).latest("pk")
    assert (str(last.from_stage), str(last.to_stage), last.changed_on) == ("Proposal", "Won", dt.date(2026, 3, 1))


def test_what_ends_before_it_begins_stays_out(tmp_path):
    text = "external_id,stage,opened_on,closed_on\nA,Won,2026-03-05,2026-03-01\nB,Won,2026-03-05,2026-03-05\n"
    result = load(tmp_path, text)
    assert counts(result) == (1, 0, 0, 1)
    assert "closed before it was opened" in result.examples[0]


def test_owners_by_name_and_amounts_at_the_rate_of_the_day(tmp_path):
    from crm.models import ExchangeRate  # noqa: PLC0415

    ExchangeRate.objects.create(currency="USD", valid_from="2026-01-01", rate="0.5")
    ExchangeRate.objects.create(currency="USD", valid_from="2026-02-01", rate="0.8")
    team = make.make_team(name="North")
    make.make_user(Role.REP, name="Mia Keller", team=team)
    text = (
        "external_id,stage,owner_name,amount,currency,closed_on\n"
        "A,Won,mia keller,100,USD,2026-01-20\nB,Won,Otto Ahn,100,USD,2026-02-20\n"
    )
    result = load(tmp_path, text)
    assert result.counts.related["users"] == 1
    found = Deal.objects.order_by("external_id").values_list("owner__name", "team__name", "base_amount")
    assert list(found) == [("Mia Keller", "North", Decimal(50)), ("Otto Ahn", None, Decimal(80))]


def test_a_rep_brings_in_own_deals_only(tmp_path):
    rep = make.make_user(Role.REP, name="Mia Keller", team=make.make_team())
    other = make.make_deal(external_id="B", owner=make.make_user(Role.REP, name="Otto Ahn"))
    text = "external_id,title,owner_name\nA,Mine,Mia Keller\nB,Theirs,Mia Keller\nC,For another,Otto Ahn\n"
    assert counts(load(tmp_path, text, actor=rep)) == (1, 0, 0, 2)
    assert Deal.objects.get(external_id="A").owner == rep
    other.refresh_from_db()
    assert other.title != "Theirs"
