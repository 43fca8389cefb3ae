"""Pipelines and stages that several people set up at once, while deals go through them."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from crm.choices import Role
from pipeline.actions import create_pipeline, make_ready_pipeline, move_deal, remove_stage, save_reason
from pipeline.models import Deal, OutcomeReason, Pipeline, Stage
from tests import factories as make
from tests.concurrency.forms import form_in
from tests.concurrency.racing import at_once, beside, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager():
    make.make_company()
    return make.make_user(Role.MANAGER)


def test_the_page_of_a_stage_waits_for_the_pipeline_and_holds_no_stage_meanwhile(manager):
    pipeline = make.make_pipeline("A", "B", "C")
    third = pipeline.stages.get(name="C")
    client, page = make.signed_in(manager), reverse("pipeline:stage_update", args=[third.pk])
    form = form_in(client.get(page).content.decode(), "name")
    answers = []
    with transaction.atomic():
        Pipeline.objects.select_for_update().get(pk=pipeline.pk)
        other = beside(lambda: answers.append(client.post(page, {**form.fields, "position": "1"}).status_code))
        until_somebody_waits()
        assert Stage.objects.select_for_update(nowait=True).filter(pipeline=pipeline).count() == 5
        assert len(Stage.objects.select_for_update(nowait=True).filter(pipeline=pipeline)) == 5
    other.join(30)
    assert answers == [302]
    assert list(pipeline.stages.values_list("name", flat=True)) == ["C", "A", "B", "Won", "Lost"]


def test_a_stage_that_a_deal_is_on_its_way_into_is_not_taken_away(manager):
    pipeline = make.make_pipeline("A", "B")
    first, second = pipeline.stages.filter(kind="open")
    deal, pages = make.make_deal(first), []
    client, address = make.signed_in(manager), reverse("pipeline:stage_remove", args=[second.pk])
    with transaction.atomic():
        move_deal(actor=manager, deal=deal, version=deal.version, stage=second)
        other = beside(lambda: pages.append(client.post(address, follow=True).content.decode()))
        until_somebody_waits()
    other.join(30)
    assert "rename it instead" in pages[0]
    assert Deal.objects.get().stage == second


def test_no_deal_comes_into_a_stage_that_is_being_taken_away(manager):
    pipeline = make.make_pipeline("A", "B")
    first, second = pipeline.stages.filter(kind="open")
    deal, refused = make.make_deal(first), []

    def move():
        with pytest.raises(ValidationError, match="taken away meanwhile") as error:
            move_deal(actor=manager, deal=deal, version=deal.version, stage=second)
        refused.append(error.value)

    with transaction.atomic():
        remove_stage(actor=manager, stage=Stage.objects.get(pk=second.pk))
        other = beside(move)
        until_somebody_waits()
    other.join(30)
    assert len(refused) == 1
    assert Deal.objects.get().stage == first
    page = make.signed_in(manager).post(reverse("pipeline:stage_remove", args=[second.pk]))
    assert page.status_code == 404


def test_pipelines_of_one_name_are_numbered_or_refused(manager):
    made = at_once([partial(make_ready_pipeline, actor=manager, key="sales") for _ in range(4)])
    assert sorted(one.name for one in made) == ["Sales", "Sales 2", "Sales 3", "Sales 4"]

    def own():
        try:
            return create_pipeline(actor=manager, name="Cars", stages=["Wish"]).name
        except ValidationError as error:
            return list(error.message_dict)

    assert sorted(map(str, at_once([own, own]))) == ["Cars", "['name']"]


def test_a_pipeline_is_not_renamed_to_the_name_of_one_that_is_being_made(manager):
    page = reverse("pipeline:pipeline_update", args=[make.make_pipeline("A", name="Ours").pk])
    client, answers = make.signed_in(manager), []
    form = form_in(client.get(page).content.decode(), "name")
    with transaction.atomic():
        create_pipeline(actor=manager, name="Cars", stages=["Wish"])
        other = beside(lambda: answers.append(client.post(page, {**form.fields, "name": "Cars"})))
        until_somebody_waits()
    other.join(30)
    assert (answers[0].status_code, "already exists" in answers[0].content.decode()) == (422, True)
    assert sorted(Pipeline.objects.values_list("name", flat=True)) == ["Cars", "Ours"]


def test_a_reason_of_one_name_is_offered_once_whoever_writes_it_down(manager):
    def own():
        try:
            return save_reason(actor=manager, reason=None, fields={"outcome": "lost", "name": "Price"}).position
        except ValidationError as error:
            return list(error.message_dict)

    assert sorted(map(str, at_once([own, own, own]))) == ["1", "['name']", "['name']"]
    assert OutcomeReason.objects.count() == 1
