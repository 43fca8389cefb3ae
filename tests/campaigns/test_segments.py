"""Segments: the same people on every door, operations between them, who came and left, why somebody is in or out."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Segment, SegmentMember, SegmentMove
from campaigns.segments import actions, queries
from campaigns.segments.meaning import people_in
from contacts.models import Contact
from crm.acting import acting
from crm.choices import FieldRight, Role
from crm.customfields.actions import delete_field
from crm.filtering.trees import asking
from crm.filtering.trees.nodes import TreeProblem
from crm.models import CustomField, FieldRule, JobRun
from tests import factories as make
from tests.api.calls import Caller
from tests.filtering.brute import TODAY, matches
from tests.filtering.sample import fill, trees

FEW = settings(
    max_examples=20, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def tree(where):
    return {"version": 1, "where": where}


def named(text):
    return tree({"field": "name", "op": "contains", "value": text})


def segment_of(where, name="Quiet", **fields):
    return actions.create_segment(actor=None, fields={"name": name, **fields}, tree=where)


def ids(segment, user=None):
    return set(people_in(segment, user).values_list("pk", flat=True))


@pytest.fixture
def house(db, monkeypatch):
    monkeypatch.setattr(asking, "company_today", lambda: TODAY)
    make.make_company()
    return make.make_user()


@FEW
@given(data=st.data())
def test_list_api_and_segment_have_the_same_people_also_of_segments_between(house, data):
    if not Contact.objects.exists():
        fill(house)
    one, two = (data.draw(trees(house)) for _ in range(2))
    Segment.objects.all().delete()
    first, second = (Segment.objects.create(name=name, filter=tree(where)) for name, where in (("A", one), ("B", two)))
    rows = Contact.objects.prefetch_related("points", "addresses", "orders__lines__product").select_related(
        "organization"
    )
    contacts = list(rows)
    in_one, in_two = ({row.pk for row in contacts if matches(row, where)} for where in (one, two))
    assert (ids(first, house), ids(second)) == (in_one, in_two)
    ask_one, ask_two = ({"field": "in_segment", "op": "any", "value": [str(one.pk)]} for one in (first, second))
    not_two = {"field": "in_segment", "op": "not_any", "value": [str(second.pk)]}
    wanted = {
        "A and B": ({"all": [ask_one, ask_two]}, in_one & in_two),
        "A or B": ({"any": [ask_one, ask_two]}, in_one | in_two),
        "A without B": ({"all": [ask_one, not_two]}, in_one - in_two),
    }
    browser, call = make.signed_in(house), Caller(make.make_token(house))
    for name, (where, expected) in wanted.items():
        made = Segment.objects.create(name=name, filter=tree(where))
        assert ids(made, house) == expected
        asked = {"filter": json.dumps(tree({"field": "in_segment", "op": "any", "value": [str(made.pk)]}))}
        assert {row.pk for row in browser.get("/contacts/", asked).context["table"].rows} == expected
        got = call.get(f"/segments/{made.pk}/contacts", {"fields": "name", "page_size": 200}).json()["items"]
        assert {item["id"] for item in got} == expected
        assert queries.standing_of(made, house).count == len(expected)


def test_who_came_and_left_is_kept_and_a_fixed_one_stays(house):
    ada, bo = make.make_contact(name="Ada"), make.make_contact(name="Bo")
    live = segment_of(named("a"), name="With an a")
    fixed = actions.fix_segment(actor=house, segment=live)
    assert actions.refresh_segment(segment=live) == (1, 1, 0)
    assert not SegmentMove.objects.exists()  # who is in it at first has not come
    Contact.objects.filter(pk=ada.pk).update(name="Zoe", archived_at=None)
    Contact.objects.filter(pk=bo.pk).update(name="Bao")
    assert actions.refresh_segment(segment=live) == (1, 1, 1)
    assert actions.refresh_segment(segment=live) == (1, 0, 0)
    moves = set(SegmentMove.objects.values_list("contact", "has_entered"))
    assert moves == {(ada.pk, False), (bo.pk, True)}
    assert (ids(live), ids(fixed), fixed.size) == ({bo.pk}, {ada.pk}, 1)
    assert queries.moves_of(live, house) == {"came": 1, "left": 1}
    page = make.signed_in(house).get(live.get_absolute_url())
    assert "came in" in page.content.decode()


def test_a_segment_on_a_field_that_is_gone_says_so_and_stops_no_other(house):
    field = CustomField.objects.create(model="contacts.contact", key="size", label="Size", type="number")
    gone = segment_of(tree({"field": "custom_size", "op": "over", "value": 3}), name="Large")
    other = segment_of(named("a"), name="Other")
    above = segment_of(tree({"field": "in_segment", "op": "any", "value": [str(gone.pk)]}), name="Above")
    delete_field(actor=None, field=field)
    with pytest.raises(TreeProblem, match="no field named “custom_size”"):
        ids(gone)
    job = JobRun(kind="segments", parameters={})
    told = actions.run_refresh(job, _Silent())
    assert told["segments"] == 1
    assert len(told["problems"]) == 2
    assert Segment.objects.get(pk=other.pk).size == 0
    browser = make.signed_in(house)
    for one in (gone, above):
        assert "no field named" in browser.get(one.get_absolute_url()).content.decode()
    asked = {"filter": json.dumps(tree({"field": "in_segment", "op": "any", "value": [str(gone.pk)]}))}
    assert browser.get("/contacts/", asked).status_code == 400


class _Silent:
    def report(self, *told):
        """Nothing."""


def test_no_segment_asks_for_itself_however_far_round(house):
    first = segment_of(named("a"), name="A")
    second = segment_of(tree({"field": "in_segment", "op": "any", "value": [str(first.pk)]}), name="B")
    round_about = tree({"field": "in_segment", "op": "any", "value": [str(second.pk)]})
    with pytest.raises(Exception, match="would ask for itself"):
        actions.change_segment(actor=None, segment=first, version=1, fields={}, tree=round_about)
    with pytest.raises(Exception, match="“B” asks for it"):
        actions.delete_segment(actor=None, segment=first)
    with pytest.raises(Exception, match="the same for everybody"):
        segment_of(tree({"field": "owner", "op": "any", "value": ["me"]}), name="Mine")


def test_why_somebody_is_out_is_told_part_by_part(house):
    contact = make.make_contact(name="Ada", industry="Steel")
    steel = {"field": "industry", "op": "contains", "value": "steel"}
    none = {"field": "industry", "op": "empty"}
    where = {"all": [{"field": "name", "op": "contains", "value": "ada"}, {"not": {"any": [steel, none]}}]}
    segment = segment_of(tree(where))
    told = queries.why(segment, contact, house)
    assert not told.holds
    asked, current = told.parts
    name, negated = asked.parts
    assert (name.holds, negated.holds, current.holds) == (True, False, True)
    assert [(one.words, one.holds) for one in negated.parts[0].parts] == [
        ("Industry contains steel", True), ("Industry is empty", False),
    ]  # fmt: skip
    page = make.signed_in(house).get(segment.get_absolute_url(), {"contact": contact.pk}).content.decode()
    assert "is not in it" in page


def test_a_seller_gets_their_own_people_and_none_by_what_is_hidden_from_them(house):
    team = make.make_team()
    rep = make.make_user(Role.REP, team=team)
    mine, other = make.make_contact(name="Ada", owner=rep, industry="Steel"), make.make_contact(name="Ana")
    by_name, by_trade = (
        segment_of(named("a"), name="A"),
        segment_of(tree({"field": "industry", "op": "contains", "value": "steel"}), name="B"),
    )
    assert (ids(by_name), ids(by_name, rep)) == ({mine.pk, other.pk}, {mine.pk})
    assert ids(by_trade, rep) == {mine.pk}
    FieldRule.objects.create(role=Role.REP, model="contacts.contact", field="industry", right=FieldRight.HIDDEN)
    rep = type(rep).objects.get(pk=rep.pk)
    with pytest.raises(TreeProblem, match="hidden from you"):
        ids(by_trade, rep)
    asked = {"filter": json.dumps(tree({"field": "in_segment", "op": "any", "value": [str(by_trade.pk)]}))}
    browser = make.signed_in(rep)
    assert browser.get("/contacts/", asked).status_code == 400
    assert "hidden from you" in browser.get(by_trade.get_absolute_url()).content.decode()
    with acting(actor_id=None):
        assert ids(by_trade) == {mine.pk}


def test_the_builder_page_keeps_a_filter_as_a_segment(house):
    make.make_contact(name="Ada")
    browser = make.signed_in(house)
    text = json.dumps(named("ada"))
    page = browser.get("/segments/new/", {"filter": text})
    assert "Name contains ada" in page.content.decode()
    counted = browser.get("/segments/new/", {"filter": text, "part": "count"}).json()
    assert counted == {"count": "1", "words": "Name contains ada", "problems": []}
    assert browser.get("/segments/new/", {"filter": "{", "part": "count"}).status_code == 400
    sent = {"name": " Quiet  since spring", "filter": text, "is_fixed": "on"}
    assert browser.post("/segments/new/", sent).status_code == 302
    segment = Segment.objects.get()
    assert (segment.name, segment.is_fixed, segment.size, segment.owner) == ("Quiet since spring", True, 1, house)
    assert SegmentMember.objects.filter(segment=segment).count() == 1
    again = browser.post("/segments/new/", {"name": "quiet since spring", "filter": '{"version":1,"where":{}}'})
    assert again.status_code == 422
    assert "already" in again.content.decode()


def test_the_list_of_contacts_leads_to_a_segment_of_what_it_shows_for_who_may_make_one(house):
    make.make_contact(name="Ada", city="Ulm")
    browser, text = make.signed_in(house), json.dumps(named("ada"))
    [onward] = browser.get("/contacts/", {"filter": text, "city": "Ulm"}).context["onward"]
    page = browser.get(onward["url"]).content.decode()
    assert "Name contains ada" in page and "Ulm" in page, "the fields of the address belong to the filter"
    assert browser.get(onward["url"], {"part": "count"}).json()["problems"] == []
    assert not browser.get("/contacts/").context["onward"], "everybody is no segment"
    assert not browser.get("/contacts/", {"filter": text, "q": "ada"}).context["onward"], "words are no filter"
    rep = make.signed_in(make.make_user(Role.REP))
    assert not rep.get("/contacts/", {"filter": text}).context["onward"]


def test_that_nobody_may_be_mailed_is_said_where_each_was_asked(house, monkeypatch):
    make.make_contact(name="Ada")
    browser = make.signed_in(house)
    page = segment_of(named("ada"), "Ada").get_absolute_url()
    said = "a campaign would reach nobody"
    assert said in browser.get(page).content.decode()
    monkeypatch.setattr("contacts.permission.counting.MOST_ASKED", 0)
    monkeypatch.setattr("contacts.permission.counting.LOTS", 1)
    estimated = browser.get(page).content.decode()
    assert "about 0" in estimated
    assert said not in estimated
