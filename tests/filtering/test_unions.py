"""A search in several places at once stops early, and gives the rows that it gives without stopping."""

from __future__ import annotations

import pytest
from django.db.models import Q
from django.db.models.expressions import RawSQL

from contacts.models import Contact
from crm.filtering import matches, unions
from crm.filtering.keyset import Sort
from crm.filtering.matches import Matches
from crm.filtering.unions import first_hits, hits_among
from tests import factories as make

pytestmark = pytest.mark.django_db


def union():
    wood, leeds = Contact.objects.filter(industry="wood"), Contact.objects.filter(search_text__contains="leeds")
    return wood.order_by().values("pk").union(leeds.order_by().values("pk"), all=True)


def searched(rows=None) -> Matches:
    rows = Contact.objects.all() if rows is None else rows
    return Matches(
        rows.filter(pk__in=union()),
        rows,
        Sort("x", "sort_name"),
        True,
        with_relations=lambda found: found,
        may_stop=True,
    )


def names(found: Matches) -> list[str]:
    return [row.name for row in found.page(10).records]


@pytest.fixture
def contacts(monkeypatch):
    monkeypatch.setattr(matches, "MOST_HITS", 3)
    for number in range(6):
        make.make_contact(name=f"Wood {number}", industry="wood", employees=number)
    make.make_contact(name="Leeds 1", industry="glass", employees=9)
    make.make_contact(name="Leeds 2", industry="wood", employees=9)
    make.make_contact(name="Nobody", industry="glass", employees=9)


def test_more_than_enough_hits_stop_the_search(contacts, django_assert_num_queries):
    found = searched()
    with django_assert_num_queries(3):  # the hits, their order, the rows
        assert len(names(found)) == 3
    assert str(found.count) == "3 or more"


def test_hits_that_another_condition_leaves_few_of_are_all_found(contacts):
    found = searched(Contact.objects.filter(employees=9))
    assert names(found) == ["Leeds 1", "Leeds 2"]
    assert (found.count.value, found.count.is_exact) == (2, True)


def test_few_hits_are_all_found_and_one_in_two_places_counts_once(contacts, django_assert_num_queries):
    Contact.objects.filter(name__startswith="Wood").update(industry="glass")
    found = searched()
    with django_assert_num_queries(3):
        assert names(found) == ["Leeds 1", "Leeds 2"]
    assert (found.count.value, found.count.is_exact) == (2, True)
    Contact.objects.update(industry="glass", search_text="")
    assert names(searched()) == []


def test_only_what_must_be_true_is_narrowed(contacts):
    rows = Contact.objects.all()
    assert first_hits(rows.filter(industry="wood"), 3) is None
    assert first_hits(rows.exclude(pk__in=union()), 3) is None
    assert first_hits(rows.filter(Q(pk__in=union()) | Q(name="Nobody")), 3) is None
    assert first_hits(rows.filter(pk__in=rows.filter(industry="wood").values("pk")), 3) is None
    asked = rows.filter(Q(employees__lt=9) & Q(Q(pk__in=union())))
    hits = first_hits(asked, 2)
    assert hits is not None
    assert (len(hits.rows), hits.is_all) == (2, False)
    assert len(asked) == 6, "what was asked stays as it was"


def test_conditions_that_leave_few_rows_but_take_long_are_given_up(contacts, monkeypatch):
    slowly = Contact.objects.alias(waited=RawSQL("pg_sleep(0.02)::text", [])).filter(waited="", pk__in=union())
    assert len(hits_among(slowly, 50)) == 8
    monkeypatch.setattr(unions, "OTHERS_MILLISECONDS", 30)
    assert hits_among(slowly, 50) is None
    assert len(hits_among(Contact.objects.filter(employees=9, pk__in=union()), 50)) == 2
