"""The home page of each role: its figures, each with exactly its rows behind it; a broken tile is alone."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign, Play, Segment, SegmentMove
from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Consent, Contact
from crm.choices import JobState, Role
from crm.company import company_today
from crm.mail.choices import MailKind, MailState
from crm.models import ImportRun, JobRun, MailChannel, OutgoingMail, StoredFile, Task, User
from crm.tiles import showing
from crm.tiles.showing import cards_for, figures_for
from pipeline.models import Target
from service.models import Ticket
from tests import factories as make
from tests.past.alert_actions import make_alert
from tests.past.duplicate_actions import make_pair
from tests.tiles.behind import figures_of, wrong_figures

pytestmark = pytest.mark.django_db


def world(user: User) -> User:
    """Something for every figure that counts rows, of this person and of somebody else."""
    other, now, today = make.make_user(user.role), timezone.now(), company_today()
    for owner, count in ((user, 2), (other, 1)):
        for number in range(count):
            _selling(owner, number, today)
            _service(owner, number, now)
    _marketing(user, now)
    _running(user)
    return user


def _selling(owner: User, number: int, today: dt.date) -> None:
    contact = make.make_contact(owner=owner)
    for days in (-1, 0, 1):
        Task.objects.create(title=f"Call {number}", owner=owner, maker=owner, due_on=today + dt.timedelta(days=days))
    late = timezone.now() + dt.timedelta(hours=number - 0.5)
    make.make_lead(owner=owner, status="new", respond_by=late)
    make.make_lead(owner=owner, status="new", respond_by=late, first_touch_at=timezone.now())
    deal = make.make_deal(owner=owner, contact=contact)
    deal.stage.expected_days = 10
    deal.stage.save()
    make.make_deal(owner=owner, contact=contact, closed=("Won", today))
    make_alert(contact=contact)
    make_alert(contact=contact, state="accepted")


def _service(owner: User, number: int, now: dt.datetime) -> None:
    for hours, solved in ((1, None), (-1, None), (48, None), (1, now)):
        ticket = make.make_ticket(owner=owner)
        state = "solved" if solved else ticket.state
        rows = Ticket.objects.filter(pk=ticket.pk)
        due_at, since = (None, None) if solved else (now + dt.timedelta(hours=hours), now)
        rows.update(solved_at=solved, state=state, due_at=due_at, waiting_since=since)
    make.make_ticket()
    make.make_response(make.make_contact(), 10 - number, agent=owner, answered_at=now)


def _marketing(user: User, now: dt.datetime) -> None:
    segment = Segment.objects.create(name="Sleeping", owner=user, size=2)
    for number, levels in enumerate(((2,), (3,), (2, 0), (1,), (2, 3))):
        contact = make.make_contact(name=f"Reader {number}")
        for place, level in enumerate(levels):
            days = 0 if place == len(levels) - 1 else 20
            Consent.objects.create(
                contact=contact, channel=ConsentChannel.EMAIL, level=ConsentLevel(level),
                recorded_at=now - dt.timedelta(days=days),
            )  # fmt: skip
        SegmentMove.objects.create(segment=segment, contact=contact, has_entered=number > 1, at=now)
    for state in ("sending", "sent", "planned", "over"):
        Campaign.objects.create(name=f"Spring {state}", owner=user, state=state)
    for state in ("running", "draft"):
        Play.objects.create(name=f"Welcome {state}", owner=user, state=state)


def _running(user: User) -> None:
    make_pair()
    channel = MailChannel.objects.first() or MailChannel.objects.create(name="only")
    for state in (JobState.FAILED, JobState.PARKED, JobState.DONE):
        job = JobRun.objects.create(kind="import", title=f"A {state} one", actor=user, state=state)
        file = StoredFile.objects.create(name="a.csv", owner=user, size=3)
        ImportRun.objects.create(kind="contacts", file=file, actor=user, job=job)
    for mail in (MailState.UNCERTAIN, MailState.FAILED, MailState.PARKED):
        OutgoingMail.objects.create(
            channel=channel, recipient="a@x.example", sender="we@x.example", priority=5, subject=mail, state=mail,
            kind=MailKind.AT_MOST_ONCE, message_id=f"<{mail}@x.example>",
        )  # fmt: skip
    make.make_user(Role.REP, invited_at=timezone.now())


FULL = {
    Role.REP: {"Tasks for today": 4, "New leads": 2, "Rotting deals": 2, "Selling alerts": 2},
    Role.MARKETER: {
        "Tasks for today": 4, "Campaigns under way": 2, "Plays running": 1, "New yeses, 7 days": 2,
        "Taken back, 7 days": 1,
    },
    Role.AGENT: {
        "My queue": 6, "Wait for me": 6, "Running out": 4, "Nobody has these": 3,
        "Solved today": 2, "Satisfaction, 30 days": 2,
    },
    Role.MANAGER: {},
    Role.ADMIN: {
        "Jobs that failed, 7 days": 2, "Mails uncertain": 1, "Mails that failed": 2, "Imports, 7 days": 3,
        "Duplicates": 1, "People": 0, "Invited": 1, "Without a second factor": 0,
    },
}  # fmt: skip


@pytest.mark.parametrize("role", Role.values)
def test_every_figure_has_exactly_its_rows_behind_it_and_the_page_asks_little(role):
    user = world(make.make_user(role))
    client = make.signed_in(user)
    assert {label: one.rows for label, one in figures_of(user).items() if one.rows is not None} == FULL[Role(role)]
    assert wrong_figures(client, user) == {}
    Target.objects.create(user=user, starts_on=_quarter(), months=3, amount=1000)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/").content.decode()
    # a page in no transaction needs no savepoints
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 45
    for one in (*figures_for(user), *cards_for(user)):
        kind = "figures" if one in figures_for(user) else "card"
        assert (f'"/home/part/?{kind}={one.name}"' in page) is one.is_late
        assert client.get("/home/part/", {kind: one.name}).status_code == 200
    assert "could not be shown" not in page
    assert client.get("/home/part/", {"card": "no such"}).status_code == 404


def test_home_of_somebody_new_says_what_to_do_first():
    for role in Role.values:
        assert make.signed_in(make.make_user(role)).get("/").status_code == 200


def test_a_broken_tile_is_noted_and_stops_no_other(monkeypatch, caplog):
    user = world(make.make_user(Role.REP))
    client = make.signed_in(user)

    def broken(_):
        Contact.objects.raw("SELECT no_such_column AS id FROM contacts_contact")[0]

    cards = [replace(card, context=broken) if card.name == "my_leads" else card for card in cards_for(user)]
    figures = [replace(one, read=broken) if one.name == "new_leads" else one for one in figures_for(user)]
    for module in (showing, __import__("crm.views.home", fromlist=["home"])):
        monkeypatch.setattr(module, "cards_for", lambda _: cards)
        monkeypatch.setattr(module, "figures_for", lambda _: figures)
    with caplog.at_level(logging.ERROR):
        page = client.get("/").content.decode()
    assert page.count("could not be shown just now") == 2
    assert "Rotting deals" in page and "Deals that wait for me" in page
    assert "no_such_column" not in page and "no_such_column" in caplog.text


def test_pace_says_whether_the_person_is_behind():
    rep, today = make.make_user(Role.REP), company_today()
    make.make_deal(owner=rep, closed=("Won", today))
    for amount, said in ((10_000_000, "behind"), (1, "on pace")):
        Target.objects.update_or_create(user=rep, starts_on=_quarter(), months=3, defaults={"amount": amount})
        assert figures_of(rep)["Won this quarter"].change == said


def test_only_administrators_are_told_who_signs_in_how():
    make.make_user(Role.REP, name="Without Factor")
    page = make.signed_in(make.make_user(Role.AGENT)).get("/people/?sign_in=invited").content.decode()
    assert "Without Factor" in page


def _quarter() -> dt.date:
    today = company_today()
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
