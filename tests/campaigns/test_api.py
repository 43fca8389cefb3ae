"""The API of sending: what the pages do, a program does by the same actions."""

import pytest

from campaigns.models import Campaign, Offer, SendingRules
from campaigns.sending.engine import run_campaign
from crm.choices import Role
from crm.models import OutgoingMail
from tests.api.calls import Caller
from tests.campaigns.sample import agreed, let_leave, segment_of
from tests.factories import make_company, make_token, make_user

BLOCKS = [{"kind": "text", "text": "{{offer}} for {{first_name|you}}: {{offer_code}}"}]


@pytest.fixture
def mia(db):
    make_company()
    return make_user(Role.MARKETER)


def version(answer) -> int:
    return answer.json()["version"]


def test_a_program_plans_offers_sends_and_reads_what_came_of_it(mia):
    SendingRules.objects.create(pk=1, approval_above=3)
    people, segment = agreed(5), segment_of("p")
    call, second = Caller(make_token(mia)), Caller(make_token(make_user(Role.MANAGER)))
    offer = call.post("/offers", {"name": "Oak", "benefit_value": "15", "margin_amount": "12"}).json()
    assert (offer["given"], offer["taken"], offer["version"]) == (0, 0, 1)
    made = call.post("/campaigns", {"name": "Spring"}).json()
    path = f"/campaigns/{made['id']}"
    assert call.post(f"{path}/check").json()["faults"]
    refused = call.patch(f"{path}/audience", {"segment_ids": [0], "version": made["version"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "segment_ids")
    whom = {"segment_ids": [segment.pk], "offer_ids": [offer["id"]], "control_share": "0", "version": made["version"]}
    changed = call.patch(f"{path}/audience", whom)
    assert changed.json()["offer_ids"] == [offer["id"]]
    assert call.patch(f"{path}/audience", whom).status_code == 409
    wrong = call.post(f"{path}/variants", {"name": "A", "subject": "{{nobody}}", "blocks": BLOCKS})
    assert wrong.json()["errors"][0]["field"] == "subject"
    said = call.post(f"{path}/variants", {"name": "A", "subject": "Oak", "blocks": [{"kind": "button", "text": "Go"}]})
    assert "whole web address" in said.json()["errors"][0]["message"]
    variant = call.post(f"{path}/variants", {"name": "A", "subject": "Oak", "blocks": BLOCKS}).json()
    variant = call.patch(f"/campaigns/variants/{variant['id']}", {"subject": "Ash"}).json()
    assert (variant["subject"], variant["blocks"]) == ("Ash", BLOCKS)

    seen = call.post(f"{path}/check").json()
    assert (seen["faults"], seen["reached"], seen["needs_approval"]) == ([], 5, True)
    assert seen["offers"] == [{"offer_id": offer["id"], "count": 5}]
    tried = {"variant_id": variant["id"], "contact_id": people[0].pk}
    assert [call.post(f"{path}/test", tried, Idempotency_Key="k1").status_code for _ in range(2)] == [202, 202]
    assert OutgoingMail.objects.filter(subject="[Test] Ash").count() == 1
    assert call.post(f"{path}/launch").status_code == 422
    assert call.post(f"{path}/ask").status_code == 200
    assert call.post(f"{path}/approve").status_code == 422
    assert second.post(f"{path}/approve").json()["approved_at"]
    assert call.post(f"{path}/launch").json()["state"] == "sending"
    assert call.post(f"{path}/launch").status_code == 422
    assert call.post(f"{path}/pause").json()["state"] == "paused"
    assert call.post(f"{path}/resume").json()["state"] == "sending"
    campaign = Campaign.objects.get()
    run_campaign(campaign.pk)
    let_leave(campaign)
    rows = call.pages(f"{path}/recipients", {"page_size": 2})
    assert [row["contact_id"] for row in rows] == [one.pk for one in people]
    assert {(row["state"], row["variant"], row["offer_id"]) for row in rows} == {("sent", "A", offer["id"])}
    assert len({row["offer_code"] for row in rows}) == 5
    assert call.get(f"/offers/{offer['id']}").json()["given"] == 5
    assert call.post(f"{path}/cancel").status_code == 422
    assert call.patch(f"/campaigns/variants/{variant['id']}", {"subject": "Elm"}).status_code == 422
    assert Offer.objects.get().version == 1


def test_an_order_brings_its_code_by_the_api(mia):
    (person,) = agreed(1)
    call = Caller(make_token(make_user(Role.MANAGER)))
    order = {"contact_id": person.pk, "offer_code": "k7qw-m2xd-9hpa", "lines": [{"amount": "9"}]}
    made = call.post("/orders", order)
    assert (made.status_code, made.json()["offer_code"]) == (201, "k7qw-m2xd-9hpa")
