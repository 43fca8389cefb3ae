"""The page of a campaign reads its recipients once, whatever it says of them, and its offers after that."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Recipient
from campaigns.queries import recipients_of, sending_state, standing
from campaigns.sending.engine import run_campaign
from crm.choices import Role
from tests.campaigns.sample import agreed, let_leave, started
from tests.campaigns.test_offers import make_offer, offering
from tests.campaigns.test_offers import sent as sent_out
from tests.factories import make_company, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    make_company()
    return make_user(Role.MARKETER)


def mixed(house):
    """A campaign whose people have every fate: some wait in two zones, some were left out for two reasons."""
    campaign = started(house, people=12)
    run_campaign(campaign.pk)
    let_leave(campaign)
    type(campaign).objects.filter(pk=campaign.pk).update(state="paused")
    campaign.refresh_from_db()
    keys = list(campaign.recipients.order_by("pk").values_list("pk", flat=True))
    rows = Recipient.objects
    rows.filter(pk__in=keys[:2]).update(state="waiting", time_zone="Europe/Paris")
    rows.filter(pk__in=keys[2:5]).update(state="waiting", time_zone="")
    rows.filter(pk__in=keys[5:7]).update(state="left_out", reason="had enough mails")
    rows.filter(pk__in=keys[7:8]).update(state="left_out", reason="unsubscribed")
    rows.filter(pk__in=keys[8:9]).update(state="failed", reason="550 no such user")
    return campaign


def test_one_query_gives_what_counting_row_by_row_gives(house):
    campaign = mixed(house)
    people = list(campaign.recipients.all())
    with CaptureQueriesContext(connection) as asked:
        found = standing(recipients_of(house, campaign))
    assert len([one for one in asked if "campaigns_recipient" in one["sql"]]) == 1
    assert found == (
        Counter(row.state for row in people),
        Counter(row.reason for row in people if row.state == "left_out"),
        Counter(row.time_zone for row in people if row.state == "waiting"),
    )
    said = sending_state(house, campaign)
    assert [n for _, n in said["left_reasons"]] == [2, 1]
    assert sum(n for _, n, _ in said["states"]) == 12


def test_the_page_passes_over_the_recipients_once(house):
    campaign = mixed(house)
    browser = signed_in(house)
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(campaign.get_absolute_url())
    assert page.status_code == 200
    assert len([one for one in asked if 'FROM "campaigns_recipient"' in one["sql"]]) == 1


def test_what_came_of_the_offers_follows_the_page(house):
    agreed(3)
    campaign = offering(house, make_offer())
    browser = signed_in(house)
    assert "Oak" in browser.get(campaign.get_absolute_url()).content.decode()
    sent_out(house, campaign)
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(campaign.get_absolute_url()).content.decode()
    assert not [one for one in asked if 'FROM "campaigns_givenoffer"' in one["sql"]]
    part = f"{campaign.get_absolute_url()}?part=offers"
    assert f'hx-get="{part}"' in page
    offers = browser.get(part)
    ((offer, figures),) = offers.context["offers"]
    assert (offer.name, figures.given, figures.taken) == ("Oak", 3, 0)
    assert "<html" not in offers.content.decode()
