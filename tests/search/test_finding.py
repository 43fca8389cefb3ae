"""Search over everything: as people type, best first, closest where nothing fits, and only what one may see."""

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from contacts.actions import change_contact, log_interaction
from contacts.models import Contact
from contacts.searching import show_contacts
from crm.catalogue import search_sources
from crm.choices import Role
from crm.embedded.places import OWNER_ROLE
from crm.filtering.searching import search_rows
from crm.models import AccessRule, CustomField, FieldRule
from crm.search import finding
from crm.search.asking import recent, search_everything
from orders.actions import change_product
from orders.searching import find_orders, show_orders
from tests import factories as make


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER)


@pytest.fixture
def people(manager):
    make.make_contact(name="Somebody Else", emails=("other@y.example",), phones=("+49 40 111111",))
    return make.make_contact(
        name="Ánna Müller-Øst", emails=("Anna.M@Frames.example",), phones=("+49 30 901820",), external_id="K-100%"
    )


def titles(user, text: str, name: str = "contacts") -> list[str]:
    return [hit.title for group in search_everything(user, text, 20) if group.name == name for hit in group.hits]


@pytest.mark.parametrize(
    "typed",
    [
        "anna", "MÜLLER", "muller ost", "ost anna", "ller", "anna.m@", "frames.ex", "0049 30 901820", "+49 30 9018",
        "030/901820", "+49 (0)30 901820", "901820", "0901", "30901", "4930901820", "k-100%", "An", "á",
    ],
)  # fmt: skip
def test_a_person_is_found_as_people_type(manager, people, typed):
    assert titles(manager, finding.cleaned(typed)) == [people.name]


def test_a_long_number_is_looked_for_by_the_index_of_its_pieces(db):
    """Without the index of letters, since which of two is cheaper hangs on how full the tests before left them."""
    plans = []
    with psycopg.connect(settings.PLACES.database_url(connection.settings_dict["NAME"], OWNER_ROLE)) as owner:
        owner.execute("SET LOCAL enable_seqscan = off")
        owner.execute("DROP INDEX contacts_search_trgm")
        for typed in ("901820", "9018"):
            query, values = search_rows(Contact.objects.all(), typed).order_by().query.sql_with_params()
            rows = psycopg.ClientCursor(owner).execute(f"EXPLAIN {query}", values).fetchall()
            plans.append("\n".join(line for (line,) in rows))
        owner.rollback()
    assert ["contacts_search_digits" in plan for plan in plans] == [True, False], plans


def test_words_typed_one_after_the_other_find_each_its_own(manager):
    """The statement that is kept for two words of letters is asked with these words, and with what fields are now."""
    oak, ash = (
        make.make_contact(name=name, custom={"wood": wood, "hall": "North"})
        for name, wood in (("Oda Kern", "Old Oak"), ("Asta Kern", "White Ash"))
    )
    assert [titles(manager, typed) for typed in ("oda kern", "kern asta")] == [[oak.name], [ash.name]]
    assert titles(manager, "old oak") == []
    CustomField.objects.create(model="contacts.contact", key="wood", label="Wood", type="text")
    assert [titles(manager, typed) for typed in ("Old Oak", "White Ash", "asta kern")] == [
        [oak.name],
        [ash.name],
        [ash.name],
    ]


@pytest.mark.parametrize("typed", ["mulelr", "muler ost", "Annna Mueller", "anna mullre", "frmaes.example"])
def test_slips_of_the_finger_are_forgiven(manager, people, typed):
    groups = search_everything(manager, typed, 20)
    assert groups[0].hits[0].title == people.name
    assert groups[0].is_close


@pytest.mark.parametrize("typed", ["nn", "%", "_", "xyz", "zzzzqq", "\\", "' OR 1=1 --", "\u202e", "()", "+"])
def test_what_is_nowhere_is_not_found(manager, people, typed):
    assert titles(manager, finding.cleaned(typed)) == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("北京贸易有限公司", "贸易有限"),
        ("北京贸易有限公司", "北京"),
        ("Ольга Иванова", "иванов"),
        ("Ολγα Παππά", "παππα"),
        ("שרה כהן", "כהן"),
        ("محمد علي", "محمد"),
        ("राम शर्मा", "शर्मा"),
        ("Łukasz Żak", "lukasz zak"),
    ],
)
def test_any_script_is_found(manager, name, typed):
    make.make_contact(name="Other")
    make.make_contact(name=name)
    assert titles(manager, typed) == [name]


def test_best_matches_come_first(manager):
    names = ["Zoe Lindgren", "Berlind Ost", "Lind", "Lindgren Ann", "Ann-Lind Maas"]
    for name in names:
        make.make_contact(name=name)
    make.make_contact(name="Aaron", emails=("lind@x.example",))
    make.make_contact(name="Bert", external_id="LIND")
    expected = ["Bert", "Lind", "Lindgren Ann", "Ann-Lind Maas", "Zoe Lindgren", "Berlind Ost", "Aaron"]
    assert titles(manager, "lind") == expected


def test_common_part_stops_at_a_limit_says_so_and_misses_no_better_match(manager, monkeypatch):
    monkeypatch.setattr(finding, "MOST_HITS", 5)
    for number in range(9):
        make.make_contact(name=f"Berliner {number}")
    make.make_contact(name="Linde")
    group = search_everything(manager, "lin", 3)[0]
    assert group.hits[0].title == "Linde"
    assert group.count == "5 or more"
    assert group.all_url == "/contacts/?q=lin"


def test_orders_are_found_by_number_and_products_by_any_part(manager):
    contact = make.make_contact(name="Mia")
    for number in ("20317", "2031", "99"):
        make.make_order(contact, number=number)
    make.make_product(name="Oak frame A3", external_id="P-7", family="Frames")
    assert titles(manager, "2031", "orders") == ["Order 2031", "Order 20317"]
    assert titles(manager, "#99", "orders") == ["Order 99"]
    for typed in ("oak", "p-7", "frames"):
        assert titles(manager, typed, "products") == ["Oak frame A3"]


def test_only_what_one_may_see_is_found_counted_and_guessed(manager):
    rep = make.make_user(Role.REP, team=make.make_team())
    make.make_contact(name="Lindgren", owner=rep)
    stranger = make.make_contact(name="Lindberg", owner=make.make_user(team=make.make_team()))
    make.make_order(stranger, number="777")
    group = search_everything(rep, "lind", 20)[0]
    assert [hit.title for hit in group.hits] == ["Lindgren"]
    assert group.count == "1"
    assert titles(rep, "lindbreg") in ([], ["Lindgren"])
    assert titles(rep, "777", "orders") == []
    AccessRule.objects.create(role=Role.REP, model="orders.product", verb="view", scope="none")
    make.make_product(name="Lindwood")
    assert titles(type(rep).objects.get(pk=rep.pk), "lindwood", "products") == []


def test_hidden_address_is_no_oracle(manager, people):
    FieldRule.objects.create(role="manager", model="contacts.contact", field="email", right="hidden")
    FieldRule.objects.create(role="manager", model="contacts.contact", field="external_id", right="hidden")
    assert titles(manager, "anna") == [people.name]
    for typed in ("frames.example", "@frames", "k-100%", "frmaes.example"):
        assert titles(manager, typed) == []


def test_what_was_lately_worked_on_comes_newest_first_and_only_while_it_may_be_seen(manager):
    first, second = make.make_contact(name="First"), make.make_contact(name="Second")
    product = make.make_product(name="Frame")

    change_contact(actor=manager, contact=first, version=1, fields={"source": "fair"})
    change_contact(actor=manager, contact=second, version=1, fields={"source": "fair"})
    change_product(actor=manager, product=product, version=1, fields={"family": "Oak"})
    log_interaction(actor=manager, contact=first, channel="phone", subject="Call")
    assert [hit.title for hit in recent(manager).hits] == ["Frame", "Second", "First"]
    assert recent(make.make_user(Role.MANAGER)).hits == ()


def test_search_asks_a_bounded_number_of_questions(manager, people, django_assert_max_num_queries):
    make.make_order(people, number="30901820")
    with django_assert_max_num_queries(4 * len(search_sources())):
        search_everything(manager, "anna", 20)


def test_a_record_is_drawn_for_who_may_see_it_only(manager, people):
    """Whoever asks for it by its number, as "lately worked on" does."""
    rep, order = make.make_user(Role.REP, team=make.make_team()), make.make_order(people)
    for user, there in ((manager, True), (rep, False)):
        assert bool(show_contacts(user, [people.pk])) is there
        assert bool(show_orders(user, [order.pk])) is there
        assert find_orders(user, order.number, 5).count == int(there)


def test_what_was_lately_worked_on_goes_with_the_right_to_see_it(manager, people):
    rep = make.make_user(Role.REP, team=make.make_team())
    own = make.make_contact(name="My own", owner=rep)
    change_contact(actor=rep, contact=own, version=1, fields={"source": "fair"})
    assert [hit.title for hit in recent(rep).hits] == ["My own"]
    Contact.objects.filter(pk=own.pk).update(owner=manager)
    assert recent(rep).hits == ()
