"""Pipelines and their stages, as managers set them up: any number, in order, with what each asks for."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.choices import Role
from crm.models import LogEntry
from pipeline.actions import MissingBeforeMove, create_pipeline, move_deal, open_deal, remove_stage, save_stage
from pipeline.models import Pipeline, Stage
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
LIST = "/pipeline/set-up/"


@pytest.fixture
def manager():
    make.make_company()
    return make.make_user(Role.MANAGER)


def names_of(pipeline):
    return list(pipeline.stages.order_by("position", "pk").values_list("name", flat=True))


def test_a_pipeline_is_made_of_the_names_of_its_stages(manager):
    client = make.signed_in(manager)
    sent = {"name": "Cars", "stages": "Wish known\n\n Test drive \nOffer"}
    assert client.post(reverse("pipeline:pipeline_create"), sent).headers["Location"] == LIST
    pipeline = Pipeline.objects.get(name="Cars")
    assert list(pipeline.stages.values_list("name", "kind")) == [
        ("Wish known", "open"), ("Test drive", "open"), ("Offer", "open"), ("Won", "won"), ("Lost", "lost"),
    ]  # fmt: skip
    assert LogEntry.objects.filter(verb="create", model="pipeline.pipeline").count() == 1
    page = client.get(f"/pipeline/?pipeline={pipeline.pk}").content.decode()
    assert "Test drive" in page
    for wrong in ({"name": "cars", "stages": "Wish\nwish"}, {"name": "Cars", "stages": "Wish"}, {"name": "X"}):
        assert client.post(reverse("pipeline:pipeline_create"), wrong).status_code == 422
    assert Pipeline.objects.count() == 1


def test_a_stage_stands_where_it_was_put_and_the_others_make_room(manager):
    pipeline = make.make_pipeline("First", "Second")
    client = make.signed_in(manager)
    sent = {
        "pipeline": pipeline.pk, "name": "Trial", "kind": "open", "position": "2", "probability": "40",
        "expected_days": "9", "required_fields": ["amount", "product"], "checklist": "Keys are back, and clean\nPaid",
    }  # fmt: skip
    assert client.post(reverse("pipeline:stage_create"), sent).status_code == 302
    assert names_of(pipeline) == ["First", "Trial", "Second", "Won", "Lost"]
    trial = Stage.objects.get(name="Trial")
    assert (trial.probability, trial.expected_days, trial.required_fields, trial.checklist) == (
        40, 9, ["amount", "product"], ["Keys are back, and clean", "Paid"],
    )  # fmt: skip
    save_stage(actor=manager, stage=trial, fields={"position": 1})
    assert names_of(pipeline) == ["Trial", "First", "Second", "Won", "Lost"]
    page = client.get(LIST).content.decode()
    assert all(words in page for words in ("Amount, Product", "Keys are back, and clean; Paid", "40 %", "9 d"))
    deal = open_deal(
        actor=manager, fields={"title": "Frames", "pipeline": pipeline, "stage": pipeline.stages.get(name="First")}
    )
    with pytest.raises(MissingBeforeMove):
        move_deal(actor=manager, deal=deal, version=deal.version, stage=trial)


def test_a_name_or_an_end_that_is_there_already_is_refused_in_words(manager):
    pipeline = make.make_pipeline("First", "Second")
    client = make.signed_in(manager)
    for name, kind, words in (("Second", "open", "has a stage of that name"), ("Sold", "won", "one stage for won")):
        sent = {"pipeline": pipeline.pk, "name": name, "kind": kind, "position": "1"}
        answer = client.post(reverse("pipeline:stage_create"), sent)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    first = pipeline.stages.get(name="First")
    answer = client.post(reverse("pipeline:stage_update", args=[first.pk]), {"name": "Second", "position": "1"})
    assert (answer.status_code, "has a stage of that name" in answer.content.decode()) == (422, True)
    assert names_of(pipeline) == ["First", "Second", "Won", "Lost"]


def test_a_stage_is_taken_away_only_while_no_deal_was_ever_in_it(manager):
    pipeline = make.make_pipeline("First", "Second", "Third")
    first, second, third = pipeline.stages.filter(kind="open")
    deal = make.make_deal(first)
    move_deal(actor=manager, deal=deal, version=deal.version, stage=second)
    client = make.signed_in(manager)
    for stage, words in ((first, "rename it instead"), (second, "rename it instead"), (third, "is taken away")):
        page = client.post(reverse("pipeline:stage_remove", args=[stage.pk]), follow=True).content.decode()
        assert words in page
    assert names_of(pipeline) == ["First", "Second", "Won", "Lost"]
    alone = create_pipeline(actor=None, name="Alone", stages=["Only"])
    for stage in alone.stages.all():
        with pytest.raises(ValidationError, match="needs an open stage"):
            remove_stage(actor=manager, stage=stage)


def test_ready_pipelines_can_be_added_beside_others_and_a_rep_may_only_look(manager):
    make.make_pipeline("First", name="Ours")
    client = make.signed_in(manager)
    assert "Car sale with a test drive" in client.get(LIST).content.decode()
    client.post(reverse("pipeline:pipeline_start"), {"key": "car"})
    client.post(reverse("pipeline:pipeline_start"), {"key": "saas"})
    assert list(Pipeline.objects.values_list("name", flat=True)) == [
        "Ours", "Car sale with a test drive", "Software with a demo",
    ]  # fmt: skip
    page = make.signed_in(make.make_user(Role.REP)).get(LIST).content.decode()
    assert "Test drive was done" in page
    assert not any(words in page for words in ("Ready pipelines", "New pipeline", "stages/new"))


def test_a_ready_pipeline_is_added_once_for_a_form_that_is_sent_twice(manager):
    client = make.signed_in(manager)
    for page, names in (("/pipeline/", ["Sales"]), (LIST, ["Sales", "Sales 2"])):
        form = form_in(client.get(page).content.decode(), "key")
        assert form.fields["key"] == ["sales"]
        answers = [client.post(reverse("pipeline:pipeline_start"), form.fields) for _ in range(2)]
        assert list(Pipeline.objects.values_list("name", flat=True)) == names
        assert {answer.headers["Location"] for answer in answers} == {Pipeline.objects.last().get_absolute_url()}


def test_a_name_of_a_stage_that_is_too_long_is_refused_in_words(manager):
    client = make.signed_in(manager)
    sent = {"name": "Cars", "stages": f"Wish known\n{'x' * 121}"}
    answer = client.post(reverse("pipeline:pipeline_create"), sent)
    assert (answer.status_code, "Line 2" in answer.content.decode()) == (422, True)
    for name, words in (("x" * 121, "at most 120"), ("", "cannot be blank")):
        with pytest.raises(ValidationError, match=words) as refused:
            create_pipeline(actor=manager, name="Cars", stages=["Wish known", name])
        assert list(refused.value.message_dict) == ["stages"]
    assert not Pipeline.objects.exists()
