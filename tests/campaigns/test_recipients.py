"""The list of the recipients of campaigns: whose rows, filters, file, rates of reports beside plain counting."""

from decimal import Decimal

import pytest

from campaigns.models import Campaign, Recipient
from crm.choices import FieldRight, Role
from crm.models import FieldRule
from crm.reports.definitions import definition_of
from crm.reports.reading import Report
from crm.reports.results import result_of
from crm.reports.subjects import all_ready
from tests import factories as make

SHOWN = "name,campaign,variant,is_control,state,responded,converted,amount,segment,value_tenth,reason"


@pytest.fixture
def sent(db):
    """One campaign with two variants and a control group, one whose people nobody measured, one of a play."""
    make.make_company()
    people = {"manager": make.make_user(Role.MANAGER), "rep": make.make_user(Role.REP)}
    spring = Campaign.objects.create(name="Spring", currency="EUR")
    variants = {
        name: spring.variants.create(name=name, is_control=name == "control", position=place)
        for place, name in enumerate(("A", "B", "control"))
    }
    said = [("A", True, 20), ("A", False, 0), ("A", False, 0), ("B", True, 5), ("control", False, 0)]
    for place, (name, responded, amount) in enumerate(said):
        contact = make.make_contact(name=f"{name}{place}", owner=people["rep"] if place < 2 else None)
        Recipient.objects.create(
            campaign=spring, contact=contact, variant=variants[name], responded=responded, converted=None,
            amount=Decimal(amount), state="control" if name == "control" else "sent",
        )  # fmt: skip
    Recipient.objects.create(
        campaign=spring, contact=make.make_contact(name="Left"), state="left_out", reason="suppressed"
    )
    return people


def names(person, query: str = "") -> list[str]:
    answer = make.signed_in(person).get(f"/campaigns/recipients/?{query}")
    assert answer.status_code == 200, answer.context["problems"]
    return [str(row.cells[0].html) for row in answer.context["table"].rows]


def test_the_newest_stand_first_and_a_row_leads_to_the_contact(sent):
    assert names(sent["manager"]) == ["Left", "control4", "B3", "A2", "A1", "A0"]
    row = make.signed_in(sent["manager"]).get("/campaigns/recipients/").context["table"].rows[0]
    assert row.url == Recipient.objects.get(contact__name="Left").contact.get_absolute_url()


def test_a_person_sees_the_recipients_among_their_contacts(sent):
    assert names(sent["rep"]) == ["A1", "A0"]
    exported = make.signed_in(sent["manager"]).get(f"/campaigns/recipients/export/?columns={SHOWN}")
    lines = b"".join(exported.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 7
    assert lines[-1].startswith("A0,Spring,A,")


def test_recipients_are_filtered_and_found(sent):
    spring = Campaign.objects.get(name="Spring")
    for query, expected in (
        (f"campaign={spring.pk}&responded=yes", ["B3", "A0"]), ("variant=b", ["B3"]), ("is_control=yes", ["control4"]),
        ("state=left_out", ["Left"]), ("q=A1", ["A1"]), ("amount_min=6", ["A0"]),
    ):  # fmt: skip
        assert names(sent["manager"], query) == expected, query


def test_pages_of_the_list_go_on_where_the_last_one_ended(sent):
    listing = make.signed_in(sent["manager"])
    for place in range(60):
        Recipient.objects.create(campaign=Campaign.objects.get(), contact=make.make_contact(name=f"P{place:02}"))
    first = listing.get("/campaigns/recipients/")
    second = listing.get(first.context["next_url"])
    found = [row.pk for page in (first, second) for row in page.context["table"].rows]
    assert found == sorted(Recipient.objects.values_list("pk", flat=True), reverse=True)


def test_what_is_hidden_of_a_recipient_is_in_no_column_and_no_report(sent):
    FieldRule.objects.create(role=Role.REP, model="campaigns.recipient", field="responded", right=FieldRight.HIDDEN)
    answer = make.signed_in(sent["rep"]).get("/campaigns/recipients/")
    assert "responded" not in answer.context["listing"].design.specs
    report = Report(definition_of(all_ready()["response-by-variant"]), sent["rep"])
    assert any("responded" in problem for problem in report.problems)


def test_rates_are_of_those_of_whom_it_is_known(sent):
    result = result_of(Report(definition_of(all_ready()["response-by-variant"]), sent["manager"]))
    found = {row.keys[1].text: [one.text.replace("\xa0", " ") for one in row.figures][:3] for row in result.rows}
    assert found == {"A": ["3", "33.3 %", "–"], "B": ["1", "100.0 %", "–"], "control": ["1", "0.0 %", "–"]}
    by_value = result_of(Report(definition_of(all_ready()["response-by-value"]), sent["manager"]))
    assert [[one.text.replace("\xa0", " ") for one in row.figures][:2] for row in by_value.rows] == [["4", "50.0 %"]]


def test_the_list_asks_as_much_for_one_as_for_many(sent, django_assert_max_num_queries):
    client = make.signed_in(sent["manager"])
    with django_assert_max_num_queries(12):
        client.get(f"/campaigns/recipients/?columns={SHOWN}")
