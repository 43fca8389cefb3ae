"""Rows that match are the same rows in the same order, whichever way they are read; a slow walk is given up."""

import pytest
from django.db import connection
from django.db.models import Q

from contacts.models import Contact
from crm.filtering import counting, matches
from crm.filtering.counting import Guess
from crm.filtering.folding import contains
from crm.filtering.keyset import Position, Sort
from crm.filtering.matches import Matches
from crm.filtering.patience import OutOfPatience, patience, patience_in_all
from crm.filtering.related import has_some
from tests import factories as make

WAYS = ("found first", "page alone", "given up", "more than was guessed")


def matching(sort: Sort) -> Matches:
    rows = Contact.objects.all()
    return Matches(rows.filter(industry="wood"), rows, sort, is_narrowed=True, with_relations=lambda found: found)


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Each way to read, and guesses that were wrong."""
    if request.param in ("page alone", "given up"):
        monkeypatch.setattr(matches, "CHEAP", 0)
    if request.param == "more than was guessed":
        monkeypatch.setattr(counting, "EXACT_UP_TO", 3)
        monkeypatch.setattr(matches, "guess_of", lambda rows: Guess(rows=1, cost=1))
    if request.param == "given up":

        def at_once(milliseconds):
            raise OutOfPatience

        monkeypatch.setattr(matches, "patience", at_once)
    return request.param


@pytest.mark.parametrize("sort", [Sort("x", "employees"), Sort("x", "employees", is_descending=True)])
def test_every_way_of_reading_gives_the_same_pages_both_ways(db, way, sort):
    for number in (3, 1, None, 2, 2, None, 1, 9):
        make.make_contact(industry="wood", employees=number)
    make.make_contact(industry="glass", employees=2)
    rows = sorted(Contact.objects.filter(industry="wood"), key=lambda row: row.pk, reverse=sort.is_descending)
    having = [row for row in rows if row.employees is not None]
    having.sort(key=lambda row: row.employees or 0, reverse=sort.is_descending)
    expected = [row.pk for row in [*having, *(row for row in rows if row.employees is None)]]

    seen: list[int] = []
    pages: list[list[Contact]] = []
    position: Position | None = None
    while True:
        page = matching(sort).page(3, after=position)
        assert page.has_previous == bool(seen)
        seen += [row.pk for row in page.records]
        pages.append(page.records)
        if not page.has_next:
            break
        position = sort.position_of(page.records[-1])
    assert seen == expected
    back = matching(sort).page(3, before=sort.position_of(pages[-1][0]))
    assert ([row.pk for row in back.records], back.has_next) == (expected[3:6], True)


def test_a_page_that_begins_at_a_row_which_is_gone_is_read_all_the_same(db):
    rows = [make.make_contact(industry="wood", name=f"c{number}") for number in range(4)]
    position = Sort("name", "sort_name").position_of(rows[1])
    Contact.objects.filter(pk=rows[1].pk).update(industry="glass")
    page = matching(Sort("name", "sort_name")).page(2, after=position)
    assert [row.name for row in page.records] == ["c2", "c3"]


def test_what_cannot_match_is_an_empty_page(db):
    rows = Contact.objects.all()
    found = Matches(
        rows.filter(pk__in=[]), rows, Sort("name", "sort_name"), is_narrowed=True, with_relations=lambda r: r
    )
    assert (found.page(3).records, found.page(3).has_next, str(found.count)) == ([], False, "0")


def test_few_rows_are_counted_and_many_are_guessed(db, monkeypatch):
    for _ in range(5):
        make.make_contact(industry="wood")
    assert str(matching(Sort("name", "sort_name")).count) == "5"
    monkeypatch.setattr(matches, "CHEAP", 0)
    assert not matching(Sort("name", "sort_name")).count.is_exact


def test_a_search_stops_at_its_limit_and_says_so(db, monkeypatch):
    for _ in range(5):
        make.make_contact(industry="wood")
    monkeypatch.setattr(matches, "MOST_HITS", 3)
    found = matching(Sort("name", "sort_name"))
    found.may_stop = True
    page = found.page(2)
    assert (len(page.records), page.has_next, str(found.count)) == (2, True, "3 or more")
    last = found.page(2, after=Sort("name", "sort_name").position_of(page.records[-1]))
    assert (len(last.records), last.has_next) == (1, False)


def test_patience_ends_and_the_old_limit_is_back(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        before = cursor.fetchone()
        with pytest.raises(OutOfPatience), patience(20):
            cursor.execute("SELECT pg_sleep(5)")
        with patience(5_000):
            cursor.execute("SELECT 1")
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == before


def test_one_patience_for_all_is_used_up_by_each(db):
    with connection.cursor() as cursor:
        with patience_in_all(5_000):
            for _ in range(3):
                cursor.execute("SELECT pg_sleep(0.01)")
        done = []
        with pytest.raises(OutOfPatience), patience_in_all(300):  # each alone would be in time
            for place in range(50):
                cursor.execute("SELECT pg_sleep(0.1)")
                done.append(place)
        assert len(done) < 3
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_rows_that_hang_on_a_record_are_asked_in_their_own_table_alone(db):
    here, there = make.make_contact(city="Leeds"), make.make_contact(city="York")
    asked = has_some(Contact, "addresses__city", Q(addresses__city="Leeds") | Q(addresses__city="Hull"))
    rows = Contact.objects.filter(asked)
    assert list(rows) == [here]
    assert str(rows.query).count("EXISTS(") == 1
    assert "JOIN" not in str(rows.query)
    assert list(Contact.objects.filter(~asked)) == [there]


def test_a_condition_on_both_tables_is_asked_of_both(db):
    here = make.make_contact(city="Leeds", industry="wood")
    make.make_contact(city="Leeds", industry="glass")
    asked = has_some(Contact, "addresses__city", Q(addresses__city="Leeds") & Q(industry="wood"))
    assert list(Contact.objects.filter(asked)) == [here]


def test_what_an_index_can_answer_is_asked_besides(db):
    assert str(contains("external_id", "K100", "search_text")).count("search_text__contains") == 1
    assert contains("external_id", "K1", "search_text") == contains("external_id", "K1")
    make.make_contact(name="Åsa", external_id="K100")
    make.make_contact(name="K100")
    assert [row.name for row in Contact.objects.filter(contains("external_id", "k100", "search_text"))] == ["Åsa"]
