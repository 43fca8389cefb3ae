"""What the search for duplicates reads, and what it leaves: odd digits, contacts who come meanwhile, erasures."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.models import DuplicateBasis, ModelRun
from analytics.runs import run_steps
from analytics.steps.duplicate_facts import read_facts, read_points
from contacts.choices import PointKind
from contacts.models import Contact, ContactPoint
from crm.choices import Role
from crm.models import Company
from tests.factories import make_company, make_contact, make_team, make_user, signed_in
from tests.past.duplicate_actions import make_pair

DAY = dt.date(2026, 6, 30)


def analyzed(asked: str = "all") -> dict:
    parameters = {"duplicates": {"compare": asked}}
    (run,) = run_steps(actor=None, as_of=DAY, only=["duplicates"], parameters=parameters)
    return run.metrics


class ErasesBeforeItIsKept:
    """Somebody is erased when all are read and compared, and nothing is written."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        if message == "Writing pairs down":
            Contact.objects.filter(pk=self.contact.pk).update(erased_at=timezone.now(), archived_at=timezone.now())


def phone(contact: Contact, normalised: str) -> None:
    kind, is_first = PointKind.PHONE, not contact.points.exists()
    ContactPoint.objects.create(
        contact=contact, kind=kind, value=normalised, normalised=normalised, is_primary=is_first
    )


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["", "0113 4960188"])
def test_phones_in_digits_of_other_scripts_are_nobody_s_value(other):
    make_company()
    people = [make_contact(name=f"Mia Berg {n}", last_name="Berg") for n in range(3)]
    for one in people:
        phone(one, "\u0660\u0661\u0662\u0663")
    if other:
        phone(people[1], other)
    facts = read_facts("person")
    places, codes = facts.shared["phone"]
    assert facts.columns["phone"].values.tolist() == (["134960188"] if other else [])
    assert (places.tolist(), codes.tolist()) == (([1], [0]) if other else ([], []))
    assert facts.columns["phone"].codes.tolist() == ([-1, 0, -1] if other else [-1, -1, -1])
    assert analyzed()["contacts"] == 3


@pytest.mark.django_db
def test_who_comes_between_facts_and_points_gives_nobody_a_number():
    make_company()
    people = [make_contact(name="Mia Berg"), make_contact(name="Grace Hopper"), make_contact(name="Edsger Dijkstra")]
    phone(people[0], "+441134960001")
    phone(people[2], "+441134960003")
    Contact.objects.filter(pk=people[1].pk).update(archived_at=timezone.now())
    facts = read_facts("person")
    Contact.objects.filter(pk=people[1].pk).update(archived_at=None)
    phone(people[1], "+441134960002")
    phone(make_contact(name="Ada Lovelace"), "+441134960004")
    read_points(facts, "person")
    column = facts.columns["phone"]
    assert facts.ids.tolist() == [people[0].pk, people[2].pk]
    assert [column.values[code] for code in column.codes] == ["134960001", "134960003"]
    assert facts.shared["phone"][0].tolist() == [0, 1]
    assert column.known == 2


@pytest.mark.django_db
def test_who_is_erased_while_all_are_compared_is_in_no_basis():
    make_company()
    people = [make_contact(name=name, emails=("mia@mail.example",)) for name in ("Mia Berg", "M Berg")]
    run_steps(actor=None, as_of=DAY, only=["duplicates"], progress=ErasesBeforeItIsKept(people[0]))
    assert ModelRun.objects.get().metrics["contacts"] == 2
    assert not DuplicateBasis.objects.exists()


@pytest.mark.django_db
def test_the_day_of_the_last_full_comparison_is_the_company_s():
    make_company()
    Company.objects.update(time_zone="Pacific/Auckland")
    for name in ("Mia Berg", "M Berg"):
        make_contact(name=name, emails=("mia@mail.example",))
    analyzed()
    evening = timezone.now().replace(hour=20, minute=0) - dt.timedelta(days=2)
    DuplicateBasis.objects.update(full_at=evening)
    (_, said, *_) = analyzed("changed")["sentences"]
    assert f"on {(evening + dt.timedelta(days=1)).day}" in said.replace("\xa0", " ")


@pytest.mark.django_db
def test_how_many_contacts_there_are_is_told_to_who_sees_them_all():
    make_company()
    rep = make_user(Role.REP, team=make_team())
    mine = [make_contact(name=name, owner=rep) for name in ("Mia Berg", "M Berg")]
    make_pair(*mine)
    for said in ({"full_at": ""}, {"full_at": "2026-06-28T02:00:00+00:00"}):
        metrics = {"contacts": 4321, "changed": 987, "compared": 65432, **said}
        ModelRun.objects.create(step="duplicates", as_of=DAY, row_count=1, metrics=metrics)
        page = signed_in(rep).get(reverse("duplicates:pair_list")).content.decode()
        assert "All were last compared with one another" in page
        assert not any(figure in page for figure in ("4,321", "987", "65,432"))
        page = signed_in(make_user(Role.MANAGER)).get(reverse("duplicates:pair_list")).content.decode()
        assert "4,321" in page
