"""The demo is taken away again, and what people made since is whole."""

from decimal import Decimal
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from analytics.models import RfmScore
from contacts.models import Contact, Interaction
from crm.acting import acting
from crm.choices import Door, JobState, Role
from crm.database.owner import as_owner
from crm.demo.removing.work import remove_demo, start_removing
from crm.jobs import run_job
from crm.kept_sums.keeping import differences
from crm.kept_sums.spec import kept_sums
from crm.models import Company, DemoLoad, JobRun, LogEntry, Note, User
from crm.notes.actions import add_note
from crm.past.upkeep import own_models
from orders.models import Order, OrderLine, Product
from pipeline.models import Deal, Pipeline, Stage
from tests.factories import make_contact, make_deal, make_interaction, make_order

pytestmark = pytest.mark.django_db(transaction=True)
SUMS = {one.table for one in kept_sums()}
STAYS = {
    *SUMS,
    "analytics_modelrun",
    "pipeline_quoteseries",
    "crm_rowchange",
    "crm_logentry",
    "crm_jobrun",
    "crm_company",
    "crm_demoload",
}


def counts() -> dict[str, int]:
    """Rows by table, of those that hold any."""
    with connection.cursor() as cursor:
        found = {}
        for model in own_models():
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(model._meta.db_table)))
            found[model._meta.db_table] = cursor.fetchone()[0]
    return {name: count for name, count in found.items() if count and name not in STAYS}


def remove() -> dict:
    with as_owner():
        return remove_demo(actor=None)


def test_nothing_is_left_of_a_demo_that_nobody_touched(load_demo):
    before = counts()
    load_demo()
    assert len(counts()) > len(before) + 60
    result = remove()
    assert counts() == before
    assert result["kept"] == []
    assert [wrong for one in kept_sums() for wrong in differences(one)] == []
    assert not Company.objects.get().is_demo
    assert LogEntry.objects.filter(verb="remove demo").count() == 1


@pytest.fixture
def own(load_demo):
    """A demo, and what a person of the house has written since: records of their own, and some on those of the demo."""
    load_demo()
    admin = User.objects.create_user("ada@crm.example", "a long pass phrase", name="Ada", role=Role.ADMIN)
    with acting(actor_id=admin.pk, request_id="own", door=Door.PAGE):
        customer = Contact.objects.filter(orders__isnull=False, organization=None).order_by("pk").first()
        product = Product.objects.order_by("pk").first()
        line = {"product": product, "quantity": 2, "amount": Decimal(12)}
        order = make_order(customer, number="CANARY-1", amount=Decimal(12), lines=(line,))
        noted = Contact.objects.filter(orders__isnull=True, kind="person").order_by("-pk").first()
        add_note(actor=admin, record=noted, text="CANARY note")
        stage = Stage.objects.filter(pipeline__deals__isnull=False, kind="open").order_by("-pk").first()
        deal = make_deal(
            stage, title="CANARY deal", contact=make_contact(name="CANARY own contact"), amount=Decimal(100)
        )
        Contact.objects.filter(pk=Contact.objects.order_by("pk")[7].pk).update(name="Only changed")
    return SimpleNamespace(admin=admin, customer=customer, product=product, order=order, noted=noted, deal=deal)


def test_what_people_made_since_is_whole_with_all_that_it_needs(own):
    stages = own.deal.pipeline.stages.count()
    result = remove()
    assert set(Contact.objects.values_list("pk", flat=True)) >= {own.customer.pk, own.noted.pk, own.deal.contact_id}
    assert Contact.objects.count() <= 6  # with firms and people that these need
    assert list(Order.objects.values_list("number", flat=True)) == ["CANARY-1"]
    assert list(OrderLine.objects.values_list("product", flat=True)) == [own.product.pk]
    assert list(Product.objects.values_list("pk", flat=True)) == [own.product.pk]
    assert own.customer.points.exists()  # its parts stay with it
    assert list(Note.objects.values_list("text", flat=True)) == ["CANARY note"]
    assert list(Deal.objects.values_list("title", flat=True)) == ["CANARY deal"]
    assert own.deal.pipeline.stages.count() == stages
    assert list(Pipeline.objects.values_list("pk", flat=True)) == [own.deal.pipeline_id]
    assert ["contacts", "orders", 1] in result["reasons"]
    assert ["contacts", "notes", 1] in result["reasons"]
    assert not Contact.objects.filter(name="Only changed").exists()


def test_sums_are_right_without_the_demo(own):
    remove()
    for job in JobRun.objects.filter(state=JobState.WAITING).order_by("pk"):
        run_job(job.pk)
    assert [wrong for one in kept_sums() for wrong in differences(one)] == []
    assert list(RfmScore.objects.values_list("contact", "frequency", "monetary")) == [(own.customer.pk, 1, 12)]
    states = JobRun.objects.exclude(kind="tidying").values_list("kind", "state")
    assert {state for _, state in states} == {JobState.DONE}, list(states)


def test_the_second_time_there_is_nothing_more_to_do_until_what_hung_on_it_is_gone(own):
    remove()
    left = counts()
    assert remove()["records"] == 0
    assert counts() == left
    OrderLine.objects.all().delete()
    Order.objects.all().delete()
    remove()
    assert not Contact.objects.filter(pk=own.customer.pk).exists()
    assert not Product.objects.exists()


def test_it_is_a_job_of_an_administrator_who_stays_able_to_sign_in(load_demo):
    load_demo()
    admin = User.objects.get(email="admin@example.com")  # one of the demo's own
    manager = User.objects.get(email="manager@example.com")
    with pytest.raises(ValidationError):
        start_removing(actor=manager)
    with acting(actor_id=manager.pk, request_id="own", door=Door.PAGE):
        make_contact(name="CANARY of the manager", owner=manager)
    job = start_removing(actor=admin)
    assert start_removing(actor=admin) == job
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    people = dict(User.objects.values_list("email", "is_active"))
    assert people == {"admin@example.com": True, "manager@example.com": False}
    assert job.result["records"] > 1000


def test_what_a_letter_a_form_and_a_machine_hung_on_the_demo_is_told_apart(load_demo):
    load_demo()
    first, second, third = Contact.objects.filter(kind="person", organization=None).order_by("pk")[:3]
    with acting(door=Door.FORM, request_id="form"):
        make_interaction(first, subject="CANARY by a form")
    with acting(door=Door.JOB):
        make_interaction(second, subject="by a machine")
    with acting(door=Door.API, request_id="api"):
        make_interaction(third, subject="CANARY by a program")
    remove()
    assert set(Interaction.objects.values_list("subject", flat=True)) == {"CANARY by a form", "CANARY by a program"}
    assert set(Contact.objects.values_list("pk", flat=True)) == {first.pk, third.pk}


def test_the_command_says_what_went_and_what_stayed(own):
    said = StringIO()
    call_command("remove_demo", stdout=said)
    assert "Removed:" in said.getvalue()
    assert "Kept:" in said.getvalue()
    assert User.objects.get(pk=own.admin.pk).is_active
    DemoLoad.objects.all().delete()
    call_command("remove_demo", stdout=said)
    assert "There is no demo to remove." in said.getvalue()
