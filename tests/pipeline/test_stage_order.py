"""The order of a pipeline's stages: only who says a place moves one, and won and lost stand behind the open ones."""

import pytest
from django.urls import reverse

from crm.choices import Role
from pipeline.actions import remove_stage, save_stage
from pipeline.models import Stage
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
NEW = "pipeline:stage_create"


@pytest.fixture
def manager():
    make.make_company()
    return make.make_user(Role.MANAGER)


def names_of(pipeline):
    return list(pipeline.stages.order_by("position", "pk").values_list("name", flat=True))


def numbers_of(pipeline):
    return list(pipeline.stages.order_by("position", "pk").values_list("position", flat=True))


def typed(client, stage, **changed):
    """Send the page of a stage as it was opened, but for these."""
    page = reverse("pipeline:stage_update", args=[stage.pk])
    form = form_in(client.get(page).content.decode(), "name")
    assert client.post(page, {**form.fields, **changed}).status_code == 302
    return form


def test_a_stage_that_is_edited_stays_where_it_stands(manager):
    pipeline = make.make_pipeline("A", "B", "C")
    client = make.signed_in(manager)
    remove_stage(actor=manager, stage=pipeline.stages.get(name="B"))
    assert numbers_of(pipeline) == [1, 2, 3, 4]
    for name in ("C", "A", "Won", "Lost"):
        typed(client, pipeline.stages.get(name=name), expected_days="8")
        assert names_of(pipeline) == ["A", "C", "Won", "Lost"]
    assert set(pipeline.stages.values_list("expected_days", flat=True)) == {8}


def test_numbers_with_gaps_are_places_all_the_same(manager):
    pipeline = make.make_pipeline("A", "B", "C")
    for stage in pipeline.stages.all():
        Stage.objects.filter(pk=stage.pk).update(position=stage.position * 10)
    client = make.signed_in(manager)
    form = typed(client, pipeline.stages.get(name="B"), probability="30")
    assert form.fields["position"] == ["2"]
    assert (names_of(pipeline), numbers_of(pipeline)) == (["A", "B", "C", "Won", "Lost"], [10, 20, 30, 40, 50])
    typed(client, pipeline.stages.get(name="C"), position="2")
    assert (names_of(pipeline), numbers_of(pipeline)) == (["A", "C", "B", "Won", "Lost"], [1, 2, 3, 4, 5])
    typed(client, pipeline.stages.get(name="A"), position="")
    assert names_of(pipeline) == ["A", "C", "B", "Won", "Lost"]


def test_no_open_stage_stands_behind_won_and_won_stands_nowhere_else(manager):
    pipeline = make.make_pipeline("A", "B")
    client = make.signed_in(manager)
    typed(client, pipeline.stages.get(name="A"), position="99")
    assert names_of(pipeline) == ["B", "A", "Won", "Lost"]
    won, lost = pipeline.stages.get(kind="won"), pipeline.stages.get(kind="lost")
    assert "position" not in typed(client, won, position="1").fields
    save_stage(actor=manager, stage=lost, fields={"position": 1})
    assert names_of(pipeline) == ["B", "A", "Won", "Lost"]
    lost.delete()
    sent = {"pipeline": pipeline.pk, "name": "Gone", "kind": "lost", "position": "1"}
    assert client.post(reverse(NEW), sent).status_code == 302
    assert names_of(pipeline) == ["B", "A", "Won", "Gone"]


def test_a_new_stage_stands_behind_the_last_open_one_of_the_pipeline_that_was_chosen(manager):
    short, long = make.make_pipeline("A"), make.make_pipeline("A", "B", "C")
    client = make.signed_in(manager)
    form = form_in(client.get(f"{reverse(NEW)}?pipeline={short.pk}").content.decode(), "name")
    assert form.fields["pipeline"] == [str(short.pk)]
    assert client.post(reverse(NEW), {**form.fields, "pipeline": long.pk, "name": "D"}).status_code == 302
    assert names_of(long) == ["A", "B", "C", "D", "Won", "Lost"]
    assert client.post(reverse(NEW), {"pipeline": long.pk, "name": "E", "kind": "open", "position": "0"}).status_code
    assert names_of(long) == ["E", "A", "B", "C", "D", "Won", "Lost"]
