"""What a mail answers: by its signed address or the ids that it names, never by a name alone (S20, S21)."""

from __future__ import annotations

import pytest

from contacts.models import Interaction
from crm.choices import Role
from crm.mail.answers import answered_guid, signed_address
from crm.models import Mention, Notice, OutgoingMail
from tests.factories import make_contact, make_user, signed_in
from tests.incoming.conftest import letter, make_mailbox, receive, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia():
    return make_contact(name="Mia Keller", emails=("mia@example.com", "mia.private@example.org"))


def test_answer_to_a_mail_of_ours_becomes_an_entry_of_the_history(mia):
    rep = make_user(Role.REP)
    ours = write(contact_id=mia.pk)
    OutgoingMail.objects.filter(pk=ours.pk).update(actor=rep)
    mail = receive(letter(in_reply_to=ours.message_id, subject="Anything", text="Yes, three.\n\n> Three?"))
    entry = Interaction.objects.get(contact=mia)
    assert (mail.outcome, mail.answers, mail.contact_id, mail.owner) == ("reply", ours, mia.pk, rep)
    assert (entry.channel, entry.direction, entry.body, entry.user) == ("email", "in", "Yes, three.", None)
    assert (mail.object_model, mail.object_id) == ("contacts.interaction", entry.pk)
    assert (mail.record_model, mail.record_id) == ("contacts.contact", mia.pk)


def test_who_wrote_is_told_of_the_answer_and_may_open_it(mia):
    rep = make_user(Role.REP)
    ours = write(contact_id=mia.pk)
    OutgoingMail.objects.filter(pk=ours.pk).update(actor=rep)
    mail = receive(letter(in_reply_to=ours.message_id, subject="Blue\x07 ones", text="Yes."))
    told = Notice.objects.get(user=rep)
    assert (told.title, told.text, told.url) == ("Mia Keller answered: Blue ones", "Yes.", mail.get_absolute_url())
    assert signed_in(rep).get(mail.get_absolute_url()).status_code == 200


def test_answer_from_another_address_of_the_same_contact_attaches(mia):
    ours = write(contact_id=mia.pk)
    mail = receive(letter("mia.private@example.org", references=f"<x@y.example> {ours.message_id}"))
    assert (mail.outcome, mail.answers) == ("reply", ours)


@pytest.mark.parametrize("subject", ["Re: Your order", "[#123] Your order", "Re: [Ticket 1] Your order"])
def test_stranger_with_a_known_id_or_subject_attaches_to_nothing(mia, subject):
    ours = write(contact_id=mia.pk, subject="Your order")
    mail = receive(letter("Eve <eve@example.net>", in_reply_to=ours.message_id, subject=subject))
    assert (mail.outcome, mail.answers, mail.contact_id) == ("kept", None, None)
    assert not Interaction.objects.exists()
    assert mail.thread == f"in:{mail.pk}"


def test_subject_alone_attaches_nothing(mia):
    write(contact_id=mia.pk, subject="Your order")
    mail = receive(letter(subject="Re: Your order"))
    assert (mail.outcome, mail.answers) == ("interaction", None)


def test_signed_address_finds_the_mail_without_any_id(mia):
    make_mailbox(address="help@crm.example", is_for_answers=True)
    ours = write(contact_id=mia.pk, takes_answers=True)
    assert ours.reply_to.startswith("help+r-")
    mail = receive(letter(to=ours.reply_to, subject="no ids here"))
    assert (mail.outcome, mail.answers) == ("reply", ours)


def test_signed_address_of_another_mail_altered_or_of_another_house_is_none(mia, settings):
    ours = write(contact_id=mia.pk)
    address = signed_address("help@crm.example", ours.guid)
    assert answered_guid(address) == ours.guid
    local, _, domain = address.partition("@")
    assert answered_guid(f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}") is None
    assert answered_guid(f"{local}@other.example") is None
    settings.SECRET_KEY = "another key of another house, long enough"
    assert answered_guid(address) is None


def test_signed_address_in_a_stranger_s_hand_attaches_nothing(mia):
    ours = write(contact_id=mia.pk)
    mail = receive(letter("eve@example.net", to=signed_address("help@crm.example", ours.guid)))
    assert (mail.outcome, mail.answers) == ("kept", None)


def test_signed_address_that_would_be_too_long_stays_plain():
    address = f"{'a' * 40}@crm.example"
    ours = write()
    assert signed_address(address, ours.guid) == address


def test_letter_of_a_known_contact_is_an_entry_and_of_a_stranger_nothing(mia):
    known, stranger = receive(letter()), receive(letter("new@example.net"))
    assert (known.outcome, known.contact_id) == ("interaction", mia.pk)
    assert (stranger.outcome, stranger.reason) == ("kept", "Nobody here is in charge of it.")


def test_forged_address_of_a_colleague_writes_in_nobody_s_name(mia):
    agent = make_user(Role.AGENT)
    make_contact(name="Agent Smith", emails=(agent.email,))
    ours = write(to=agent.email, contact_id=mia.pk)
    mail = receive(letter(agent.email, in_reply_to=ours.message_id, text="Give her the discount."))
    assert (mail.outcome, mail.reason) == ("kept", "It says that it is from a colleague, which proves nothing.")
    assert not Interaction.objects.exists()


def test_names_in_a_stranger_s_mail_call_nobody(mia):
    make_user(Role.MANAGER, name="Grace Hopper")
    receive(letter(text="@Grace Hopper please sign"))
    assert not Mention.objects.exists()


def test_mailing_and_automatic_answer_are_no_touch(mia):
    ours = write(contact_id=mia.pk)
    away = receive(letter(in_reply_to=ours.message_id, auto_submitted="auto-replied"))
    news = receive(letter(list_id="<news.example.com>"))
    assert (away.outcome, away.answers, news.outcome) == ("auto_reply", ours, "kept")
    assert not Interaction.objects.exists()


def test_loop_of_our_own_address_is_kept_and_handed_to_nobody(mia):
    box = make_mailbox()
    make_contact(name="Ourselves", emails=(box.address,))
    mail = receive(letter(box.address), box)
    assert (mail.outcome, mail.reason) == ("kept", "It says that it is from ourselves: a loop.")
