"""The page of a deal: all that happened to it, what is written there, and what the page costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import Interaction
from crm.choices import Role
from crm.models import MailDraft, Note, OutgoingMail, Task
from pipeline import actions
from pipeline.models import Deal, DealCompetitor, DealRole, DealShare, Stage
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    make.make_company()
    make.make_pipeline()
    team = make.make_team()
    rep = make.make_user(Role.REP, name="Rosa Rep", team=team)
    firm = make.make_contact(name="Okafor & Sons", kind="organization", owner=rep, team=team)
    ada = make.make_contact(name="Ada Okafor", organization=firm, owner=rep, team=team, emails=("ada@example.org",))
    ben = make.make_contact(name="Ben Okafor", organization=firm, owner=rep, team=team, emails=("ben@example.org",))
    deal = make.make_deal(title="Museum glass", contact=ada, organization=firm, owner=rep, team=team)
    DealRole.objects.create(deal=deal, contact=ben, role="buyer")
    return SimpleNamespace(rep=rep, firm=firm, ada=ada, ben=ben, deal=deal, team=team, client=make.signed_in(rep))


def send(house, kind: str, **data):
    return house.client.post(reverse(f"pipeline:deal_{kind}", args=[house.deal.pk]), data)


def titles(house, **asked) -> list[str]:
    page = house.client.get(reverse("pipeline:deal_timeline", args=[house.deal.pk]), asked)
    return [entry.title for entry in page.context["timeline"].entries]


def test_everything_of_a_deal_stands_on_its_timeline_and_can_be_narrowed(house):
    assert send(house, "note", text="Decides with the curator").status_code == 302
    send(house, "call", text="Wants oak", minutes="12", person=str(house.ben.pk), follow_up="tomorrow")
    send(house, "meeting", title="Measured the rooms", day="2026-03-04", time="10:00", minutes="60")
    send(house, "task", title="Send samples", quick="today")
    send(house, "mail", to="ben@example.org", subject="Samples", text="They are on their way.")
    actions.move_deal(
        actor=house.rep, deal=house.deal, version=house.deal.version, stage=Stage.objects.get(name="Second")
    )
    deal = Deal.objects.get()
    actions.change_deal(actor=house.rep, deal=deal, version=deal.version, fields={"next_step": "Call the curator"})
    make.make_quote(house.firm, deal=deal, owner=house.rep)
    done = Task.objects.get(title="Send samples")
    house.client.post(reverse("agenda:task_complete", args=[done.pk]))
    told = titles(house)
    for expected in ("Note", "Wants oak", "Measured the rooms", "Samples", "First → Second", "Opened in First",
                     "Done: Send samples", "Changed next step of the deal Museum glass"):  # fmt: skip
        assert expected in told
    assert not [title for title in told if title.startswith("Museum glass: First")], "a move is told once"
    assert titles(house, only="calls") == ["Wants oak"]
    assert titles(house, only="moves") == ["First → Second", "Opened in First"]
    assert titles(house, words="curator") == ["Note"]
    call = Interaction.objects.get(channel="phone")
    assert (call.contact, call.about_model, call.about_id, call.duration_seconds) == (
        house.ben, "pipeline.deal", house.deal.pk, 720,
    )  # fmt: skip
    follow_up = Task.objects.get(title="Call back: Wants oak")
    assert (follow_up.record_model, follow_up.record_id, follow_up.contact_id) == (
        "pipeline.deal", house.deal.pk, house.firm.pk,
    )  # fmt: skip
    mail = OutgoingMail.objects.get()
    assert (mail.contact_id, Interaction.objects.get(channel="email").contact) == (house.ben.pk, house.ben)
    on_contact = house.client.get(f"/contacts/{house.ben.pk}/timeline/").context["timeline"].entries
    assert {"Wants oak", "Samples"} <= {entry.title for entry in on_contact}
    on_firm = house.client.get(f"/contacts/{house.firm.pk}/").content.decode()
    assert "Museum glass: First → Second" in on_firm


def test_older_entries_come_by_key_and_none_twice(house):
    start = timezone.now() - dt.timedelta(days=30)
    about = {"contact": house.ada, "about_model": "pipeline.deal", "about_id": house.deal.pk, "channel": "phone"}
    moments = [start + dt.timedelta(hours=number) for number in range(60)]
    Interaction.objects.bulk_create(Interaction(**about, subject="Call", occurred_at=moment) for moment in moments)
    seen, before = [], ""
    while True:
        page = house.client.get(
            reverse("pipeline:deal_timeline", args=[house.deal.pk]), {"before": before} if before else {}
        ).context["timeline"]
        seen += [entry.key for entry in page.entries]
        if page.older_than is None:
            break
        before = page.older_than.isoformat()
    assert len(seen) == len(set(seen)) == 61


def test_a_deal_with_nobody_takes_notes_and_tasks_alone(house):
    Deal.objects.update(contact=None, organization=None)
    DealRole.objects.all().delete()
    page = house.client.get(house.deal.get_absolute_url()).content.decode()
    assert 'data-compose="note"' in page and 'data-compose="call"' not in page
    answer = house.client.post(reverse("pipeline:deal_call", args=[house.deal.pk]), {"text": "Hello"}, follow=True)
    assert "Nobody is known" in answer.content.decode()
    assert (
        house.client.get(reverse("pipeline:deal_composer", args=[house.deal.pk]), {"kind": "mail"}).status_code == 404
    )
    assert not Interaction.objects.exists()


def test_who_may_not_see_the_deal_sees_nothing_of_it(house):
    send(house, "note", text="Secret of the deal")
    stranger = make.signed_in(make.make_user(Role.REP, team=make.make_team()))
    for name in ("deal_timeline", "deal_composer", "deal_detail"):
        assert stranger.get(reverse(f"pipeline:{name}", args=[house.deal.pk])).status_code == 404
    assert stranger.post(reverse("pipeline:deal_note", args=[house.deal.pk]), {"text": "x"}).status_code == 404
    assert Note.objects.count() == 1


def test_a_mail_is_kept_while_it_is_typed_and_offered_to_all_of_the_deal(house):
    url = reverse("pipeline:deal_draft", args=[house.deal.pk])
    assert house.client.post(url, {"to": "", "subject": "Samples", "text": "Dear"}).content == b"Draft kept"
    assert MailDraft.objects.get().record_model == "pipeline.deal"
    part = house.client.get(reverse("pipeline:deal_composer", args=[house.deal.pk]), {"kind": "mail"}).content.decode()
    assert part.index("ada@example.org") < part.index("ben@example.org")
    assert 'value="Samples"' in part


def fill(house, count: int) -> None:
    """So much of everything."""
    for number in range(count):
        other = make.make_contact(organization=house.firm, owner=house.rep, team=house.team)
        DealRole.objects.create(deal=house.deal, contact=other, role="user")
        DealCompetitor.objects.create(deal=house.deal, name=f"Rival {number} of {count}")
        DealShare.objects.create(deal=house.deal, user=make.make_user(), percent=1)
        make.make_interaction(house.ada, about_model="pipeline.deal", about_id=house.deal.pk)
        send(house, "note", text=f"Note {number}")
        deal = Deal.objects.get(pk=house.deal.pk)
        fields = {"amount": Decimal(100 + len(str(deal.pk)) + deal.version), "owner": (house.rep, make.make_user())[0]}
        actions.change_deal(actor=house.rep, deal=deal, version=deal.version, fields=fields)
        make.make_quote(house.firm, deal=Deal.objects.get(pk=deal.pk), owner=house.rep)
    product = make.make_product()
    deal = Deal.objects.get(pk=house.deal.pk)
    rows = [{"product": product, "quantity": Decimal(number + 1), "unit_price": Decimal(2), "discount": Decimal(0)}
            for number in range(count)]  # fmt: skip
    actions.change_deal(actor=house.rep, deal=deal, version=deal.version, fields={}, parts={"lines": rows})


def cost_of(house, query: str) -> int:
    url = f"{house.deal.get_absolute_url()}{query}"
    house.client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert house.client.get(url).status_code == 200
    return len(queries)


def test_each_tab_costs_the_same_for_little_and_for_much(house):
    tabs = ("", "?tab=changes", "?tab=quotes", "?tab=files")
    fill(house, 2)
    few = {tab: cost_of(house, tab) for tab in tabs}
    fill(house, 8)
    assert {tab: cost_of(house, tab) for tab in tabs} == few
    assert max(few.values()) <= 16, few
