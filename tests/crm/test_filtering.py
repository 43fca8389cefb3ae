"""Filters made of catalogue fields, and the count of what they leave."""

import datetime as dt
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from contacts.models import Contact
from crm.catalogue import FieldSpec, fields_of
from crm.filtering import counting
from crm.filtering.counting import RowCount, count_rows, count_up_to
from crm.filtering.filters import filters_for
from crm.filtering.filtersets import address, filterset_for
from crm.filtering.related import leads_to_many
from crm.filtering.searching import search_rows
from tests import factories as make

LABELS = ("contacts.contact", "orders.order", "orders.product")


def narrowed(user, query: str) -> list[str]:
    request = RequestFactory().get("/contacts/")
    request.user = user
    filters = filterset_for("contacts.contact", search_rows)
    found = filters(data=QueryDict(query), queryset=Contact.objects.all(), request=request)
    assert found.form.is_valid(), found.form.errors
    return list(found.qs.order_by("sort_name").values_list("name", flat=True))


@pytest.mark.parametrize("label", LABELS)
def test_every_field_of_every_catalogue_makes_its_filters(label, db):
    from django.apps import apps  # noqa: PLC0415

    model = apps.get_model(label)
    for spec in fields_of(label):
        if spec.filter:
            assert filters_for(spec, model)


def test_parameters_of_a_label_are_never_shared(db):
    for label in LABELS:
        names = [spec.name for spec in fields_of(label)]
        assert len(names) == len(set(names))


def test_a_range_includes_both_ends(db):
    user = make.make_user()
    for number in (9, 10, 20, 21):
        make.make_contact(
            name=f"c{number:02}", employees=number, created_on=dt.date(2026, 3, number), revenue=Decimal(number)
        )
    assert narrowed(user, "employees_min=10&employees_max=20") == ["c10", "c20"]
    assert narrowed(user, "created_on_min=2026-03-10&created_on_max=2026-03-20") == ["c10", "c20"]
    assert narrowed(user, "turnover_min=20.01") == ["c21"]


def test_a_team_stands_for_the_teams_below_it(db):
    user, top = make.make_user(), make.make_team()
    below = make.make_team(parent=top)
    make.make_contact(name="a", team=top)
    make.make_contact(name="b", team=below)
    make.make_contact(name="c", team=make.make_team())
    assert narrowed(user, f"team={top.pk}") == ["a", "b"]
    assert narrowed(user, f"team={below.pk}") == ["b"]


def test_a_list_of_markets_matches_any_of_the_asked(db):
    user = make.make_user()
    make.make_contact(name="a", markets=["business", "international"])
    make.make_contact(name="b", markets=["consumer"])
    assert narrowed(user, "market=international&market=government") == ["a"]


def test_text_is_compared_without_case_accents_and_wildcards(db):
    user = make.make_user()
    make.make_contact(name="a", industry="Glashütte 100%")
    make.make_contact(name="b", industry="Wood")
    assert narrowed(user, "industry=GLASHUTTE") == ["a"]
    assert narrowed(user, "industry=100%25") == ["a"]
    assert narrowed(user, "industry=_ood") == []


def test_paths_to_many_rows_are_known():
    assert leads_to_many(Contact, "addresses__city")
    assert not leads_to_many(Contact, "organization__name")
    assert not leads_to_many(Contact, "rfm__segment")


def test_the_count_is_exact_up_to_its_limit_and_then_a_guess(db, monkeypatch):
    for _ in range(5):
        make.make_contact()
    assert count_rows(Contact.objects.all()) == RowCount(5, is_exact=True)
    assert str(count_up_to(Contact.objects.all(), 5)) == "5"
    assert str(count_up_to(Contact.objects.all(), 4)) == "4 or more"
    monkeypatch.setattr(counting, "EXACT_UP_TO", 3)
    guess = count_rows(Contact.objects.all())
    assert (guess.is_exact, guess.value >= 4) == (False, True)
    assert str(RowCount(48_214, is_exact=False)) == "about 48,210"
    assert str(RowCount(48_214, is_exact=True)) == "48,214"


def test_an_address_keeps_the_rest_and_begins_at_the_first_page():
    query = QueryDict("kind=person&after=x&part=filters&tags=a%26b")
    assert address("/contacts/", query, sort="-name") == "/contacts/?kind=person&tags=a%26b&sort=-name"
    assert address("/contacts/", QueryDict("kind=a&kind=b"), without=["kind"]) == "/contacts/"


def test_a_filter_shows_its_own_people_to_each_request(db):
    first = make.make_user(name="First")
    assert narrowed(first, f"owner={first.pk}") == []
    second = make.make_user(name="Second")
    make.make_contact(name="a", owner=second)
    assert narrowed(first, f"owner={second.pk}") == ["a"]


def test_a_spec_of_an_unknown_kind_is_a_text():
    spec = FieldSpec("x", "X", "industry", kind="text")
    assert list(filters_for(spec, Contact)) == ["x"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (f"employees_min={-(10**12)}", ["c2", "c3"]),
        (f"employees_max={10**12}", ["c2", "c3"]),
        (f"employees_min={10**12}", []),
        ("employees_min=2.5", ["c3"]),
        ("employees_max=2.5", ["c2"]),
    ],
)
def test_a_bound_beyond_the_column_or_between_two_numbers_asks_for_a_value(db, asked, found):
    user = make.make_user()
    make.make_contact(name="nobody knows")
    for number in (2, 3):
        make.make_contact(name=f"c{number}", employees=number)
    assert narrowed(user, asked) == found
