"""R9: a card that two move at once; what a stage asks for; the ledger of the moves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from crm.choices import Role
from pipeline import actions
from pipeline.models import Deal, OutcomeReason, Stage, StageChange
from tests import factories as make
from tests.concurrency.racing import at_once

ROUNDS = 5


def stage(deal: Deal, name: str) -> Stage:
    return Stage.objects.get(pipeline=deal.pipeline, name=name)


def moved(deal: Deal, name: str, **more) -> Deal:
    return actions.move_deal(actor=None, deal=deal, version=deal.version, stage=stage(deal, name), **more)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_a_card_at_once_one_wins_and_the_other_is_told():
    make.make_company()
    make.make_pipeline("First", "Second", "Third")
    people = [make.make_user(Role.MANAGER, name=name) for name in ("Mia", "Otto")]
    deal = make.make_deal()
    keys = [stage(deal, name).pk for name in ("First", "Second", "Third")]
    clients = [make.signed_in(person) for person in people]
    url = reverse("pipeline:deal_move", args=[deal.pk])
    for number in range(1, ROUNDS + 1):
        deal.refresh_from_db()
        others = [key for key in keys if key != deal.stage_id]

        def send(client, key, version=deal.version):
            return client.post(url, {"stage": key, "version": version}, headers={"X-Board": "1"})

        works = [lambda c=client, k=key: send(c, k) for client, key in zip(clients, others, strict=True)]
        answers = at_once(works)
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert any(person.name in refused.json()["sentence"] for person in people)
        assert StageChange.objects.filter(deal=deal).count() == 1 + number
        deal.refresh_from_db()
        assert deal.version == 1 + number
        last = StageChange.objects.filter(deal=deal).latest("pk")
        assert last.to_stage_id == deal.stage_id


@pytest.mark.django_db
class TestMoving:
    def test_won_closes_the_deal_and_an_open_stage_opens_it_again(self):
        deal = moved(make.make_deal(), "Won", on=dt.date(2026, 4, 1), reason="Price")
        assert (deal.outcome, deal.closed_on, deal.reason) == ("won", dt.date(2026, 4, 1), "Price")
        again = moved(deal, "First")
        assert (again.outcome, again.closed_on, again.reason) == ("open", None, "")
        assert again.stage_since is not None

    def test_each_move_is_one_row_with_what_the_deal_was_worth(self):
        deal = moved(moved(make.make_deal(amount=Decimal(70)), "Second"), "Lost")
        rows = StageChange.objects.filter(deal=deal).order_by("pk").values_list("to_stage__name", "base_amount")
        assert list(rows) == [("First", Decimal(70)), ("Second", Decimal(70)), ("Lost", Decimal(70))]

    def test_a_move_to_where_it_is_changes_nothing(self):
        deal = make.make_deal()
        assert moved(deal, "First").version == deal.version
        assert StageChange.objects.filter(deal=deal).count() == 1

    def test_a_stage_asks_for_its_fields(self):
        deal = make.make_deal(amount=None)
        Stage.objects.filter(pk=stage(deal, "Second").pk).update(required_fields=["amount", "customer"])
        with pytest.raises(actions.MissingBeforeMove) as found:
            moved(deal, "Second")
        assert found.value.fields == ["amount", "customer"]
        assert "needs: amount, customer" in str(found.value)
        assert Deal.objects.get(pk=deal.pk).stage.name == "First"

    def test_a_checklist_holds_a_deal_back_but_lets_it_be_lost(self):
        deal = make.make_deal()
        Stage.objects.filter(pk=deal.stage_id).update(checklist=["Need is known"])
        with pytest.raises(actions.MissingBeforeMove, match="Need is known"):
            moved(deal, "Second")
        actions.tick(actor=None, deal=deal, line="Need is known", is_done=True)
        assert moved(deal, "Second").stage.name == "Second"
        assert moved(make.make_deal(), "Lost").outcome == "lost"

    def test_a_day_before_the_opening_or_after_today_is_refused(self):
        deal = make.make_deal()
        for day in (dt.date(2026, 3, 1), dt.date(2200, 1, 1)):
            with pytest.raises(ValidationError):
                moved(deal, "Second", on=day)

    def test_the_application_cannot_change_the_ledger(self):
        deal = make.make_deal()
        for statement in ("UPDATE pipeline_stagechange SET reason = 'x'", "DELETE FROM pipeline_stagechange"):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert StageChange.objects.filter(deal=deal).count() == 1


@pytest.mark.django_db
class TestMovePage:
    def test_what_is_missing_is_filled_in_on_the_way(self):
        deal = make.make_deal(amount=None)
        second = stage(deal, "Second")
        Stage.objects.filter(pk=second.pk).update(required_fields=["amount"])
        Stage.objects.filter(pk=deal.stage_id).update(checklist=["Asked"])
        client, url = make.signed_in(make.make_user()), reverse("pipeline:deal_move", args=[deal.pk])
        sent = {"stage": second.pk, "version": deal.version, "amount": "", "expected_on": "", "next_step": ""}
        refused = client.post(url, sent)
        assert refused.status_code == 422
        assert "needs: amount" in refused.content.decode()
        done = client.post(url, {**sent, "amount": "250", "ticked": ["Asked"]})
        assert done.status_code == 302
        deal.refresh_from_db()
        assert (deal.amount, deal.stage, deal.ticked) == (Decimal(250), second, ["Asked"])

    def test_the_board_sends_no_fields_and_takes_none_away(self):
        deal = make.make_deal(amount=Decimal(9), next_step="Call")
        url = reverse("pipeline:deal_move", args=[deal.pk])
        sent = {"stage": stage(deal, "Second").pk, "version": deal.version}
        answer = make.signed_in(make.make_user()).post(url, sent, headers={"X-Board": "1"})
        assert (answer.status_code, answer.json()) == (200, {"version": 2})
        deal.refresh_from_db()
        assert (deal.amount, deal.next_step, deal.stage.name) == (Decimal(9), "Call", "Second")

    def test_reasons_of_the_house_are_offered(self):
        OutcomeReason.objects.create(outcome="lost", name="No budget")
        deal = make.make_deal()
        page = make.signed_in(make.make_user()).get(reverse("pipeline:deal_move", args=[deal.pk]))
        assert '<option value="No budget">' in page.content.decode()
