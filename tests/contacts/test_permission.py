"""May we write to this person for this purpose today, and why: one rule for one contact and for an audience."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import NotSupportedError, ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.choices import YES, Answer, ConsentLevel, ListKind
from contacts.models import Consent, Contact, Purpose
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write, permitted
from crm.choices import Role
from crm.models import OutgoingMail, SuppressedAddress
from tests.factories import make_contact, make_team, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def say(contact, level, days_ago=1, channel="email", purpose="marketing", **more):
    moment = NOW - dt.timedelta(days=days_ago)
    return record_consent(
        actor=None, contact=contact, channel=channel, purpose=purpose, level=level, recorded_at=moment, **more
    )


def answer(contact, **asked):
    return may_write(contact, **asked).answer


@pytest.fixture
def ann():
    return make_contact(name="Ann", emails=("ann@example.org",))


def test_nobody_is_written_to_who_was_never_asked(ann):
    assert answer(ann) == Answer.NEVER_ASKED
    assert list(permitted(Contact.objects.all())) == []


def test_the_newest_word_counts(ann):
    say(ann, ConsentLevel.OPT_IN, 3, source="form at the fair")
    permission = may_write(ann)
    assert (permission.answer, permission.is_yes) == (Answer.GRANTED, True)
    assert "form at the fair" in permission.sentence
    say(ann, ConsentLevel.NONE, 2)
    assert answer(ann) == Answer.WITHDRAWN
    say(ann, ConsentLevel.DOUBLE_OPT_IN, 1)
    assert answer(ann) == Answer.GRANTED
    assert answer(ann, at=NOW - dt.timedelta(days=1, hours=12)) == Answer.WITHDRAWN


def test_a_no_to_everything_holds_for_each_purpose_until_a_later_yes(ann):
    say(ann, ConsentLevel.OPT_IN, 3)
    say(ann, ConsentLevel.NONE, 2, purpose="all")
    assert {answer(ann, purpose=purpose) for purpose in ("marketing", "survey", "service")} == {Answer.WITHDRAWN}
    say(ann, ConsentLevel.OPT_IN, 1)
    assert (answer(ann), answer(ann, purpose="service")) == (Answer.GRANTED, Answer.WITHDRAWN)


def test_a_purpose_says_how_strong_a_consent_it_needs(ann):
    say(ann, ConsentLevel.IMPLIED, purpose="all")
    assert answer(ann) == Answer.TOO_WEAK
    assert answer(ann, purpose="survey") == Answer.GRANTED
    Purpose.objects.filter(key="marketing").update(least_level=ConsentLevel.IMPLIED)
    assert answer(ann) == Answer.GRANTED


def test_service_needs_no_consent_and_an_unknown_purpose_needs_an_opt_in(ann):
    assert answer(ann, purpose="service") == Answer.NOT_NEEDED
    say(ann, ConsentLevel.IMPLIED, purpose="astrology")
    assert answer(ann, purpose="astrology") == Answer.TOO_WEAK


def test_a_compiled_list_needs_a_consent_of_their_own(ann):
    Contact.objects.filter(pk=ann.pk).update(list_kind=ListKind.COMPILED)
    assert (answer(ann), answer(ann, purpose="survey")) == (Answer.COMPILED, Answer.COMPILED)
    say(ann, ConsentLevel.IMPLIED, purpose="all")
    assert answer(ann, purpose="survey") == Answer.COMPILED
    say(ann, ConsentLevel.OPT_IN, purpose="all", days_ago=0.5)
    assert answer(ann) == Answer.GRANTED


def test_an_archived_contact_one_without_and_one_with_a_dead_address(ann):
    say(ann, ConsentLevel.OPT_IN)
    say(ann, ConsentLevel.OPT_IN, channel="phone")
    assert answer(ann, channel="phone") == Answer.UNREACHABLE
    SuppressedAddress.objects.create(address="ann@example.org", reason="bounce")
    assert answer(ann) == Answer.SUPPRESSED
    Contact.objects.filter(pk=ann.pk).update(archived_at=NOW)
    assert answer(ann) == Answer.ARCHIVED


def test_the_ledger_is_only_added_to(ann):
    say(ann, ConsentLevel.OPT_IN)
    for statement in ("UPDATE contacts_consent SET level = 3", "DELETE FROM contacts_consent"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_lies_in_the_future_has_not_been_said(ann):
    with pytest.raises(ValidationError):
        say(ann, ConsentLevel.OPT_IN, days_ago=-1)


SAID = st.lists(
    st.tuples(st.sampled_from(("marketing", "survey", "all")), st.sampled_from(list(ConsentLevel))), max_size=4
)
COUNTER = itertools.count()


PEOPLE = st.lists(st.tuples(SAID, st.booleans()), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None)
@given(people=PEOPLE, purpose=st.sampled_from(("marketing", "survey", "service")))
def test_an_audience_gets_the_answer_of_a_brute_force(people, purpose):
    least, expected = {"marketing": 2, "survey": 1, "service": 0}[purpose], {}
    for words, is_compiled in people:
        kind = ListKind.COMPILED if is_compiled else ""
        contact = make_contact(emails=(f"person{next(COUNTER)}@example.org",), list_kind=kind)
        Consent.objects.bulk_create(
            Consent(
                contact=contact, channel="email", purpose=said, level=level, recorded_at=NOW - dt.timedelta(days=9 - at)
            )
            for at, (said, level) in enumerate(words)
        )  # fmt: skip
        level = next((level for said, level in reversed(words) if said in (purpose, "all")), None)
        needed = max(least, 2) if is_compiled and least else least
        expected[contact] = level != 0 and (least == 0 or (level is not None and level >= needed))
    allowed = permitted(Contact.objects.filter(pk__in=[one.pk for one in expected]), purpose=purpose)
    assert set(allowed) == {contact for contact, is_yes in expected.items() if is_yes}
    assert (answer(contact, purpose=purpose) in YES) is expected[contact], "one by one it is the same rule"


def test_the_page_says_it_and_takes_a_new_word(client, ann):
    marketer = make_user(Role.MARKETER)
    client.force_login(marketer)
    assert "Never asked" in client.get(ann.get_absolute_url()).content.decode()
    sent = {"channel": "email", "purpose": "marketing", "level": "2", "basis": "consent", "source": "on the phone"}
    response = client.post(f"{ann.get_absolute_url()}consents/new/", sent)
    assert response["Location"] == f"{ann.get_absolute_url()}?tab=permission"
    page = client.get(response["Location"]).content.decode()
    assert "They agreed" in page
    assert "on the phone" in page
    wrong = client.post(f"{ann.get_absolute_url()}consents/new/", {**sent, "recorded_at": "2126-01-01T10:00"})
    assert wrong.status_code == 422
    assert Consent.objects.count() == 1


def test_a_rep_writes_down_nothing_about_a_mates_contact(client):
    team = make_team()
    rep, mate = make_user(Role.REP, team=team), make_user(Role.REP, team=team)
    contact = make_contact(owner=mate, team=team)
    client.force_login(rep)
    assert client.get(f"{contact.get_absolute_url()}?tab=permission").status_code == 200
    assert client.get(f"{contact.get_absolute_url()}consents/new/").status_code == 403


def test_a_mail_from_the_page_of_somebody_who_said_no_to_everything_is_refused(client, ann):
    client.force_login(make_user(Role.MARKETER))
    page, sent = ann.get_absolute_url(), {"to": "ann@example.org", "subject": "Your order", "text": "It is on its way."}
    assert client.post(f"{page}mails/", sent).status_code == 302
    say(ann, ConsentLevel.NONE, purpose="all")
    refused = client.post(f"{page}mails/", sent)
    assert refused.status_code == 422
    assert "They said no" in refused.content.decode()
    assert OutgoingMail.objects.filter(contact_id=ann.pk).count() == 1


def test_nobody_waits_to_write_a_consent_while_the_index_of_the_newest_is_built():
    with pytest.raises(NotSupportedError, match="AddIndexConcurrently operation cannot be executed inside"):
        call_command("sqlmigrate", "contacts", "0005")
