"""Every form that changes records shows the second writer theirs: no page, no table of the administration without."""

import pytest
from django.urls import reverse

from crm.choices import Role
from crm.models import AccessRule
from tests.access.table import ADDRESSES
from tests.access.world import MAKERS
from tests.concurrency.doors import ADMINS, CHANGING, MOVES, PARTS, record_of
from tests.concurrency.forms import form_in
from tests.factories import make_company, make_user, signed_in

pytestmark = pytest.mark.django_db
TABLES = {
    "analytics:pool_list",
    "analytics:segment_list",
    "analytics:strategy_list",
    "analytics:usage_list",
    "crm:layout",
    "crm:rights",
}
# each tried with values of its own in tests/platform/test_settings_pages.py
SETTINGS = {"crm:company", "pipeline:letterhead", "service:hours"}
# what is changed there has no second writer, or nothing that is typed over
ONE_WRITER = {
    "crm:import_map",  # the own draft, kept at each choice
    "crm:import_back",  # of two presses one takes it back (tests/importing/test_taking_back.py)
    "crm:demo_remove",  # of two presses one takes it away (tests/demo/test_removing.py)
    "contacts:contact_share",  # a share says anew how
    "contacts:contact_merge",  # of two records at once: either saved meanwhile is said (tests/contacts/test_merging.py)
    "quality:repair",  # writes only rows that are still as they were shown (tests/quality)
    "feedback:survey_ask",  # sends the survey; changes nothing of it
    # what the chosen rows are to be from now on; taken back row by row, where nobody changed it since (tests/bulk)
    "contacts:contact_bulk",
    "leads:lead_bulk",
    "orders:invoice_bulk",
    "orders:order_bulk",
    "orders:registration_bulk",
    "orders:subscription_bulk",
    "orders:product_bulk",
    "pipeline:deal_bulk",
    "service:ticket_bulk",
    *MOVES,
    *PARTS,  # each adds something beside the others' (test_every_making_form.py)
}


@pytest.fixture
def house():
    make_company()
    return make_user(Role.ADMIN, name="Mia"), make_user(Role.ADMIN, name="Otto")


def second_writer_is_shown_theirs(house, url: str) -> None:
    mia, otto = (signed_in(person) for person in house)
    opened = form_in(mia.get(url).content.decode(), "opened")
    first = otto.post(url, form_in(otto.get(url).content.decode(), "opened").typed_by(1))
    assert first.status_code == 302, first.content.decode()[:3000]
    answer = mia.post(url, opened.typed_by(2))
    html = answer.content.decode()
    assert answer.status_code in (200, 409), "of the administration 200"
    assert "Theirs" in html.partition("conflict-table")[2].partition("</table>")[0]
    again = mia.post(url, form_in(html, "opened").fields)
    assert again.status_code == 302, "what was typed is on the page, and is saved when it is sent again"


def test_every_page_that_changes_something_is_known_here():
    both = {name for name, one in ADDRESSES.items() if one.methods == {"GET": "change", "POST": "change"}}
    assert both - ONE_WRITER == {*CHANGING} | TABLES | SETTINGS


@pytest.mark.parametrize("name", CHANGING)
def test_each_form_page(house, name):
    record = MAKERS[ADDRESSES[name].kind](house[0], "one")
    second_writer_is_shown_theirs(house, reverse(name, args=[record.pk]))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_each_table_of_a_house(house, name):
    second_writer_is_shown_theirs(house, reverse(name))


def test_the_own_profile_in_two_windows(house):
    second_writer_is_shown_theirs((house[0], house[0]), reverse("crm:profile"))


@pytest.mark.parametrize("label", ADMINS)
def test_each_page_of_the_administration(house, label):
    record = record_of(label, house[0])
    if record is None:
        pytest.skip("nothing of it in a new house")
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_change"
    second_writer_is_shown_theirs(house, reverse(name, args=[record.pk]))


def test_rights_that_only_the_other_changed_stay(house):
    mia, otto = (signed_in(person) for person in house)
    url = reverse("crm:rights") + "?role=rep"
    mine, theirs = (form_in(client.get(url).content.decode(), "opened").fields for client in (mia, otto))
    otto.post(url, {**theirs, "scope:contacts.contact:view": "all"})
    assert mia.post(url, {**mine, "scope:contacts.contact:delete": "none"}).status_code == 302
    assert set(AccessRule.objects.values_list("verb", "scope")) == {("view", "all"), ("delete", "none")}
