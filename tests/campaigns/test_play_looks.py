"""The mails of a play as one person would get them, and a test of one to whoever asks."""

import pytest
from django.urls import reverse

from campaigns.models import PlayEntry, Recipient
from campaigns.plays import actions
from campaigns.plays.actions import StepInput
from campaigns.plays.looking import looks_of, people_to_look_at
from contacts.models import Contact
from crm.choices import Role
from crm.models import LogEntry, OutgoingMail
from tests import factories as make
from tests.campaigns.playing import LATER, MAIL, TAG
from tests.campaigns.sample import agreed

pytestmark = pytest.mark.django_db
NAMED = StepInput(kind="mail", wait_days=2, title="Dear {{first_name}}", text="We have been to {{city|your town}}.")


@pytest.fixture
def marketer():
    make.make_company(name="Frames & Co")
    return make.make_user(Role.MARKETER, name="Mia")


def play_of(actor, *steps, **fields):
    return actions.create_play(actor=actor, fields={"name": "Welcome", **fields}, steps=steps)


def forms_of(page):
    """The names and tokens of the tests that the page offers."""
    return page.count("Test to me")


def test_each_mail_stands_as_the_person_gets_it_on_the_day_that_it_comes(marketer):
    (person,) = agreed(1)
    play = play_of(marketer, MAIL, TAG, LATER, NAMED)
    found = looks_of(play, person, marketer)
    assert [(one.day, one.look.mail.subject) for one in found] == [
        (0, "Thank you, First0"), (3, "How is it?"), (5, "Dear First0"),
    ]  # fmt: skip
    page = make.signed_in(marketer).get(reverse("campaigns:play_look", args=[play.pk])).content.decode()
    for words in ("Thank you, First0", "3\N{NO-BREAK SPACE}days after the event", "We have been to your town."):
        assert words in page
    assert forms_of(page) == 3
    assert not PlayEntry.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_who_would_get_no_mail_is_said_with_the_reason_and_cannot_be_tested(marketer):
    nameless = make.make_contact(name="Firm", emails=("a@firm.example",))
    play = play_of(marketer, NAMED)
    client = make.signed_in(marketer)
    page = client.get(reverse("campaigns:play_look", args=[play.pk]), {"contact": nameless.pk}).content.decode()
    assert "this person would get no mail" in page
    assert forms_of(page) == 0
    variant = play.steps.get().carrier.variants.get()
    sent = {"variant": variant.pk, "contact": nameless.pk}
    page = client.post(reverse("campaigns:play_test", args=[play.pk]), sent, follow=True).content.decode()
    assert "this person would get no mail" in page
    assert not OutgoingMail.objects.exists()


def test_a_test_goes_to_who_asks_in_the_name_of_the_play_and_leaves_no_trace_with_the_contact(marketer):
    (person,) = agreed(1)
    play = play_of(marketer, MAIL, sender_name="Petra of Frames")
    client = make.signed_in(marketer)
    variant = play.steps.get().carrier.variants.get()
    url = reverse("campaigns:play_test", args=[play.pk])
    sent = {"variant": variant.pk, "contact": person.pk, "form_token": "0123456789abcdef0123456789abcdef"}
    answer = client.post(url, sent)
    assert answer.headers["Location"] == f"/plays/{play.pk}/mails/?contact={person.pk}"
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.subject) == (marketer.email, "[Test] Thank you, First0")
    assert "Petra of Frames" in mail.sender
    assert "/t/" not in mail.html
    assert (mail.contact_id, Recipient.objects.count(), PlayEntry.objects.count()) == (None, 0, 0)
    entry = LogEntry.objects.filter(verb="try").get()
    assert (entry.model, entry.object_id) == ("campaigns.play", play.pk)


def test_it_is_seen_through_who_came_in_last_and_never_through_the_control_group(marketer):
    people = agreed(4)
    play = play_of(marketer, MAIL)
    now = play.created_at
    for contact, is_control in zip(people[:3], (False, False, True), strict=True):
        PlayEntry.objects.create(
            play=play, contact=contact, event_at=now, entered_at=now, next_at=now, is_control=is_control
        )
    assert people_to_look_at(play, marketer) == [people[1], people[0]]
    PlayEntry.objects.all().delete()
    assert people_to_look_at(play, marketer) == people[::-1]


def test_a_mail_of_another_play_and_a_contact_out_of_sight_are_refused(marketer):
    (person,) = agreed(1)
    play, other = play_of(marketer, MAIL), play_of(marketer, LATER, name="Other")
    client = make.signed_in(marketer)
    foreign = other.steps.get().carrier.variants.get()
    for sent in ({"variant": foreign.pk, "contact": person.pk}, {"variant": "x", "contact": "9" * 30}):
        page = client.post(reverse("campaigns:play_test", args=[play.pk]), sent, follow=True)
        assert "look again" in page.content.decode()
    assert not OutgoingMail.objects.exists()
    assert client.get(f"/plays/{play.pk}/mails/?contact=x").status_code == 404


def test_a_play_without_mails_or_people_says_what_to_do(marketer):
    play = play_of(marketer, TAG)
    client = make.signed_in(marketer)
    url = reverse("campaigns:play_look", args=[play.pk])
    assert "Nobody to look through" in client.get(url).content.decode()
    make.make_contact()
    assert "This play writes no mails yet" in client.get(url).content.decode()
    assert "Look at its mails" not in client.get(play.get_absolute_url()).content.decode()
    assert Contact.objects.count() == 1
