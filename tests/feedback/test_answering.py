"""The public page: answered without JavaScript or cookie; a look answers nothing; no wrong link opens anything."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Consent
from contacts.permission.rule import may_write
from crm.foreign.tokens import Purpose, make_token
from crm.models import LogEntry, RowChange
from feedback.actions import close_survey, create_survey, open_survey, switch_open_link, translate_survey
from feedback.actions.answering import CHANGEABLE_FOR, MOST_AN_HOUR
from feedback.answering.links import token_of
from feedback.models import Answer, Invitation, Response, Survey
from feedback.ready import READY
from tests.factories import make_company, make_contact
from tests.past.feedback_actions import invited

pytestmark = pytest.mark.django_db
ASKED = READY["attributes"].questions


@pytest.fixture(autouse=True)
def company(db):
    return make_company()


@pytest.fixture
def survey(company) -> Survey:
    fields = {"name": "Spring", "title": "How good are we?", "kind": "attributes"}
    return open_survey(actor=None, survey=create_survey(actor=None, fields=fields, questions=ASKED))


def sent(survey: Survey, **by_text: str) -> dict[str, str]:
    """What a browser sends: `by_text` names a question by the beginning of its words."""
    found = {}
    for beginning, value in by_text.items():
        question = survey.questions.filter(text__startswith=beginning.replace("_", " ")).first()
        found[f"q{question.pk}"] = value
    return found


def page(token: str) -> str:
    return f"/s/{token}/"


def stamp(survey: Survey, seconds: float = 10) -> str:
    return make_token(Purpose.FORM, {"survey": survey.pk, "at": timezone.now().timestamp() - seconds}, None)


def test_a_personal_link_takes_one_answer_that_can_be_changed_for_a_day(survey):
    invitation = invited(survey=survey)
    client, path = Client(), page(token_of(invitation))
    answered = sent(survey, How_likely="3", Delivery="2", What_is_the="Too slow")
    answer = client.post(path, answered)
    assert (answer.status_code, answer["Location"]) == (302, f"{path}?thanks=1&lang=en")
    assert "You can change your answers for a day" in client.get(answer["Location"]).content.decode()
    response = Response.objects.get()
    assert (response.contact, response.via, response.nps, response.nps_group) == (
        invitation.contact, "link", 3, "detractor",
    )  # fmt: skip
    assert (response.comment, response.contact.nps.score) == ("Too slow", 3)
    asked = survey.questions.exclude(kind="matrix").count()
    assert (response.answers.count(), response.answers.filter(value=None, comment="").count()) == (asked, asked - 3)
    assert "Too slow" in client.get(path).content.decode()
    client.post(path, {**answered, **sent(survey, How_likely="9")})
    response.refresh_from_db()
    assert (Response.objects.count(), response.nps) == (1, 9)
    Response.objects.update(created_at=timezone.now() - CHANGEABLE_FOR)
    late = client.post(path, {**answered, **sent(survey, How_likely="0")})
    assert "You have answered this" in late.content.decode()
    assert "Too slow" not in client.get(path).content.decode()
    response.refresh_from_db()
    assert (response.nps, LogEntry.objects.filter(verb__startswith="answer").count()) == (9, 2)
    assert not client.cookies


def test_opening_a_link_answers_nothing_whatever_stands_in_it(survey):
    link = page(token_of(invited(survey=survey)))
    before = RowChange.objects.count()
    marked = Client().get(f"{link}?score=9").content.decode()
    assert marked.count("checked") == 1
    for look in ("", "?score=9&answer=9", "?thanks=1", "no/", f"?{'&'.join(sent(survey, How_likely='9'))}=9"):
        for method in ("get", "head"):
            assert getattr(Client(), method)(f"{link}{look}").status_code == 200
    assert (Response.objects.count(), Answer.objects.count(), Consent.objects.count()) == (0, 0, 0)
    assert RowChange.objects.count() == before


def test_guessed_altered_swapped_and_ended_links_open_nothing(survey):
    one, other = invited(survey=survey), invited(survey=survey)
    good = token_of(one)
    ended = token_of(other)
    Invitation.objects.filter(pk=other.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    not_asked = token_of(invited(survey=survey, not_asked="fatigue"))
    day = dt.timedelta(days=1)
    wrong = [
        "1", str(one.pk), good[:-4] + "AAAA", good[1:], good + "A", ended, not_asked, "x" * 32,
        make_token(Purpose.UNSUBSCRIBE, {"invitation": one.pk}, day),
        make_token(Purpose.QUOTE, {"invitation": one.pk}, day),
        make_token(Purpose.SURVEY, {"quote": one.pk}, day),
        make_token(Purpose.SURVEY, {"invitation": one.pk}, -day),
    ]  # fmt: skip
    for token in wrong:
        for answer in (Client().get(page(token)), Client().post(page(token), sent(survey, How_likely="9"))):
            assert (answer.status_code, "How good are we" in answer.content.decode()) == (404, False)
    assert Client().get(page(good)).status_code == 200
    close_survey(actor=None, survey=survey)
    assert Client().post(page(good), sent(survey, How_likely="9")).status_code == 404
    assert not Response.objects.exists()


def test_an_open_link_takes_many_answers_but_no_flood_and_each_page_once(survey):
    open_one = switch_open_link(actor=None, survey=survey, is_on=True)
    link, said = page(open_one.open_token), sent(survey, How_likely="9")
    for wrong in ("", "forged", stamp(survey, 0.1), make_token(Purpose.FORM, {"survey": 0, "at": 0}, None)):
        again = Client().post(link, {**said, "stamp": wrong}).content.decode()
        assert "Please send it once more" in again
        assert 'value="9"' in again
    assert Client().post(link, {**said, "stamp": stamp(survey), "website_address": "http://x"}).status_code == 302
    assert not Response.objects.exists()
    same = stamp(survey)
    for _ in range(2):
        assert Client().post(link, {**said, "stamp": same}).status_code == 302
    assert (Response.objects.count(), Response.objects.get().contact, Response.objects.get().via) == (1, None, "open")
    for seconds in range(MOST_AN_HOUR):
        last = Client().post(link, {**said, "stamp": stamp(survey, seconds + 20)})
    assert (last.status_code, Response.objects.count()) == (429, MOST_AN_HOUR)
    old = page(open_one.open_token)
    new = switch_open_link(actor=None, survey=survey, is_on=True)
    assert (Client().get(old).status_code, Client().get(page(new.open_token)).status_code) == (404, 200)


def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(survey):
    link = page(token_of(invited(survey=survey)))
    answer = Client().post(link, {**sent(survey, How_likely="11", What_is_the="Because"), "q0": "9"})
    said = answer.content.decode()
    assert (answer.status_code, "Please choose one of these." in said, "Because" in said) == (422, True, True)
    assert "Please answer this." in Client().post(link, {}).content.decode()
    assert not Response.objects.exists()


def test_it_is_read_in_the_language_that_a_browser_asks_for(survey):
    first = survey.questions.get(dimension="nps")
    texts = {"title": "Wie gut sind wir?", f"q{first.pk}": "Würden Sie uns empfehlen?"}
    translate_survey(actor=None, survey=survey, version=survey.version, language="de", texts=texts)
    link = page(token_of(invited(survey=survey)))
    german = Client().get(link, headers={"Accept-Language": "de-AT,en;q=0.5"}).content.decode()
    for words in ("Wie gut sind wir?", "Würden Sie uns empfehlen?", "Absenden", 'lang="de"'):
        assert words in german
    assert "How good are we?" in Client().get(f"{link}?lang=en", headers={"Accept-Language": "de"}).content.decode()
    Client().post(f"{link}?lang=de", sent(survey, How_likely="9"))
    assert Response.objects.get().language == "de"


def test_numbers_and_choices_are_kept_as_they_are_meant(company):
    wallet = create_survey(actor=None, fields={"name": "Wallet"}, questions=READY["wallet"].questions)
    open_survey(actor=None, survey=wallet)
    link = page(token_of(invited(survey=wallet)))
    assert Client().post(link, sent(wallet, How_much="about 5")).status_code == 422
    assert Client().post(link, sent(wallet, How_much="1250,50")).status_code == 302
    assert Answer.objects.get(value__isnull=False).value == Decimal("1250.50")


def test_who_wants_no_more_surveys_says_so_by_one_click(survey):
    invitation = invited(survey=survey, contact=make_contact(emails=("mia@example.org",)))
    link = f"{page(token_of(invitation))}no/"
    assert "No more surveys?" in Client().get(link).content.decode()
    assert not Consent.objects.exists()
    for _ in range(2):
        assert "You get no more surveys" in Client().post(link, {"List-Unsubscribe": "One-Click"}).content.decode()
    permission = may_write(invitation.contact, purpose="survey")
    assert (permission.is_yes, Consent.objects.first().proof) == (False, f"invitation {invitation.pk}")
    assert Client().get("/s/forged/no/").status_code == 404
