"""Whom the mails of a published trial moved."""

import datetime as dt

import pytest
from django.db.models import Avg

from analytics.runs import run_steps
from campaigns.models import UpliftScore
from tests.factories import make_company
from tests.importing.tables import DATA, brought_in

pytestmark = pytest.mark.django_db
MAPPED = ("#row=contact_external_id", "segment=variant", "visit=responded", "conversion=converted", "spend=amount")


def run(**parameters):
    asked = {"uplift": {"campaign": "Hillstrom", **parameters}}
    (found,) = run_steps(actor=None, as_of=dt.date(2026, 11, 1), only=["uplift"], parameters=asked)
    return found.metrics


def test_womens_mail_moves_those_who_bought_for_women():
    make_company()
    given = {
        "constants": {"campaign": "Hillstrom", "sent_at": "2008-03-01"},
        "values": (("variant", "No E-Mail", "control"),),
        "custom": (("*", ""),),
    }
    brought_in("campaign_results", DATA / "hillstrom.csv.gz", MAPPED, **given)
    found = run(variant="Womens E-Mail")
    # published: 5,356 mails, visit lift 0.055263; 0.079332 of those with an earlier women's purchase, else 0.024697
    whole = found["trial"]
    assert (whole["treated"], whole["control"], whole["lift"]) == (5356, 5277, pytest.approx(0.055263, abs=1e-6))
    assert found["is_told"]
    assert found["qini"] == pytest.approx(0.007, abs=0.002)
    assert found["losses"][found["model"]] < found["losses"]["Everybody alike"]
    lifts = {row["moved"]: row["lift"] for row in found["groups"] if "lift" in row}
    assert max(lifts, key=lambda name: lifts[name]) == "persuadable"
    means = {
        was: UpliftScore.objects.filter(contact__custom__womens=was).aggregate(mean=Avg("uplift"))["mean"]
        for was in (True, False)
    }
    assert means[True] == pytest.approx(0.0793, abs=0.02)
    assert means[False] == pytest.approx(0.0247, abs=0.02)
    assert UpliftScore.objects.count() == 16_000
