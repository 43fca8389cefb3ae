"""What is refused in a filter tree, and that a refusal shows no row; windows of days; who may ask for what."""

import datetime as dt
import json

import pytest

from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.filtering.trees.days import Days, calendar_span, days_in_words, days_meant, moved
from crm.filtering.trees.nodes import TreeProblem, as_text, read_tree
from crm.models import CustomField, FieldRule
from tests import factories as make
from tests.api.calls import Caller

LEAF = {"field": "industry", "op": "is", "value": "Wood"}


def text(where, **more) -> str:
    return json.dumps({"version": 1, "where": where, **more})


def nested(depth: int, word: str = "not") -> dict:
    node: dict = LEAF
    for _ in range(depth):
        node = {"not": node} if word == "not" else {word: [node]}
    return node


REFUSED = {
    "no json": "{",
    "a list": "[1]",
    "no version": json.dumps({"where": LEAF}),
    "version 2": json.dumps({"version": 2, "where": LEAF}),
    "version true": json.dumps({"version": True, "where": LEAF}),
    "depth 50": text(nested(50)),
    "depth 9 of groups": text(nested(9, "all")),
    "depth 5000": '{"version":1,"where":' + '{"not":' * 2_000 + "{}" + "}" * 2_001,
    "brackets": "[" * 19_000,
    "too long": text({"field": "industry", "op": "is", "value": "x" * 20_000}),
    "101 conditions": text({"all": [LEAF] * 101}),
    "101 in two groups": text({"all": [{"any": [LEAF] * 60}, {"any": [LEAF] * 41}]}),
    "an empty group": text({"all": [{"any": []}]}),
    "two joins": text({"all": [LEAF], "any": [LEAF]}),
    "an unknown field": text({"field": "password", "op": "is", "value": "x"}),
    "a path": text({"field": "owner__password", "op": "starts", "value": "x"}),
    "an unknown operator": text({"field": "industry", "op": "regex", "value": "x"}),
    "a look-up": text({"field": "industry", "op": "is__startswith", "value": "x"}),
    "another field's operator": text({"field": "industry", "op": "over", "value": 1}),
    "a number as a text": text({"field": "industry", "op": "is", "value": 5}),
    "no value": text({"field": "industry", "op": "is"}),
    "a blank": text({"field": "industry", "op": "is", "value": "  "}),
    "a list of lists": text({"field": "kind", "op": "any", "value": [["person"]]}),
    "no choices": text({"field": "kind", "op": "any", "value": []}),
    "an object": text({"field": "kind", "op": "any", "value": {"a": 1}}),
    "a rank that is none": text({"field": "r", "op": "any", "value": ["five"]}),
    "infinity": text({"field": "employees", "op": "over", "value": "Infinity"}),
    "not a number": '{"version":1,"where":{"field":"employees","op":"over","value":NaN}}',
    "a huge number": text({"field": "employees", "op": "over", "value": 10**40}),
    "an exponent": text({"field": "employees", "op": "over", "value": "1e999999999"}),
    "no day": text({"field": "birthday", "op": "from", "value": "31.12.2026"}),
    "a day of the year 0": text({"field": "birthday", "op": "from", "value": "0000-01-01"}),
    "far ago": text({"field": "birthday", "op": "in_last", "value": {"count": 9_999, "unit": "year"}}),
    "a count of half": text({"field": "birthday", "op": "in_last", "value": {"count": 1.5, "unit": "day"}}),
    "an unknown unit": text({"field": "birthday", "op": "this", "value": "century"}),
    "one end": text({"field": "birthday", "op": "between", "value": ["2026-01-01"]}),
    "within of a field": text({**LEAF, "within": {"op": "this", "value": "month"}}),
    "a wrong within": text({"field": "orders_count", "op": "over", "value": 1, "within": {"op": "is", "value": 1}}),
    "a zero byte": text({"field": "industry", "op": "is", "value": "a\x00b"}),
    "half a character": text({"field": "industry", "op": "is", "value": "\ud800"}),
    "a person by name": text({"field": "owner", "op": "any", "value": ["Mia"]}),
    "a state": text({"field": "state", "op": "is", "value": "gone"}),
    "a mark": text({"field": "behind", "op": "is", "value": "nothing"}),
}


@pytest.fixture
def manager(db):
    make.make_company()
    make.make_contact(name="Somebody", industry="Wood")
    return make.make_user(Role.MANAGER)


@pytest.mark.parametrize("filter", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_a_sentence_and_no_row_is_shown(manager, filter):
    client, call = make.signed_in(manager), Caller(make.make_token(manager))
    shown = client.get("/contacts/", {"filter": filter})
    assert shown.status_code == 400
    assert shown.context["table"].rows == []
    assert all(sentence.endswith(".") for sentence in shown.context["problems"])
    assert client.get("/contacts/export/", {"filter": filter}).status_code == 400
    called = call.get("/contacts", {"filter": filter})
    assert (called.status_code, "items" in called.json()) == (400, False)


def test_a_field_that_was_removed_since_is_refused(manager):
    field = CustomField.objects.create(model="contacts.contact", key="size", label="Size", type="number")
    client, asked = make.signed_in(manager), {"filter": text({"field": "custom_size", "op": "over", "value": 1})}
    assert client.get("/contacts/", asked).status_code == 200
    field.delete()
    assert client.get("/contacts/", asked).context["problems"] == [
        "There is no field named “custom_size” to filter by."
    ]


@pytest.mark.parametrize(
    ("model", "field", "condition"),
    [
        ("contacts.contact", "industry", LEAF),
        ("orders.order", "amount", {"field": "orders_sum", "op": "over", "value": 0}),
        ("orders.product", "family", {"not": {"field": "bought_family", "op": "any", "value": ["Chairs"]}}),
        ("contacts.contact", "email", {"field": "email", "op": "empty"}),
    ],
)
def test_a_hidden_field_is_not_there(db, model, field, condition):
    make.make_company()
    agent = make.make_user(Role.AGENT)
    make.make_contact()
    client = make.signed_in(agent)
    assert client.get("/contacts/", {"filter": text(condition)}).status_code == 200
    FieldRule.objects.create(role=Role.AGENT, model=model, field=field, right=FieldRight.HIDDEN)
    shown = client.get("/contacts/", {"filter": text(condition)})
    assert shown.status_code == 400
    assert "There is no field named" in shown.context["problems"][0]


def test_a_tree_never_widens_what_a_person_sees(db):
    make.make_company()
    rep = make.make_user(Role.REP, team=make.make_team())
    make.make_contact(name="Own", owner=rep)
    make.make_contact(name="Foreign", organization=make.make_contact(name="Secret Works", kind="organization"))
    mine = make.make_contact(name="At a secret place", owner=rep, organization=Contact.objects.get(name="Secret Works"))
    client = make.signed_in(rep)

    def ids(where) -> set[int]:
        return {row.pk for row in client.get("/contacts/", {"filter": text(where)}).context["table"].rows}

    everything = {"any": [LEAF, {"not": LEAF}]}
    assert len(ids(everything)) == 2
    assert len(ids({"not": {"field": "state", "op": "is", "value": "archived"}})) == 2
    assert ids({"field": "organization", "op": "contains", "value": "Secret"}) == set(), "an unseen name is not guessed"
    assert mine.pk in ids({"field": "organization", "op": "not_contains", "value": "Secret"})


def test_a_tree_that_asks_for_the_state_gets_the_archived_too(manager):
    gone = make.make_contact(name="Gone", archived_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    client = make.signed_in(manager)
    archived = client.get("/contacts/", {"filter": text({"field": "state", "op": "is", "value": "archived"})})
    assert [row.pk for row in archived.context["table"].rows] == [gone.pk]
    assert [chip.label for chip in archived.context["chips"]] == ["State"]
    assert len(client.get("/contacts/", {"filter": text({"not": LEAF})}).context["table"].rows) == 0


def test_chips_say_the_parts_and_take_one_away(manager):
    where = {
        "all": [
            LEAF,
            {
                "any": [
                    {"field": "orders_last", "op": "in_last", "value": {"count": 90, "unit": "day"}},
                    {"field": "kind", "op": "any", "value": ["person"]},
                ]
            },
        ]
    }
    chips = make.signed_in(manager).get("/contacts/", {"filter": text(where)}).context["chips"]
    assert [(chip.label, chip.value) for chip in chips] == [
        ("Industry", "is Wood"),
        ("Any of", "Last order in the last 90 days or Kind is Person"),
    ]
    shorter = make.signed_in(manager).get(chips[1].remove_url)
    assert [chip.label for chip in shorter.context["chips"]] == ["Industry"]


def test_the_text_of_a_tree_reads_back_the_same():
    where = {"all": [LEAF, {"not": {"any": [{"field": "tags", "op": "any", "value": ["a", "b"]}]}}]}
    node = read_tree(text(where))
    assert read_tree(as_text(node)) == node
    assert read_tree(text({"all": []})) is None
    assert read_tree("  ") is None


TODAY = dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("in_last", {"count": 90, "unit": "day"}, Days(dt.date(2025, 12, 31), TODAY)),
        ("in_last", {"count": 1, "unit": "month"}, Days(dt.date(2026, 2, 28), TODAY)),
        ("in_next", {"count": 2, "unit": "week"}, Days(TODAY, dt.date(2026, 4, 14))),
        ("more_than_ago", {"count": 1, "unit": "year"}, Days(None, dt.date(2025, 3, 30))),
        ("this", "quarter", Days(dt.date(2026, 1, 1), TODAY)),
        ("previous", "quarter", Days(dt.date(2025, 10, 1), dt.date(2025, 12, 31))),
        ("this", "week", Days(dt.date(2026, 3, 30), dt.date(2026, 4, 5))),
        ("previous", "month", Days(dt.date(2026, 2, 1), dt.date(2026, 2, 28))),
        ("previous", "year", Days(dt.date(2025, 1, 1), dt.date(2025, 12, 31))),
        ("previous", "day", Days(dt.date(2026, 3, 30), dt.date(2026, 3, 30))),
    ],
)
def test_days_that_move_with_today(op, value, expected):
    assert days_meant(op, value, TODAY) == expected


def test_days_in_words():
    assert days_in_words("in_last", {"count": 90, "unit": "day"}) == "in the last 90 days"
    assert days_in_words("in_last", {"count": 1, "unit": "month"}) == "in the last month"
    assert days_in_words("more_than_ago", {"count": 1, "unit": "year"}) == "more than a year ago"
    assert days_in_words("this", "quarter") == "this quarter"


def test_a_month_ends_on_its_last_day():
    assert moved(dt.date(2024, 2, 29), 1, "year") == dt.date(2025, 2, 28)
    assert calendar_span(dt.date(2026, 1, 15), "quarter", -1).first == dt.date(2025, 10, 1)
    with pytest.raises(TreeProblem, match="too far"):
        moved(TODAY, -10_000, "quarter")
