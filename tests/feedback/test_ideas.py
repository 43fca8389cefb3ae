"""Suggestions: from an answer, the portal, the API or by hand, to an owner, to what became of it, to who asked."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from contacts.models.permission import EVERY_PURPOSE
from contacts.permission.actions import record_consent
from crm.choices import Role
from crm.models import OutgoingMail
from crm.saving import StaleRecord
from feedback.ideas.actions import add_vote, move_suggestion, remove_vote, suggest, tell_customers
from feedback.models import Suggestion, SuggestionVote
from service.portal.links import link_for
from tests.api.calls import Caller
from tests.factories import make_company, make_contact, make_response, make_token, make_user, signed_in

pytestmark = pytest.mark.django_db
BOARD = {"X-Board": "1"}


@pytest.fixture(autouse=True)
def company():
    return make_company()


def customer(name: str = "Mia Keller", **fields):
    first = name.split(maxsplit=1)[0]
    return make_contact(name=name, first_name=first, emails=(f"{first.lower()}@example.com",), **fields)


def planned(suggestion, state="planned", answer="From May on."):
    version = Suggestion.objects.get(pk=suggestion.pk).version
    return move_suggestion(actor=None, suggestion=suggestion, version=version, state=state, fields={"answer": answer})


def test_who_asked_is_told_once_of_each_state_and_only_who_may_be_written_to():
    mia, ben, ida = customer(), customer("Ben Gray"), make_contact(name="Ida without address")
    idea = suggest(actor=None, fields={"title": "Hooks that hold"}, contact=mia, words="They bend.")
    for one in (mia, ben, ida):
        add_vote(actor=None, suggestion=idea, contact=one)
    record_consent(actor=None, contact=ben, channel="email", purpose=EVERY_PURPOSE, level=0, source="Letter")
    with pytest.raises(ValidationError, match="Nothing came of it yet"):
        tell_customers(actor=None, suggestion=idea)
    planned(idea)
    assert [tell_customers(actor=None, suggestion=idea) for _ in range(2)] == [1, 0]
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.subject) == ("mia@example.com", "Your suggestion: Hooks that hold")
    assert "From May on." in mail.text
    assert {vote.contact: vote.told_state for vote in idea.given.all()} == {mia: "planned", ben: "", ida: ""}
    planned(idea, "done", "New hooks of steel.")
    assert tell_customers(actor=None, suggestion=idea) == 1
    for state in ("planned", "done"):  # there and back again: nobody hears the same twice
        planned(idea, state)
        assert tell_customers(actor=None, suggestion=idea) == 0
    assert OutgoingMail.objects.count() == 2


def test_votes_count_each_customer_once_and_states_want_their_words():
    mia = customer()
    idea = suggest(actor=None, fields={"title": "Hooks that hold"}, contact=mia)
    for words in ("", "They bend.", "Something else"):
        add_vote(actor=None, suggestion=idea, contact=mia, words=words)
    add_vote(actor=None, suggestion=idea, contact=make_contact())
    idea.refresh_from_db()
    assert (idea.votes, idea.given.get(contact=mia).words) == (2, "They bend.")
    for _ in range(2):
        remove_vote(actor=None, suggestion=idea, contact=mia)
    idea.refresh_from_db()
    assert idea.votes == 1
    for state, sentence in (("declined", "Say why not"), ("done", "Say what was changed"), ("gone", "no such state")):
        with pytest.raises(ValidationError, match=sentence):
            move_suggestion(actor=None, suggestion=idea, version=idea.version, state=state)
    planned(idea)
    with pytest.raises(StaleRecord):
        move_suggestion(actor=None, suggestion=idea, version=idea.version, state="new")


def test_an_answer_becomes_a_suggestion_with_its_customer_and_stands_in_their_history():
    browser, mia = signed_in(make_user(Role.MANAGER)), customer()
    response = make_response(mia, 4, comment="The hooks bend under the big frame.")
    page = f"{reverse('feedback:suggestion_create')}?response={response.pk}"
    assert page in browser.get(response.get_absolute_url()).content.decode()
    form = browser.get(page).context["form"]
    assert (form.initial["contact"], form.initial["words"]) == (mia.pk, response.comment)
    sent = {"title": "Hooks that hold", "contact": mia.pk, "words": response.comment, "form_token": "x"}
    assert browser.post(page, sent).status_code == 302
    vote = SuggestionVote.objects.get()
    assert (vote.response, vote.source, vote.suggestion.votes) == (response, "answer", 1)
    assert "Suggested “Hooks that hold”" in browser.get(mia.get_absolute_url()).content.decode()
    assert "Hooks that hold" in browser.get(response.get_absolute_url()).content.decode()
    # a colleague without a view of the customer reads the suggestion, and neither name nor words
    rep = signed_in(make_user(Role.REP))
    said = rep.get(vote.suggestion.get_absolute_url()).content.decode()
    assert "1\N{NO-BREAK SPACE}customer whom you may not see" in said
    assert "Mia" not in said
    assert "bend" not in said
    assert browser.get(f"{reverse('feedback:suggestion_list')}?q=hooks").context["count"] == "1"


def test_the_board_moves_a_card_and_leads_on_where_words_are_missing():
    user = make_user(Role.MANAGER)
    browser, mia = signed_in(user), customer()
    idea = suggest(actor=user, fields={"title": "Hooks that hold"}, contact=mia)
    suggest(actor=None, fields={"title": "Free returns", "owner": None})
    columns = browser.get(reverse("feedback:suggestion_board")).context["columns"]
    assert [[card.title for card in one.cards] for one, _ in columns] == [
        ["Hooks that hold", "Free returns"],
        [],
        [],
        [],
    ]
    own = browser.get(f"{reverse('feedback:suggestion_board')}?owner=me").context["columns"]
    assert [card.title for card in own[0][0].cards] == ["Hooks that hold"]
    move = reverse("feedback:suggestion_move", args=[idea.pk])
    moved = browser.post(move, {"state": "planned", "version": 1}, headers=BOARD)
    assert moved.json() == {"version": 2}
    late = browser.post(move, {"state": "new", "version": 1}, headers=BOARD)
    assert (late.status_code, "sentence" in late.json()) == (409, True)
    told = browser.post(move, {"state": "declined", "version": 2}, headers=BOARD)
    assert (told.status_code, told.json()["url"]) == (422, f"{move}?state=declined")
    fields = {"state": "declined", "version": 2, "answer": "Steel is too dear.", "tells": "on"}
    assert browser.post(move, fields).status_code == 302
    idea.refresh_from_db()
    assert (idea.state, idea.answer, OutgoingMail.objects.get().contact_id) == (
        "declined",
        "Steel is too dear.",
        mia.pk,
    )
    rep = signed_in(make_user(Role.REP))
    assert rep.post(move, {"state": "new", "version": 3}).status_code == 403


def test_a_customer_suggests_in_the_portal_and_reads_there_what_became_of_it():
    mia, other = customer(), customer("Ben Gray")
    suggest(actor=None, fields={"title": "CANARY of another"}, contact=other)
    path = f"/portal/{link_for('mia@example.com', shows_all=True).partition('/portal/')[2]}suggestions/"
    stranger, sent = Client(), {"title": "Hooks that hold", "words": "They bend."}
    for _ in range(2):  # a second click makes none
        assert stranger.post(path, sent).status_code == 302
    vote = SuggestionVote.objects.get(contact=mia)
    assert (vote.words, vote.source, vote.suggestion.owner) == ("They bend.", "portal", None)
    planned(vote.suggestion)
    page = stranger.get(path).content.decode()
    assert "we are going to do it" in page
    assert "From May on." not in page  # not told yet
    assert "CANARY" not in page
    tell_customers(actor=None, suggestion=vote.suggestion)
    assert "From May on." in stranger.get(path).content.decode()
    empty = stranger.post(path, {"title": " ", "words": "Kept as typed"})
    assert (empty.status_code, "Kept as typed" in empty.content.decode()) == (422, True)
    statuses = [stranger.post(path, {"title": f"Idea {number}"}).status_code for number in range(10)]
    assert (statuses.count(302), statuses[-1]) == (9, 429)
    reply_link = f"/portal/{link_for('mia@example.com').partition('/portal/')[2]}suggestions/"
    assert "Hooks" not in stranger.get(reply_link).content.decode()
    assert stranger.post(reply_link, sent).status_code == 422
    assert stranger.get("/portal/guessed/suggestions/").status_code == 404


def test_a_program_writes_suggestions_down_moves_them_and_adds_who_asks():
    user, mia = make_user(Role.MANAGER), customer()
    call = Caller(make_token(user, "suggestions:read", "suggestions:write"))
    made = call.post("/suggestions", {"title": "Hooks that hold", "contact_id": mia.pk, "words": "They bend."})
    assert (made.status_code, made.json()["votes"], made.json()["state"]) == (201, 1, "new")
    path = f"/suggestions/{made.json()['id']}"
    assert call.post(f"{path}/votes", {"contact_id": customer("Ben Gray").pk}).status_code == 201
    assert call.post(f"{path}/votes", {"contact_id": 10**9}).status_code == 422
    assert call.patch(path, {"text": "Of steel", "version": 1}).json()["text"] == "Of steel"
    refused = call.post(f"{path}/move", {"state": "done", "version": 2})
    assert refused.status_code == 422
    move = {"state": "planned", "answer": "From May on.", "planned_on": "2027-05-01", "tells": True, "version": 2}
    assert call.post(f"{path}/move", move).json()["planned_on"] == "2027-05-01"
    assert OutgoingMail.objects.count() == 2
    assert call.get("/suggestions", {"state": "planned"}).json()["items"][0]["votes"] == 2
