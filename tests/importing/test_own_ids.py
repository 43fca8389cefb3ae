"""What has no external id goes out under an id of ours, and is the same record when its file comes in again."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.models import Contact
from crm.models import Company
from leads.models import Lead
from orders.models import Product
from pipeline.models import Deal, Pipeline, Stage
from service.models import Queue, Ticket
from tests.crm.test_exporting import exported

pytestmark = pytest.mark.django_db
NAMES = st.lists(
    st.sampled_from(["Ada Berg", "Ada Berg", "Zoë O'Brien", "=SUM(A1)", "Oak, Ltd"]), min_size=1, max_size=4
)
SAID = ("organizations", "contacts", "products", "leads", "deals", "tickets")


def taken_in(kind, path, capsys):
    capsys.readouterr()
    call_command("import_data", kind, str(path), "--json")
    return json.loads(capsys.readouterr().out)


def make(names):
    """Records of every kind without an external id, hanging on each other; some share their names."""
    pipeline = Pipeline.objects.first() or Pipeline.objects.create(name="Sales")
    stage = pipeline.stages.first() or Stage.objects.create(pipeline=pipeline, name="First talk", position=1)
    queue = Queue.objects.first() or Queue.objects.create(name="Help")
    firm = None
    for name in names:
        firm = Contact.objects.create(kind="organization", name=name, parent=firm)
        person = Contact.objects.create(name=name, organization=firm)
        product = Product.objects.create(name=name)
        Lead.objects.create(name=name, email="lead@crm.example")
        Deal.objects.create(
            title=name, organization=firm, contact=person, pipeline=pipeline, stage=stage, product=product
        )
        opened_at = timezone.now() - dt.timedelta(hours=1)  # a file tells nothing of the future
        Ticket.objects.create(subject=name, contact=person, queue=queue, opened_at=opened_at)


class RoundTrips(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(names=NAMES, kind=st.sampled_from(SAID))
    def test_an_export_comes_in_again_as_what_is_there(self, names, kind):
        make(names)
        before = exported(kind, self.folder)
        assert len({row["external_id"] for row in before}) == len(before) >= len(names)
        said = taken_in(kind, self.folder / f"{kind}.csv", self.capsys)
        assert (said["created"], said["updated"], said["rejected"]) == (0, 0, 0), (kind, said)
        assert set(said["created_related_by_kind"]) <= {"stages"}, "a pipeline without endings gets them"
        assert exported(kind, self.folder) == before

    @pytest.fixture(autouse=True)
    def _at_hand(self, tmp_path, capsys):
        self.folder, self.capsys = tmp_path, capsys
        Company.objects.get_or_create(pk=1, defaults={"name": "Northwind"})


def test_what_was_edited_in_the_file_is_changed(tmp_path, capsys):
    ada = Contact.objects.create(name="Ada Berg")
    Contact.objects.create(name="Ada Berg")
    (row, _) = exported("contacts", tmp_path)
    path = tmp_path / "edited.csv"
    path.write_text(f"external_id,name,city\n{row['external_id']},Ada Winter,Leipzig\n")
    said = taken_in("contacts", path, capsys)
    assert (said["created"], said["updated"], Contact.objects.count()) == (0, 1, 2)
    ada.refresh_from_db()
    assert (ada.name, ada.external_id) == ("Ada Winter", row["external_id"])
    assert row["external_id"] in ada.search_text


def test_who_has_got_another_id_meanwhile_is_still_known(tmp_path, capsys):
    ada = Contact.objects.create(name="Ada Berg")
    exported("contacts", tmp_path)
    Contact.objects.filter(pk=ada.pk).update(external_id="C-7")
    said = taken_in("contacts", tmp_path / "contacts.csv", capsys)
    assert (said["unchanged"], said["created"], Contact.objects.get().external_id) == (1, 0, "C-7")


def test_the_same_number_of_another_house_is_somebody_else(tmp_path, capsys):
    ada = Contact.objects.create(name="Ada Berg")
    path = tmp_path / "theirs.csv"
    path.write_text(f"external_id,name\ncontact-{ada.pk}-00000000,Bo Lund\n")
    assert taken_in("contacts", path, capsys)["created"] == 1
    ada.refresh_from_db()
    assert (ada.name, ada.external_id) == ("Ada Berg", None)
