"""An id of ours in a file opens nothing: not what is out of reach, not what a refused row names, not the erased."""

import pytest
from django.utils import timezone

from contacts.models import Contact
from contacts.privacy.tables import ERASED
from crm.catalogue import import_kinds
from crm.choices import Role
from crm.importing.engine import import_file
from crm.importing.mapping import ImportOptions
from crm.models import RowChange, Team, User
from crm.own_ids import OwnIds
from leads.models import Lead
from orders.models import Product
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
CONTACT = OwnIds("contacts.contact", lambda chosen: None)
LEAD = OwnIds("leads.lead", lambda chosen: None)
PRODUCT = OwnIds("orders.product", lambda chosen: None)


def called(ids, record):
    return ids.model.objects.annotate(called=ids.told()).get(pk=record.pk).called


@pytest.fixture
def rep():
    return User.objects.create_user("rep@house.example", name="Rep", role=Role.REP, team=Team.objects.create(name="N"))


@pytest.fixture
def theirs():
    other = User.objects.create_user(
        "other@house.example", name="Other", role=Role.REP, team=Team.objects.create(name="S")
    )
    return Contact.objects.create(name="Ada Berg", owner=other, team=other.team)


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("contacts", "external_id,name\n{id},Mine now\n"),
        ("contacts", "external_id,organization\nx,{id}\n"),
        ("contacts", "external_id,parent_external_id\nx,{id}\n"),
        ("orders", "contact_external_id,ordered_at,amount\n{id},2026-01-01,5\n"),
        ("deals", "external_id,title,contact_external_id\nd,Roof,{id}\n"),
    ],
)
def test_nothing_is_written_on_what_is_out_of_reach(tmp_path, rep, theirs, kind, row):
    before = RowChange.objects.filter(table_name="contacts_contact", operation="U").count()
    result = brought_in(kind, written(tmp_path, row.format(id=called(CONTACT, theirs))), actor=rep)
    assert counts(result) == (0, 0, 0, 1)
    theirs.refresh_from_db()
    assert (theirs.name, theirs.external_id) == ("Ada Berg", None)
    assert RowChange.objects.filter(table_name="contacts_contact", operation="U").count() == before
    assert Contact.objects.count() == 1


def test_a_row_that_is_refused_leaves_no_id(tmp_path, rep):
    ada = Contact.objects.create(name="Ada Berg", owner=rep, team=rep.team)
    row = f"external_id,owner_email\n{called(CONTACT, ada)},other@else.example\n"
    assert counts(brought_in("contacts", written(tmp_path, row), actor=rep)) == (0, 0, 0, 1)
    ada.refresh_from_db()
    assert (ada.external_id, "contact-" in ada.search_text) == (None, False)


def test_what_stays_as_it_is_gets_no_id(tmp_path):
    ada = Contact.objects.create(name="Ada Berg")
    path = written(tmp_path, f"external_id,name\n{called(CONTACT, ada)},Ada Winter\n")
    brought_in("contacts", path, write="create")
    ada.refresh_from_db()
    assert (ada.name, ada.external_id) == ("Ada Berg", None)


def test_who_may_only_be_seen_is_linked_and_not_changed(tmp_path, rep):
    oak = Product.objects.create(name="Oak")
    ada = Contact.objects.create(name="Ada Berg", owner=rep, team=rep.team)
    line = f"{called(CONTACT, ada)},2026-01-01,{called(PRODUCT, oak)},5\n"
    path = written(tmp_path, f"contact_external_id,ordered_at,product_external_id,amount\n{line}")
    for expected in ((1, 0, 0, 0), (0, 0, 1, 0)):
        assert counts(brought_in("orders", path, actor=rep)) == expected
        oak.refresh_from_db()
        assert (oak.external_id, Product.objects.count()) == (None, 1)
    assert Contact.objects.get().external_id == called(CONTACT, ada)


def test_another_kind_of_record_is_not_meant(tmp_path):
    oak = Product.objects.create(name="Oak")
    brought_in("contacts", written(tmp_path, f"external_id,name\n{called(PRODUCT, oak)},Ada Berg\n"))
    oak.refresh_from_db()
    assert oak.external_id is None


def test_an_erased_person_does_not_come_back_into_their_row(tmp_path):
    ada = Contact.objects.create(name="Ada Berg")
    path = written(tmp_path, f"external_id,name,email\n{called(CONTACT, ada)},Ada Berg,ada@crm.example\n")
    Contact.objects.filter(pk=ada.pk).update(name="Erased", erased_at=timezone.now())
    brought_in("contacts", path)
    ada.refresh_from_db()
    assert (ada.name, ada.external_id, ada.points.count()) == ("Erased", None, 0)


def test_an_erased_lead_does_not_come_back_into_its_row(tmp_path):
    lead = Lead.objects.create(name="Ada Berg", email="ada@crm.example")
    path = written(tmp_path, f"external_id,name,email\n{called(LEAD, lead)},Ada Berg,ada@crm.example\n")
    Lead.objects.filter(pk=lead.pk).update(name=ERASED, email="", email_key="", sort_name="erased")
    brought_in("leads", path)
    lead.refresh_from_db()
    assert (lead.name, lead.email, lead.external_id) == (ERASED, "", None)


def test_a_trial_leaves_no_id(tmp_path):
    ada = Contact.objects.create(name="Ada Berg")
    path = written(tmp_path, f"external_id,name\n{called(CONTACT, ada)},Ada Winter\n")
    import_file(actor=None, kind=import_kinds()["contacts"], path=path, options=ImportOptions(), dry_run=True)
    assert list(Contact.objects.values_list("name", "external_id")) == [("Ada Berg", None)]
