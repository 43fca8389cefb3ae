"""Macros: a reply with fields, in the customer's language, and changes of the ticket, by one name."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from crm.choices import FieldRight, Role
from crm.models import FieldRule, JobRun, OutgoingMail, Team, User
from service.actions import reply
from service.languages import language_of
from service.macros.actions import create_macro, use_macro
from service.macros.filling import propose
from service.macros.queries import proposals
from service.models import Macro, Queue, Ticket, TicketEvent
from tests.concurrency.forms import form_in
from tests.factories import make_company, make_contact, make_product, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
HELLO = "Hello {{first_name|there}}, {{product|it}} of {{number}} leaves today. {{agent}}"


@pytest.fixture
def agent():
    make_company(name="Frames & Co")
    return make_user(Role.AGENT, name="Petra Lindqvist", team=Team.objects.create(name="Service"))


def make_macro(**given) -> Macro:
    return Macro.objects.create(**{"name": "On its way", "code": "on-its-way", "reach": "all", "text": HELLO, **given})


def events(ticket: Ticket) -> list[str]:
    return [str(one) for one in TicketEvent.objects.filter(ticket=ticket)]


def test_fields_are_filled_by_the_ticket_and_nothing_in_them_is_read_again(agent):
    mia = make_contact(name="{{company}} Keller", first_name="{{company}}", emails=("mia@example.com",))
    ticket = make_ticket(mia, product=make_product(name="Oak\nframe <b>"))
    assert propose(make_macro(), ticket, agent).text == (
        f"Hello {{{{company}}}}, Oak frame <b> of #{ticket.pk} leaves today. Petra Lindqvist"
    )


def test_what_is_not_known_has_other_words_or_stays_a_gap_that_does_not_leave(agent):
    ticket = make_ticket(requester_name="mia@example.com")
    macro = make_macro(text="Hello {{first_name|there}}, how is {{product}}?")
    text = propose(macro, ticket, agent).text
    assert text == "Hello there, how is {{product}}?"
    with pytest.raises(ValidationError, match="Nobody knows the product: write something in place of the braces"):
        reply(actor=agent, ticket=ticket, text=text, macro=macro)
    assert not OutgoingMail.objects.exists()
    reply(actor=agent, ticket=ticket, text="Is {{this}} yours?")  # no macro: braces are the customer's business


def test_reply_by_a_macro_changes_the_ticket_along_with_it_and_is_counted(agent):
    Queue.objects.create(name="Support")
    claims = Queue.objects.create(name="Claims", position=9)
    ticket = make_ticket(tags=["price"])
    macro = make_macro(queue=claims, priority="high", tags=["product", "price"], takes=True, then="solved")
    browser = signed_in(agent)
    offered = browser.get(f"/tickets/{ticket.pk}/macros/", headers={"Accept": "application/json"}).json()["options"]
    assert [(one["code"], one["does"], one["use"]) for one in offered] == [
        ("on-its-way", "to the queue Claims, priority high, tag product, tag price, yours, then solved", "")
    ]
    form = form_in(browser.get(ticket.get_absolute_url()).content.decode(), "seen").fields
    sent = form | {"text": offered[0]["text"], "macro": str(macro.pk), "then": ""}
    assert browser.post(f"/tickets/{ticket.pk}/replies/new/", sent).status_code == 302
    browser.post(f"/tickets/{ticket.pk}/replies/new/", sent)  # sent twice is sent once
    ticket.refresh_from_db()
    macro.refresh_from_db()
    assert (ticket.queue, ticket.priority, ticket.tags, ticket.owner, ticket.state) == (
        claims, "high", ["price", "product"], agent, "solved",
    )  # fmt: skip
    assert events(ticket)[1:] == [
        "assigned to Petra Lindqvist", "moved: Claims", "priority: high", "replied", "solved",
    ]  # fmt: skip
    assert (macro.used_count, OutgoingMail.objects.count()) == (1, 1)


def test_macro_that_is_gone_loses_no_words(agent):
    ticket, macro = make_ticket(), make_macro()
    browser = signed_in(agent)
    url = f"/tickets/{ticket.pk}/replies/new/?macro={macro.pk}"
    form = form_in(browser.get(url).content.decode(), "seen").fields
    assert form["text"][0].strip() == f"Hello Mia, it of #{ticket.pk} leaves today. Petra Lindqvist"
    macro.delete()
    answer = browser.post(url, form | {"text": "My own words"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "This macro is not there any more" in shown
    again = form_in(shown, "seen").fields
    assert (again["macro"], again["text"][0].strip()) == ([""], "My own words")
    assert browser.post(url, again).status_code == 302


def test_macro_without_words_is_done_at_once_and_twice_is_once(agent):
    ticket = make_ticket()
    macro = make_macro(text="", priority="urgent", tags=["process"], then="open")
    browser = signed_in(agent)
    for _ in range(2):
        browser.post(f"/tickets/{ticket.pk}/macros/use/", {"macro": macro.pk})
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.tags, ticket.state, ticket.version) == ("urgent", ["process"], "open", 2)
    assert events(ticket)[1:] == ["resumed", "priority: urgent"]
    with pytest.raises(ValidationError, match="says something to the customer"):
        use_macro(actor=agent, ticket=ticket, macro=make_macro(code="other"))


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Zwei Scheiben sind zerbrochen. Wann bekomme ich eine neue?", "de"),
        ("Deux vitres sont cassées, et je ne sais pas quand vous livrez.", "fr"),
        ("Two panes are broken. When will I get the new ones?", "en"),
        ("Order 4711", ""),
    ],
)
def test_customer_is_answered_in_their_language(agent, words, language):
    assert language_of(words) == language
    ticket = make_ticket(subject="4711", body=words)
    macro = make_macro(texts={"de": "Guten Tag {{name|}}", "fr": "Bonjour {{name}}"})
    begins = {"de": "Guten Tag Mia Keller", "fr": "Bonjour Mia Keller"}.get(language, "Hello Mia")
    assert (ticket.language, propose(macro, ticket, agent).text[: len(begins)]) == (language, begins)


def test_macro_is_seen_by_whom_it_is_for(agent):
    below = Team.objects.create(name="Night shift", parent=agent.team)
    near, far = make_user(Role.AGENT, team=below), make_user(Role.AGENT)
    make_macro(code="mine", reach="own", owner=agent)
    make_macro(code="team", reach="team", team=agent.team, owner=agent)
    make_macro(code="all")
    make_macro(code="old", is_active=False)
    found = [{one.macro.code for one in proposals(who, make_ticket())} for who in (agent, near, far)]
    assert found == [{"mine", "team", "all"}, {"team", "all"}, {"all"}]


def test_what_is_hidden_from_a_role_is_no_value_of_a_field(agent):
    FieldRule.objects.create(role=Role.AGENT, model="service.ticket", field="product", right=FieldRight.HIDDEN)
    make_macro(text="About {{product|it}}")
    ticket = Ticket.objects.get(pk=make_ticket(product=make_product(name="Oak frame")).pk)
    assert proposals(agent, ticket)[0].text == "About it"


def test_editor_refuses_what_is_no_field_and_shows_how_it_looks(agent):
    make_ticket(product=make_product(name="Oak frame"))
    browser = signed_in(agent)
    form = form_in(browser.get("/tickets/macros/new/").content.decode(), "form_token").fields
    typed = form | {"name": "On its way", "code": "on-its-way", "text": "Hello {{nmae}}"}
    answer = browser.post("/tickets/macros/new/", typed)
    assert answer.status_code == 422
    assert "“{{nmae}}” is no field. These are: {{first_name}}" in answer.content.decode()
    rows = {"texts-TOTAL_FORMS": "1", "texts-0-language": "de", "texts-0-text": "Guten Tag"}
    assert browser.post("/tickets/macros/new/", typed | rows | {"text": HELLO}).status_code == 302
    macro = Macro.objects.get()
    assert (macro.owner, macro.reach, macro.texts) == (agent, "own", {"de": "Guten Tag"})
    look = browser.post("/tickets/macros/preview/", {"text": "<b>{{product}}</b> {{organization}}"}).content.decode()
    assert "&lt;b&gt;Oak frame&lt;/b&gt;" in look
    assert "Nothing is known of the organization here" in look
    assert "is no field" in browser.post("/tickets/macros/preview/", {"text": "{{nmae}}"}).content.decode()
    User.objects.update(language="de")
    wrong = browser.post("/tickets/macros/preview/", {"text": "{{<b>100%}}"}).content.decode()
    assert "ist kein Feld. Es gibt: " in wrong
    assert "&lt;b&gt;100%" in wrong and "<b>" not in wrong
    with pytest.raises(ValidationError, match="Another macro of yours has this short name"):
        create_macro(actor=agent, fields={"name": "Again", "code": "on-its-way", "text": "Hello"})


def test_many_tickets_of_the_list_are_answered_by_a_macro_and_what_cannot_be_is_told(agent):
    tickets = [make_ticket(requester_name=name) for name in ("Mia Keller", "Ada Berg", "keller@example.com")]
    silent = make_ticket(requester_name="Ida Lund", requester_email="")
    macro = make_macro(text="Hello {{first_name}}", tags=["place"], then="solved")
    keys = [one.pk for one in (*tickets, silent)]
    answer = signed_in(agent).post(
        "/tickets/bulk/", {"op": "macro", "pk": keys, "macro": macro.pk, "next": "/tickets/"}
    )
    assert answer.url == "/tickets/"
    texts = OutgoingMail.objects.values_list("text", flat=True)
    assert sorted(text.partition("\n")[0] for text in texts) == ["Hello Ada", "Hello Mia"]
    result = JobRun.objects.get().result
    assert (result["tickets"], result["done"]) == (4, 2)
    assert {why.split(":")[0].split(",")[0] for why in result["left"]} == {
        "the first name is not known", "This ticket has no e-mail address",
    }  # fmt: skip
    assert Ticket.objects.filter(state="solved", tags=["place"]).count() == 2
    signed_in(agent).post("/tickets/bulk/", {"op": "close", "pk": keys})
    assert Ticket.objects.filter(state="closed").count() == 4
