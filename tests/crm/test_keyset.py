"""Keyset pages of a list: every row once, in order, both ways, with values that are equal or missing."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.models import Contact
from crm.filtering.keyset import BadKey, Position, Sort, read_key, read_page, write_key
from tests import factories as make


def walk(sort: Sort, limit: int) -> list[int]:
    seen: list[int] = []
    position: Position | None = None
    while True:
        page = read_page(Contact.objects.all(), sort, limit, after=position)
        seen += [record.pk for record in page.records]
        if not page.has_next:
            return seen
        position = sort.position_of(page.records[-1])


def walk_back(sort: Sort, limit: int, last: int) -> list[int]:
    seen: list[int] = []
    position = sort.position_of(Contact.objects.get(pk=last))
    while True:
        page = read_page(Contact.objects.all(), sort, limit, before=position)
        if not page.has_previous:
            return seen
        seen = [record.pk for record in page.records] + seen
        position = sort.position_of(page.records[0])


class AnyValues(TestCase):
    @hypothesis_settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.none() | st.integers(0, 4), max_size=25),
        st.booleans(),
        st.integers(1, 6),
        st.sampled_from(["employees", "organization__employees", "sort_name"]),
    )
    def test_a_walk_meets_every_row_once_in_order(self, values, is_descending, limit, path):
        Contact.objects.all().delete()
        parents = {value: Contact(name="p", employees=value) for value in set(values)}
        for value in values:
            parent = parents[value] if path.startswith("organization") and value is not None else None
            if parent is not None and parent.pk is None:
                parent.save()
            Contact.objects.create(name="c", employees=value, organization=parent, sort_name=str(value))
        sort = Sort("x", path, is_descending=is_descending)
        rows = sorted(Contact.objects.select_related("organization"), key=lambda row: row.pk, reverse=is_descending)
        having = [row for row in rows if sort.position_of(row).value is not None]
        without = [row for row in rows if sort.position_of(row).value is None]
        having.sort(key=lambda row: sort.position_of(row).value, reverse=is_descending)
        expected = [row.pk for row in having + without]
        assert walk(sort, limit) == expected
        if expected:
            back = walk_back(sort, limit, expected[-1])
            assert back == expected[:-1][len(expected[:-1]) - len(back) :]
            assert len(expected[:-1]) - len(back) <= limit


@pytest.mark.django_db
def test_a_key_is_refused_for_another_order_and_when_forged():
    contact = make.make_contact(name="Anna")
    by_name = Sort("name", "sort_name")
    key = write_key(by_name, contact)
    assert read_key(Contact, by_name, key) == Position("anna", contact.pk)
    for sort, text in (
        (Sort("name", "sort_name", is_descending=True), key),
        (by_name, key[:-1]),
        (by_name, "x"),
        (by_name, ""),
    ):
        with pytest.raises(BadKey):
            read_key(Contact, sort, text)


@pytest.mark.django_db
def test_next_and_previous_of_the_page_lead_through_all_rows_and_back():
    make.make_company()
    names = [make.make_contact().name for _ in range(120)]
    client = make.signed_in(make.make_user())
    url, seen, pages = "/contacts/?kind=person", [], []
    while url:
        response = client.get(url)
        seen += [row.cells[0].html for row in response.context["table"].rows]
        pages.append(url)
        url = response.context["next_url"]
    assert (seen, len(pages)) == (names, 3)
    assert parse_qs(urlsplit(pages[1]).query)["kind"] == ["person"]
    back = client.get(response.context["previous_url"])
    assert back.context["table"].rows[0].cells[0].html == names[50]
    first = client.get(back.context["previous_url"])
    assert first.context["table"].rows[0].cells[0].html == names[0]
    assert first.context["previous_url"] == ""
