"""Results of past campaigns: how they come in from files, and what they say."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command
from django.utils import timezone
from scipy import stats

from analytics.runs import run_steps
from analytics.steps import AnalysisError
from campaigns.models import Campaign, Recipient, Variant, VariantTally
from contacts.models import Contact
from crm.choices import Role
from crm.importing.errors import UnreadableFile
from crm.models import CustomField
from tests.factories import make_company, make_contact, make_user, signed_in
from tests.importing.tables import DATA, brought_in, counts, written

pytestmark = pytest.mark.django_db
MAPPED = ("#row=contact_external_id", "segment=variant", "visit=responded", "conversion=converted", "spend=amount")
SETTINGS = {
    "constants": {"campaign": "Hillstrom", "sent_at": "2008-03-01"},
    "values": (("variant", "No E-Mail", "control"),),
}
SMALL = """campaign,contact_external_id,variant,sent_at,opened,responded,amount
Spring,C1,A,2026-03-01,yes,yes,20
Spring,C2,A,2026-03-01,no,,
Spring,C3,B,2026-03-01,yes,no,5
spring,C4,Control,2026-03-01,,no,0
Spring,C5,Control,2026-03-01,,yes,1
Autumn,C1,,2026-09-01,yes,no,0
"""


@pytest.fixture(autouse=True)
def company(db):
    return make_company(time_zone="Europe/Berlin")


@pytest.fixture
def bring(tmp_path):
    return lambda text, **options: brought_in("campaign_results", written(tmp_path, text), **options)


def analysed(**parameters):
    (run,) = run_steps(actor=None, as_of=dt.date(2026, 11, 1), only=["campaigns"], parameters={"campaigns": parameters})
    return run.metrics["campaigns"]


def test_a_published_trial_comes_in_and_says_what_was_published():
    path = DATA / "hillstrom.csv.gz"
    assert counts(brought_in("campaign_results", path, MAPPED, **SETTINGS)) == (16_000, 0, 0, 0)
    assert counts(brought_in("campaign_results", path, MAPPED, **SETTINGS)) == (0, 0, 16_000, 0)
    found = analysed(cost_per_contact="0.10")["Hillstrom"]
    assert found["control"] == "control"
    published = {
        "Mens E-Mail": (5367, 0.078605, 0.065491, 0.09172, 2719.72, 4.0675),
        "Womens E-Mail": (5356, 0.055263, 0.042571, 0.067956, 4496.94, 7.3961),
    }
    for name, figures in published.items():
        one = found["variants"][name]
        keys = ("n", "lift", "lift_low", "lift_high", "incremental_amount", "roi")
        assert [one[key] for key in keys] == pytest.approx(figures, abs=6e-3)
        assert one["lift"] == pytest.approx(figures[1], abs=1e-6)
    _compare(found, pd.read_csv(path))
    with_margin = analysed(cost_per_contact=0.1, margin=0.3)["Hillstrom"]["variants"]
    assert with_margin["Mens E-Mail"]["roi"] == pytest.approx(0.5202, abs=1e-3)


def _compare(found, table):
    """The same figures from the file itself."""
    is_out = table.segment == "No E-Mail"
    kept_out, mailed = table[is_out], table[~is_out]
    for name, rows in (*mailed.groupby("segment"), ("treated", mailed)):
        one = found["treated"] if name == "treated" else found["variants"][name]
        for key, column in (("lift", "visit"), ("converted_lift", "conversion"), ("amount_lift", "spend")):
            assert one[key] == pytest.approx(rows[column].mean() - kept_out[column].mean(), abs=1e-7)
            reach = _money_reach if column == "spend" else _rate_reach
            assert one[f"{key}_low"] == pytest.approx(one[key] - reach(rows[column], kept_out[column]), abs=1e-6)
        assert one["incremental_amount"] == pytest.approx(one["amount_lift"] * len(rows), rel=1e-4)


def _money_reach(ours, theirs):
    """Down to the lower end of Welch's interval, by scipy."""
    test = stats.ttest_ind(ours, theirs, equal_var=False)
    return ours.mean() - theirs.mean() - test.confidence_interval().low


def _rate_reach(ours, theirs):
    """Down to the lower end of Newcombe's interval, out of Wilson's of each rate, by scipy."""
    one, other = (stats.binomtest(int(rows.sum()), len(rows)) for rows in (ours, theirs))
    low, high = (test.proportion_ci(method="wilson") for test in (one, other))
    return np.hypot(one.statistic - low.low, high.high - other.statistic)


def test_rows_become_recipients_and_later_rows_say_more(bring):
    make_contact(external_id="C1", name="Mia Keller")
    result = bring(SMALL)
    assert counts(result) == (6, 0, 0, 0)
    assert result.counts.related == {"campaigns": 2, "contacts": 4}
    spring = Campaign.objects.get(name="Spring")
    assert (spring.state, spring.starts_on, spring.currency) == ("over", dt.date(2026, 3, 1), "EUR")
    names = list(spring.variants.values_list("name", "is_control"))
    assert names == [("A", False), ("B", False), ("Control", True)]
    silent = Recipient.objects.get(campaign=spring, contact__external_id="C2")
    assert (silent.responded, silent.amount, silent.clicked, silent.converted) == (False, 0, None, None)
    assert Recipient.objects.get(campaign__name="Autumn").variant.name == "contacted"
    assert counts(bring(SMALL)) == (0, 0, 6, 0)
    more = "campaign,contact_external_id,clicked,amount\nSPRING,C2,yes,7.50\nSpring,C1,,\n"
    assert counts(bring(more)) == (0, 1, 1, 0)
    silent.refresh_from_db()
    assert (silent.clicked, silent.amount, silent.responded, silent.variant.name) == (True, 7.5, False, "A")
    assert Recipient.objects.get(campaign=spring, contact__external_id="C1").amount == 20
    tally = VariantTally.objects.get(variant__name="A")
    assert (tally.n, tally.opened, tally.clicked, tally.responded, tally.amount) == (2, 1, 1, 1, 27.5)


def test_what_cannot_be_is_refused_with_a_reason(bring):
    tomorrow = (timezone.now() + dt.timedelta(days=2)).date()
    rows = f"campaign,contact_external_id,sent_at,opened,external_id\nA,C1,{tomorrow},,\nA,,,,\n,C2,,,\nA,C3,,maybe,\n"
    rows += "A,C4,,,R1\nA,C5,,,R1\nA,C6,,,R2\n"
    result = bring(rows)
    assert counts(result) == (2, 0, 0, 5)
    assert Recipient.objects.filter(external_id="R1").get().contact.external_id == "C4"
    text = result.rejected_path.read_text()
    for words in ("lies in the future", "this external id is another recipient's"):
        assert words in text


def test_further_columns_become_facts_of_the_contacts(bring):
    rows = "contact,y,age,job,duration\n1,no,58,management,261\n2,yes,44,technician,151\n"
    mapped = ("contact=contact_external_id", "y=responded")
    given = {"constants": {"campaign": "Deposits"}, "custom": (("*", ""),), "late": ("duration",)}
    assert counts(bring(rows, mapped=mapped, **given)) == (2, 0, 0, 0)
    assert counts(bring(rows, mapped=mapped, **given)) == (0, 0, 2, 0)
    assert Contact.objects.get(external_id="2").custom == {"age": 44, "job": "technician", "duration": 151}
    assert CustomField.objects.get(model="contacts.contact", key="duration").is_late
    found = analysed()["Deposits"]
    assert (found["control"], found["note"]) == (None, "no control group")
    one = found["variants"]["contacted"]
    assert (one["n"], one["responded_rate"], one["lift"], one["roi"], one["converted_rate"]) == (
        2,
        0.5,
        None,
        None,
        None,
    )


def test_bad_parameters_are_refused_in_a_sentence():
    with pytest.raises(AnalysisError, match="margin must be a number from 0 to 1, not “30 %”"):
        analysed(margin="30 %")


def test_the_command_brings_out_what_came_in(bring, tmp_path):
    bring(SMALL)
    path = tmp_path / "out.csv"
    call_command("export_data", "campaign_results", "--output", str(path))
    table = pd.read_csv(path)
    assert list(table.contact_external_id) == ["C1", "C2", "C3", "C4", "C5", "C1"]
    assert counts(brought_in("campaign_results", path)) == (0, 0, 6, 0)
    assert Variant.objects.count() == 4


def test_a_seller_brings_no_results_in(bring):
    with pytest.raises(UnreadableFile, match="You may not import"):
        bring(SMALL, actor=make_user(Role.REP))
    assert not Campaign.objects.exists()
    assert signed_in(make_user(Role.REP)).get("/campaigns/").status_code == 200
