"""Can they pay, do they want to buy: what is asked of whom, and the verdict with its reason."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import ChecklistAnswer, ChecklistItem
from tests.factories import make_lead, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def questions(house):
    return [
        ChecklistItem.objects.create(position=1, kind="need", text="What for?", is_needed=True),
        ChecklistItem.objects.create(position=2, kind="budget", text="Tender?", markets=["government"], is_needed=True),
    ]


def test_a_market_category_has_its_own_questions(house, questions):
    client = signed_in(house.manager)
    texts = {
        market: client.get(reverse("leads:lead_qualify", args=[make_lead(market=market).pk])).content.decode()
        for market in ("consumer", "government")
    }
    assert ("Tender?" in texts["consumer"], "Tender?" in texts["government"]) == (False, True)


def test_nobody_is_qualified_without_a_needed_yes_and_the_answers_stay_typed(house, questions):
    lead, client = make_lead(owner=house.rep, team=house.rep.team), signed_in(house.rep)
    need, url = questions[0].pk, reverse("leads:lead_qualify", args=[lead.pk])
    opened = client.get(url).content.decode().split('name="opened" value="')[1].split('"')[0].replace("&quot;", '"')
    sent = {f"{need}-found": "no", f"{need}-note": "They only look", "verdict": "qualified", "opened": opened}
    refused = client.post(url, sent)
    assert (refused.status_code, "needs a yes to: What for?" in refused.content.decode()) == (422, True)
    assert "They only look" in refused.content.decode()
    assert not ChecklistAnswer.objects.exists()
    assert client.post(url, sent | {f"{need}-found": "yes", "reason": "Sixty frames"}).status_code == 302
    lead.refresh_from_db()
    answer = ChecklistAnswer.objects.get()
    assert (lead.status, lead.qualified_at is not None, answer.found, answer.user) == (
        "qualified", True, "yes", house.rep,
    )  # fmt: skip


def test_not_yet_comes_back_on_a_day(house, questions):
    lead, client = make_lead(owner=house.rep, team=house.rep.team), signed_in(house.rep)
    url = reverse("leads:lead_qualify", args=[lead.pk])
    opened = client.get(url).content.decode().split('name="opened" value="')[1].split('"')[0].replace("&quot;", '"')
    day = timezone.localdate() + dt.timedelta(days=30)
    sent = {"verdict": "nurturing", "recycle_on": "", "opened": opened}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, sent | {"recycle_on": day.isoformat()}).status_code == 302
    lead.refresh_from_db()
    assert (lead.status, lead.recycle_on) == ("nurturing", day)


def test_questions_are_edited_by_managers(house, questions):
    page = signed_in(house.manager).get(reverse("leads:checklist")).content.decode()
    assert "a yes is needed" in page
    assert signed_in(house.rep).get(reverse("leads:item_create")).status_code == 403
    url = reverse("leads:item_update", args=[questions[0].pk])
    sent = {"text": "What is it for?", "kind": "need", "position": "1", "is_needed": "on", "is_active": "on"}
    assert signed_in(house.manager).post(url, sent).status_code == 302
    questions[0].refresh_from_db()
    assert questions[0].text == "What is it for?"


def test_a_new_house_begins_with_the_usual_questions_once(house):
    client, address = signed_in(house.manager), reverse("leads:checklist_start")
    assert "Begin with these" in client.get(reverse("leads:checklist")).content.decode()
    assert "Begin with these" not in signed_in(house.rep).get(reverse("leads:checklist")).content.decode()
    for _ in range(2):
        assert client.post(address).status_code == 302
    asked = list(ChecklistItem.objects.values_list("kind", "is_needed"))
    assert asked == [("need", True), ("budget", True), ("authority", False), ("timing", False)]
    page = client.get(reverse("leads:checklist")).content.decode()
    assert "Begin with these" not in page
    assert "whoever decides" in page
