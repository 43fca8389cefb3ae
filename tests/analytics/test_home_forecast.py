"""The forecast at the top of a manager's home: what was won of the target, with the pace in words."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.home_figures import forecast
from crm.choices import Role
from pipeline.actions import set_target
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("amount", "words"), [(10, "on pace"), (10_000_000, "behind")])
def test_the_pace_of_the_quarter_is_said(amount, words):
    make.make_company()
    manager, today = make.make_user(Role.MANAGER), timezone.localdate()
    quarter = dt.date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    make.make_deal(amount=Decimal(5000), closed=("Won", quarter), opened_on=quarter)
    set_target(actor=None, fields={"starts_on": quarter, "months": 3, "amount": Decimal(amount)})
    won, _said = forecast(manager)
    assert won.change == words
