"""The winner of variants: a share is tested, decided once by clicks or orders with Holm, the rest gets the winner."""

import datetime as dt
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone
from scipy import stats

from campaigns.choices import RecipientState
from campaigns.models import Campaign, Hit, Recipient, SendingRules
from campaigns.sending import actions, deciding
from campaigns.sending.deciding import Arm, decide, decide_campaign, decide_due, decision_of
from campaigns.sending.engine import run_campaign
from campaigns.sending.preflight import look_over
from crm.choices import Role
from tests.campaigns.sample import agreed, let_leave, ready, states
from tests.factories import make_company, make_order, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    SendingRules.objects.create(pk=1, approval_above=10_000)
    return make_user(Role.MARKETER)


def in_days(days):
    return timezone.now() + dt.timedelta(days=days)


def begun(house, people=200, variants=2, by="clicks", **fields):
    agreed(people)
    campaign = ready(house, variants=variants, test_share="0.5", decides_at=in_days(2), decides_by=by, **fields)
    actions.launch_campaign(actor=house, campaign=campaign)
    campaign.refresh_from_db()
    run_campaign(campaign.pk)
    let_leave(campaign)
    return campaign


def moment_comes(campaign):
    Campaign.objects.filter(pk=campaign.pk).update(decides_at=timezone.now())


def click(campaign, variant, share):
    rows = list(Recipient.objects.filter(campaign=campaign, variant__name=variant, state="sent").order_by("pk"))
    Recipient.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=timezone.now() - dt.timedelta(hours=1))
    for row in rows[: round(len(rows) * share)]:
        Hit.objects.create(
            recipient_id=row.pk, campaign_id=campaign.pk, kind="click", url="https://example.com/oak",
            at=timezone.now() - dt.timedelta(minutes=9), user_agent="Mozilla/5.0",
        )  # fmt: skip
    return len(rows), round(len(rows) * share)


@pytest.mark.parametrize(
    "counts",
    [((500, 40), (500, 70)), ((300, 30), (310, 33), (290, 61)), ((80, 8), (90, 8), (85, 9), (95, 30))],
)
def test_pairs_and_corrected_p_are_those_of_an_independent_computation(counts):
    arms = [Arm(f"v{at}", n, hits) for at, (n, hits) in enumerate(counts)]
    found = decide(arms)
    values = []
    for (n, hits), (m, other) in combinations(counts, 2):
        ours, theirs = np.repeat([1, 0], [hits, n - hits]), np.repeat([1, 0], [other, m - other])
        error = np.sqrt(ours.var(ddof=1) / n + theirs.var(ddof=1) / m)
        values.append((ours.mean() - theirs.mean(), 2 * stats.norm.sf(abs(ours.mean() - theirs.mean()) / error)))
    assert [pair.value for pair in found.pairs] == pytest.approx([value for value, _ in values])
    assert [pair.p for pair in found.pairs] == pytest.approx([p for _, p in values])
    # Holm as it is defined: reject the least while p (m - rank) stays below the level
    order = np.argsort([p for _, p in values])
    expected, most = np.zeros(len(values)), 0.0
    for rank, at in enumerate(order):
        most = max(most, min(1.0, values[at][1] * (len(values) - rank)))
        expected[at] = most
    assert [pair.p_holm for pair in found.pairs] == pytest.approx(expected.tolist())


def test_the_winner_differs_from_each_of_the_others_or_there_is_none():
    assert decide([Arm("A", 1000, 40), Arm("B", 1000, 90)]).winner == "B"
    assert decide([Arm("A", 1000, 40), Arm("B", 1000, 90), Arm("C", 1000, 95)]).winner == ""
    assert decide([Arm("A", 1000, 40), Arm("B", 1000, 41)]).winner == ""
    assert decide([Arm("A", 1, 0), Arm("B", 1, 1)]).winner == ""
    assert decide([Arm("A", 29, 2), Arm("B", 2000, 1200)]).winner == ""  # too few got the one
    assert decide([Arm("A", 300, 0), Arm("B", 300, 9)]).winner == ""  # too few did anything
    assert decide([Arm("A", 0, 0), Arm("B", 0, 0)]).pairs == []


def test_a_share_is_tested_the_rest_waits_and_gets_the_winner_once(house):
    campaign = begun(house, people=400, control_share="0.1")
    drawn = Counter(campaign.recipients.values_list("state", flat=True))
    assert 130 < drawn["held"] < 230
    assert sum(drawn.values()) == drawn["held"] + drawn["sent"] + drawn["control"] == 400
    assert not campaign.recipients.filter(state="held").exclude(variant=None).exists()
    n, hits = click(campaign, "A", 0.1)
    m, other = click(campaign, "B", 0.6)
    assert decide_due() == 0  # its moment has not come
    page = signed_in(house).get(campaign.get_absolute_url()).content.decode()
    assert "until then the others wait" in page
    moment_comes(campaign)
    assert (decide_due(), decide_due(), decide_campaign(campaign.pk)) == (1, 0, False)
    campaign.refresh_from_db()
    said = decision_of(campaign)
    assert (said.winner, campaign.winner.name) == ("B", "B")
    assert [(arm.n, arm.hits) for arm in said.arms] == [(n, hits), (m, other)]
    waiting = campaign.recipients.filter(state="waiting")
    assert (waiting.count(), set(waiting.values_list("variant__name", flat=True))) == (drawn["held"], {"B"})
    run_campaign(campaign.pk)
    let_leave(campaign)
    assert states(campaign) == {"sent": 400 - drawn["control"], "control": drawn["control"]}
    campaign.refresh_from_db()
    assert campaign.state == "sent"
    page = signed_in(house).get(campaign.get_absolute_url()).content.decode()
    assert "is better than the others" in page
    assert "p, corrected" in page
    assert "p, corrected" not in signed_in(make_user(Role.REP)).get(campaign.get_absolute_url()).content.decode()


def test_without_a_difference_the_rest_gets_the_first_variant(house):
    campaign = begun(house, by="orders")
    buyer = campaign.recipients.filter(state="sent").first()
    now = timezone.now()
    make_order(buyer.contact, ordered_at=now, ordered_on=now.date())
    click(campaign, "B", 0.9)  # clicks are not what it is decided by
    moment_comes(campaign)
    assert decide_due() == 1
    campaign.refresh_from_db()
    assert sorted(arm.hits for arm in decision_of(campaign).arms) == [0, 1]
    assert campaign.winner is None
    assert set(campaign.recipients.filter(state="waiting").values_list("variant__name", flat=True)) == {"A"}
    assert "too few to tell" in signed_in(house).get(campaign.get_absolute_url()).content.decode()


def test_a_pause_decides_nothing_and_calling_back_reaches_who_waits(house):
    campaign = begun(house, people=40)
    moment_comes(campaign)
    actions.pause_campaign(actor=house, campaign=campaign)
    assert decide_due() == 0
    actions.resume_campaign(actor=house, campaign=campaign)
    actions.cancel_campaign(actor=house, campaign=campaign)
    assert decide_due() == 0
    assert not Recipient.objects.filter(state=RecipientState.HELD).exists()


def test_it_waits_for_who_has_not_got_the_mail_but_not_for_ever(house):
    campaign = begun(house)
    click(campaign, "A", 0.1)
    click(campaign, "B", 0.6)
    row = campaign.recipients.filter(state="sent").first()
    now = timezone.now()
    launched = {"launched_at": now - dt.timedelta(days=2)}
    for state in ("waiting", "handed"):
        Recipient.objects.filter(pk=row.pk).update(state=state)
        Campaign.objects.filter(pk=campaign.pk).update(decides_at=now - dt.timedelta(hours=23), **launched)
        assert decide_due() == 0
    Campaign.objects.filter(pk=campaign.pk).update(decides_at=now - dt.timedelta(hours=25))
    assert decide_due() == 1
    campaign.refresh_from_db()
    assert campaign.winner.name == "B"
    assert not campaign.recipients.filter(state="held").exists()


def test_a_test_that_cannot_be_decided_holds_up_no_other(house, monkeypatch):
    first = begun(house, people=10)
    second = begun(house, people=10, name="Second")
    for campaign in (first, second):
        moment_comes(campaign)
    count = deciding.count_outcomes

    def one_that_fails(key):
        if key == first.pk:
            raise DatabaseError("It cannot be counted.")
        count(key)

    monkeypatch.setattr(deciding, "count_outcomes", one_that_fails)
    assert decide_due() == 1
    for campaign in (first, second):
        campaign.refresh_from_db()
    assert (first.decided_at is None, second.decided_at is None) == (True, False)


def test_what_is_in_the_way_of_a_test_is_said_before_the_start(house):
    agreed(3)
    campaign = ready(house, test_share="0.5", decides_at=in_days(-1))
    found = look_over(campaign, house)
    assert len([fault for fault in found.faults if "test" in fault.lower()]) == 2
    with pytest.raises(ValidationError):
        actions.launch_campaign(actor=house, campaign=campaign)
    client = signed_in(house)
    segment = campaign.audience.get().segment
    data = {
        "segments": [segment.pk], "control_share": "0", "purpose": "marketing", "timing": "moment",
        "test_share": "0.2", "decides_at": "", "decides_by": "clicks", "version": campaign.version,
    }  # fmt: skip
    refused = client.post(f"/campaigns/{campaign.pk}/audience/", data)
    assert refused.status_code == 422
    assert "Say when the test is decided" in refused.content.decode()
    data["decides_at"] = in_days(3).strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"/campaigns/{campaign.pk}/audience/", data).status_code == 302
    campaign.refresh_from_db()
    assert str(campaign.test_share) == "0.200"
