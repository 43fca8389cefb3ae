"""What ties tickets together and people to them: links, splits, incidents, watchers, who is there; files in replies."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from crm.choices import Role
from crm.jobs import run_job
from crm.models import AccessRule, JobRun, MailAttachment, Notice, OutgoingMail
from service import actions
from service.choices import LinkKind
from service.models import Message, TicketEvent, TicketLink, TicketPresence
from service.queries import ties_of
from service.ties.actions import link_tickets, split_ticket, watch_ticket
from service.ties.presence import forget_presence, in_words, others_at, say_present
from tests.concurrency.forms import form_in
from tests.factories import make_company, make_contact, make_product, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    make_company(name="Frames & Co")
    return make_user(Role.AGENT, name="Petra Lindqvist")


def test_link_is_read_from_both_ends_and_said_anew_replaces_it(agent):
    one, other = make_ticket(subject="Slow site"), make_ticket(subject="The site is down")
    link_tickets(actor=agent, ticket=one, other=other, kind=LinkKind.RELATED)
    link_tickets(actor=agent, ticket=one, other=other, kind=LinkKind.INCIDENT)
    assert [(tie.words, tie.ticket, tie.is_incident) for tie in ties_of(one, agent)] == [
        ("An incident of", other, False)
    ]
    assert [(tie.words, tie.ticket, tie.is_incident) for tie in ties_of(other, agent)] == [
        ("The problem of", one, True)
    ]
    with pytest.raises(ValidationError, match="nothing to do with itself"):
        link_tickets(actor=agent, ticket=one, other=one, kind=LinkKind.RELATED)
    with pytest.raises(ValidationError, match="is an incident itself"):
        link_tickets(actor=agent, ticket=make_ticket(), other=one, kind=LinkKind.INCIDENT)
    browser = signed_in(agent)
    assert "The site is down" in browser.get(one.get_absolute_url()).content.decode()
    browser.post(f"/tickets/{other.pk}/unlink/", {"link": TicketLink.objects.get().pk})
    assert not TicketLink.objects.exists()


def test_a_linked_ticket_out_of_sight_is_not_named(agent):
    one, other = make_ticket(owner=agent), make_ticket(subject="Secret matter", owner=make_user(Role.AGENT))
    link_tickets(actor=None, ticket=one, other=other, kind=LinkKind.RELATED)
    AccessRule.objects.create(role=Role.AGENT, model="service.ticket", verb="view", scope="own")
    assert ties_of(one, agent) == []
    assert "Secret matter" not in signed_in(agent).get(one.get_absolute_url()).content.decode()


def test_second_matter_of_a_message_is_split_off_and_the_first_goes_on(agent):
    mia, frame = make_contact(name="Mia Keller", emails=("mia@example.com",)), make_product(name="Oak frame")
    ticket = make_ticket(mia, body="The pane is broken. And where is my invoice?", product=frame)
    browser = signed_in(agent)
    page = browser.get(f"/tickets/{ticket.pk}/split/").content.decode()
    assert "And where is my invoice?" in page
    fields = form_in(page, "form_token").fields | {"subject": "Invoice is missing", "priority": "high"}
    answer = browser.post(f"/tickets/{ticket.pk}/split/", fields)
    made = ticket.linked_from.get().ticket
    assert answer.url == made.get_absolute_url()
    assert (made.subject, made.priority, made.contact, made.product, made.requester_email) == (
        "Invoice is missing", "high", mia, frame, "mia@example.com",
    )  # fmt: skip
    assert made.messages.get().text == ticket.messages.get().text
    assert str(TicketEvent.objects.filter(ticket=ticket).last()) == f"split into {made.number}"
    foreign = Message.objects.get(ticket=make_ticket())
    with pytest.raises(ValidationError, match="a message of the customer in this ticket"):
        split_ticket(actor=agent, ticket=ticket, message=foreign, fields={"subject": "No"})


def test_incidents_are_answered_at_once_and_a_fault_in_one_does_not_stop_the_others(agent):
    problem, owner = make_ticket(subject="The site is down"), make_user(Role.AGENT)
    incidents = [make_ticket(subject=f"Cannot log in {n}", owner=owner) for n in range(3)]
    silent = make_ticket(requester_name="", requester_email="")
    for one in (*incidents, silent):
        link_tickets(actor=agent, ticket=one, other=problem, kind=LinkKind.INCIDENT)
    incidents[1].requester_name = ""
    incidents[1].save(update_fields=["requester_name"])
    browser = signed_in(agent)
    assert (
        "On this ticket hang: 4\N{NO-BREAK SPACE}unsolved incidents."
        in browser.get(problem.get_absolute_url()).content.decode()
    )
    url = f"/tickets/{problem.pk}/incidents/"
    fields = form_in(browser.get(url).content.decode(), "form_token").fields
    sent = fields | {"text": "Dear {{name}}, {{number}} works again.", "then": "solved"}
    assert browser.post(url, sent).url == JobRun.objects.get().get_absolute_url()
    run_job(JobRun.objects.get().pk)
    result = JobRun.objects.get().result
    assert (result["incidents"], result["answered"], result["not"]) == (4, 3, 1)
    assert result["why"][0].startswith(f"{incidents[1].number}: the name of who asks is not known")
    texts = sorted(OutgoingMail.objects.filter(object_model="service.ticket").values_list("text", flat=True))
    assert [text.partition("\n")[0] for text in texts] == [
        f"Dear Mia Keller, {one.number} works again." for one in (incidents[0], incidents[2])
    ]
    silent.refresh_from_db()
    assert silent.state == "solved"
    actions.solve_ticket(actor=agent, ticket=problem)
    assert Notice.objects.filter(user=owner, title__startswith=f"{problem.number} is solved").count() == 1


def test_watcher_is_told_of_every_public_word_while_they_may_see_the_ticket(agent):
    ticket, deniz = make_ticket(owner=agent), make_user(Role.AGENT, name="Deniz Demir")
    signed_in(deniz).post(f"/tickets/{ticket.pk}/watch/")
    watch_ticket(actor=deniz, ticket=ticket)
    assert "Watched by Deniz Demir" in signed_in(agent).get(ticket.get_absolute_url()).content.decode()
    actions.take_message(actor=None, ticket=ticket, text="And the frame?")
    actions.reply(actor=agent, ticket=ticket, text="It leaves today.")
    actions.add_note(actor=agent, ticket=ticket, text="Rang them")
    assert sorted(Notice.objects.filter(user=deniz).values_list("text", flat=True)) == [
        "And the frame?", "It leaves today.",
    ]  # fmt: skip
    assert Notice.objects.filter(user=agent, text="And the frame?").count() == 1
    AccessRule.objects.create(role=Role.AGENT, model="service.ticket", verb="view", scope="own")
    actions.take_message(actor=None, ticket=ticket, text="Hello?")
    assert Notice.objects.filter(user=deniz).count() == 2


def test_who_else_reads_or_writes_is_said_for_some_seconds(agent, django_assert_num_queries):
    ticket, deniz = make_ticket(), make_user(Role.AGENT, name="Deniz Demir")
    url = f"/tickets/{ticket.pk}/presence/"
    assert "reading" not in signed_in(agent).post(url).content.decode()
    assert "Petra Lindqvist is reading this too" in signed_in(deniz).post(url).content.decode()
    signed_in(agent).post(url, {"types": "1"})
    assert "Petra Lindqvist is writing here" in signed_in(deniz).post(url).content.decode()
    assert TicketPresence.objects.count() == 2
    with django_assert_num_queries(2):
        say_present(user=agent, ticket=ticket, types=False)
        assert in_words(others_at(deniz, ticket)) == "Petra Lindqvist is writing here"
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    TicketPresence.objects.update(seen_at=hour_ago, typed_at=hour_ago)
    assert others_at(deniz, ticket) == []
    assert (forget_presence(), TicketPresence.objects.count()) == (2, 0)


def test_files_go_with_the_reply_and_hang_on_the_ticket(agent):
    ticket, browser = make_ticket(), signed_in(agent)
    form = form_in(browser.get(ticket.get_absolute_url()).content.decode(), "seen").fields
    url = f"/tickets/{ticket.pk}/replies/new/"
    program = SimpleUploadedFile("run.exe", b"MZ\x90\x00" + b"\0" * 200)
    refused = browser.post(url, form | {"text": "See the plan.", "attached": [program]})
    assert refused.status_code == 422
    assert "See the plan." in refused.content.decode()
    files = [SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n") for name in ("plan.pdf", "label.pdf")]
    assert browser.post(url, form | {"text": "See the plan.", "attached": files}).status_code == 302
    assert sorted(MailAttachment.objects.values_list("file__name", flat=True)) == ["label.pdf", "plan.pdf"]
    page = browser.get(ticket.get_absolute_url()).content.decode()
    assert "plan.pdf" in page
    assert "/attachments/" in page
