"""The reasons that are offered when a deal ends, as managers keep them; the order of stages in the administration."""

import pytest
from django.urls import reverse

from crm.choices import Role
from crm.models import LogEntry
from pipeline.actions import move_deal, save_reason
from pipeline.models import Deal, OutcomeReason, Stage
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
LIST = "/pipeline/set-up/reasons/"


@pytest.fixture
def manager():
    make.make_company()
    return make.make_user(Role.MANAGER)


def offered(outcome="lost"):
    return list(OutcomeReason.objects.filter(outcome=outcome).values_list("name", flat=True))


def made(*names, outcome="lost"):
    return [save_reason(actor=None, reason=None, fields={"outcome": outcome, "name": name}) for name in names]


def test_a_reason_stands_where_it_was_put_and_the_others_make_room(manager):
    made("Price", "No budget")
    made("Service", outcome="won")
    client = make.signed_in(manager)
    sent = {"outcome": "lost", "name": "No decision", "position": "2"}
    assert client.post(reverse("pipeline:reason_create"), sent).headers["Location"] == LIST
    assert (offered(), offered("won")) == (["Price", "No decision", "No budget"], ["Service"])
    page = reverse("pipeline:reason_update", args=[OutcomeReason.objects.get(name="No budget").pk])
    form = form_in(client.get(page).content.decode(), "name")
    assert form.fields["position"] == ["3"]
    client.post(page, {**form.fields, "name": "No money", "position": "1"})
    assert offered() == ["No money", "Price", "No decision"]
    entry = LogEntry.objects.filter(model="pipeline.outcomereason", verb="change").first()
    assert entry.summary == "Changed name, position of the reason “No money” of lost deals"
    client.post(page, {**form_in(client.get(page).content.decode(), "name").fields, "position": ""})
    assert offered() == ["No money", "Price", "No decision"]


def test_a_name_that_is_offered_already_is_refused_whatever_its_case(manager):
    made("Price", "No budget")
    client = make.signed_in(manager)
    second = OutcomeReason.objects.get(name="No budget")
    for url in (reverse("pipeline:reason_create"), reverse("pipeline:reason_update", args=[second.pk])):
        answer = client.post(url, {"outcome": "lost", "name": "price"})
        assert (answer.status_code, "of that name already" in answer.content.decode()) == (422, True)
    assert client.post(reverse("pipeline:reason_create"), {"outcome": "won", "name": "Price"}).status_code == 302
    assert client.post(reverse("pipeline:reason_create"), {"outcome": "open", "name": "Price"}).status_code == 422
    assert (offered(), offered("won")) == (["Price", "No budget"], ["Price"])


def test_deals_that_ended_keep_their_words_whatever_becomes_of_the_reason(manager):
    price, _budget = made("Price", "No budget")
    stages = make.make_pipeline("A").stages
    deal = make.make_deal(stages.get(name="A"))
    move_deal(actor=manager, deal=deal, version=deal.version, stage=stages.get(kind="lost"), reason="Price")
    client = make.signed_in(manager)
    page = client.get(LIST).content.decode()
    assert "/deals/?outcome=lost&amp;reason=Price" in page
    assert deal.title in client.get("/deals/?outcome=lost&reason=Price").content.decode()
    save_reason(actor=manager, reason=price, fields={"name": "Too dear"})
    page = client.post(reverse("pipeline:reason_remove", args=[price.pk]), follow=True).content.decode()
    assert "Too dear” is not offered any more" in page
    assert (offered(), OutcomeReason.objects.get().position) == (["No budget"], 1)
    assert Deal.objects.get().reason == "Price"
    assert client.post(reverse("pipeline:reason_remove", args=[price.pk])).status_code == 404


def test_the_page_without_a_reason_says_what_to_do_and_a_rep_may_only_look(manager):
    page = make.signed_in(manager).get(LIST).content.decode()
    assert page.count("No reason is offered yet") == 2
    assert "Write down the few" in page
    made("Price")
    page = make.signed_in(make.make_user(Role.REP)).get(LIST).content.decode()
    assert "A manager says which reasons" in page
    assert "Price" in page
    assert not any(words in page for words in ("New reason", "reasons/new", "/remove/"))


def test_the_administration_refuses_an_end_before_an_open_stage(manager):
    pipeline = make.make_pipeline("A", "B")
    admin = make.signed_in(make.make_user(Role.ADMIN))

    def sent(stage, position):
        page = reverse("admin:pipeline_stage_change", args=[stage.pk])
        form = form_in(admin.get(page).content.decode(), "position")
        answer = admin.post(page, {**form.fields, "position": position})
        return answer.status_code, answer.content.decode()

    won, second = pipeline.stages.get(kind="won"), pipeline.stages.get(name="B")
    assert (won.position, second.position) == (3, 2)
    for stage, position, words in ((won, "1", "go above the 2 of “B”"), (second, "3", "stay below it")):
        status, page = sent(stage, position)
        assert (status, words in page) == (200, True)
    assert list(pipeline.stages.order_by("position").values_list("name", flat=True)) == ["A", "B", "Won", "Lost"]
    assert sent(won, "9")[0] == 302
    assert sent(second, "3")[0] == 302
    new = {
        "pipeline": pipeline.pk,
        "name": "C",
        "kind": "open",
        "position": "9",
        "required_fields": "",
        "checklist": "",
    }
    refused = admin.post(reverse("admin:pipeline_stage_add"), new).content.decode()
    assert "“Lost” ends deals and has number 4" in refused
    assert Stage.objects.filter(name="C").count() == 0


def test_a_reason_that_moved_because_another_came_is_no_conflict_and_stays_where_it_stands(manager):
    price, budget = made("Price", "No budget")
    client = make.signed_in(manager)
    page = reverse("pipeline:reason_update", args=[budget.pk])
    form = form_in(client.get(page).content.decode(), "name")
    save_reason(actor=None, reason=None, fields={"outcome": "lost", "name": "No decision", "position": 1})
    assert client.post(page, {**form.fields, "name": "No money"}).status_code == 302
    assert offered() == ["No decision", "Price", "No money"]
    form = form_in(client.get(page).content.decode(), "name")
    assert client.post(page, {**form.fields, "position": "1"}).status_code == 302
    assert offered() == ["No money", "No decision", "Price"]
    assert price.name == "Price"


def test_the_administration_refuses_a_reason_that_differs_by_large_letters_alone(manager):
    made("Price")
    admin = make.signed_in(make.make_user(Role.ADMIN))
    answer = admin.post("/admin/pipeline/outcomereason/add/", {"outcome": "lost", "name": "PRICE", "position": "2"})
    assert "There is a reason of that name already." in answer.content.decode()
    assert offered() == ["Price"]
