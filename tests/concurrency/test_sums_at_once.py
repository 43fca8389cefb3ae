"""Sums that are kept, with several writers at once: nobody waits for a neighbour's card, and no count is lost."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from crm.kept_sums.keeping import differences, fold_all
from crm.kept_sums.spec import kept_sums
from crm.models import User
from pipeline.actions import move_deal
from pipeline.models import Deal, DealShare, DealSum, Stage
from tests import factories as make
from tests.concurrency.racing import PATIENCE_SECONDS, at_once, beside, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deals() -> list[Deal]:
    make.make_company()
    make.make_pipeline()
    return [make.make_deal(owner=make.make_user()) for _ in range(4)]


def wrong() -> list[object]:
    return [found for kept in kept_sums() for found in differences(kept)]


def test_a_move_does_not_wait_for_another_in_the_same_columns(deals):
    stage = Stage.objects.get(name="Second")

    def move(deal: Deal) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            move_deal(actor=None, deal=deal, version=deal.version, stage=stage)

    with transaction.atomic():
        move(deals[0])
        thread = beside(lambda: move(deals[1]))
        thread.join(PATIENCE_SECONDS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pipeline_deal WHERE stage_id = %s", [stage.pk])
            assert cursor.fetchone() == (2,)  # the other one has committed already
    assert wrong() == []
    assert sum(row.deals for row in DealSum.objects.filter(kind="board", stage=stage)) == 2


def test_movers_and_folders_at_once_lose_nothing(deals):
    stages = list(Stage.objects.filter(kind="open"))

    def go(deal: Deal) -> None:
        for turn in range(8):
            deal.refresh_from_db()
            move_deal(actor=None, deal=deal, version=deal.version, stage=stages[(turn + 1) % 2])
            fold_all()

    at_once([partial(go, deal) for deal in deals])
    assert wrong() == []
    fold_all()
    assert wrong() == []
    assert not DealSum.objects.filter(is_folded=False).exists()


@pytest.mark.parametrize("is_share_first", [True, False])
def test_a_share_and_a_new_amount_at_once_are_counted_together(deals, is_share_first):
    deal = deals[0]
    colleague: User = make.make_user()

    def share() -> None:
        DealShare.objects.create(deal=deal, user=colleague, percent=40)

    def raise_amount() -> None:
        Deal.objects.filter(pk=deal.pk).update(base_amount=Decimal(900))

    first, second = (share, raise_amount) if is_share_first else (raise_amount, share)
    with transaction.atomic():
        first()
        thread = beside(second)
        until_somebody_waits()
    thread.join(PATIENCE_SECONDS)
    assert wrong() == []
    assert sum(row.worth for row in DealSum.objects.filter(kind="shared")) == Decimal(360)
