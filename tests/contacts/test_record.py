"""The record page of a contact: who may open it, what stands on it, how many queries; timeline and composer."""

import datetime as dt
import random

import pytest
from django.utils import timezone

from contacts.models import Interaction
from crm.timeline import PAGE, read_timeline, source_choices
from orders.timeline import noon_of
from tests import factories as make


def shown(response) -> list[str]:
    return [entry.title for entry in response.context["timeline"].entries]


def test_owner_and_team_mate_open_it_and_a_stranger_gets_404(house):
    contact = make.make_contact(owner=house.mate, team=house.mate.team)
    url = contact.get_absolute_url()
    codes = [make.signed_in(user).get(url).status_code for user in (house.mate, house.rep, house.stranger)]
    assert codes == [200, 200, 404]


def test_who_may_look_and_not_change_finds_no_buttons_and_gets_403(house):
    contact = make.make_contact(owner=house.mate, team=house.mate.team)
    client = make.signed_in(house.rep)
    body = client.get(contact.get_absolute_url()).content.decode()
    assert "/edit/" not in body
    assert "/archive/" not in body
    assert client.get(f"/contacts/{contact.pk}/edit/").status_code == 403
    assert client.post(f"/contacts/{contact.pk}/archive/").status_code == 403
    assert client.get(f"/contacts/{contact.pk}/archive/").status_code == 405


def test_archive_says_how_to_undo_and_restore_brings_it_back(house):
    contact = make.make_contact(name="Anna", owner=house.rep)
    client = make.signed_in(house.rep)
    page = client.post(f"/contacts/{contact.pk}/archive/", follow=True)
    assert b"Restore" in page.content
    page = client.post(f"/contacts/{contact.pk}/restore/", follow=True)
    contact.refresh_from_db()
    assert contact.archived_at is None


def test_the_timeline_merges_interactions_and_orders_newest_first(house):
    contact = make.make_contact()
    make.make_interaction(contact, subject="First", occurred_at=make.NOON - dt.timedelta(days=2))
    make.make_order(contact, number="77", ordered_at=make.NOON - dt.timedelta(days=1))
    make.make_interaction(contact, subject="Last", channel="email")
    response = make.signed_in(house.manager).get(contact.get_absolute_url())
    assert [title.split(" · ")[0] for title in shown(response)] == ["Last", "Order 77", "First"]
    client = make.signed_in(house.manager)
    assert shown(client.get(f"/contacts/{contact.pk}/timeline/?only=calls")) == ["First"]
    assert client.get(f"/contacts/{contact.pk}/timeline/?only=bogus").status_code == 404
    for choice in source_choices("contacts.contact"):
        assert client.get(f"/contacts/{contact.pk}/timeline/?only={choice.name}").status_code == 200
    assert client.get(f"/contacts/{contact.pk}/timeline/?before=2026-99-99").status_code == 404
    assert client.get(f"/contacts/{contact.pk}/timeline/?before=x").status_code == 404


@pytest.mark.parametrize("seed", range(6))
def test_the_newest_of_all_sources_stand_on_the_first_page_whoever_has_them(house, seed):
    rng = random.Random(seed)
    contact, moments = make.make_contact(), []
    shares = rng.choice([(1, 1, 1), (20, 1, 1), (1, 20, 1), (1, 1, 20)])
    kinds = rng.choices(("touch", "order", "invoice"), shares, k=3 * PAGE)
    for number, kind in enumerate(kinds):
        day = dt.timedelta(days=rng.randrange(40 if kind == "touch" else 400), hours=rng.randrange(-3, 12))
        moment = make.NOON - day
        if kind == "touch":
            make.make_interaction(contact, subject=f"Call {number}", occurred_at=moment)
        elif kind == "order":
            make.make_order(contact, number=f"A{number}", ordered_at=moment)
        else:
            make.make_invoice(contact, number=f"R{number}", issued_on=timezone.localdate(moment))
            moment = noon_of(timezone.localdate(moment))
        moments.append(moment)
    page = read_timeline(house.manager, contact)
    told = [entry.at for entry in page.entries]
    assert told == sorted(moments, reverse=True)[: len(told)]
    assert 0 < len(told) <= PAGE
    older = read_timeline(house.manager, contact, before=page.older_than)
    assert told[-1] > older.entries[0].at
    everything = sorted(moments, reverse=True)
    assert [entry.at for entry in older.entries] == everything[len(told) : len(told) + len(older.entries)]


@pytest.mark.parametrize("step", [dt.timedelta(hours=1), dt.timedelta(0)])
def test_older_pages_lose_nothing_and_repeat_nothing(house, step):
    contact = make.make_contact()
    Interaction.objects.bulk_create(
        [
            Interaction(
                contact=contact, channel="phone", subject=f"{index}", occurred_at=make.NOON - step * (index // 4)
            )
            for index in range(PAGE * 2 + 7)
        ]
    )
    seen: list[str] = []
    before = None
    while True:
        page = read_timeline(house.manager, contact, before=before)
        seen += [entry.title for entry in page.entries]
        if page.older_than is None:
            break
        before = page.older_than
    assert sorted(seen, key=int) == [str(index) for index in range(PAGE * 2 + 7)]


def test_an_interaction_is_logged_from_the_page(house):
    contact = make.make_contact(owner=house.mate, team=house.mate.team)
    data = {"channel": "phone", "direction": "in", "subject": "Asks for frames", "body": "By Friday", "minutes": "6"}
    response = make.signed_in(house.rep).post(
        f"/contacts/{contact.pk}/interactions/", data, headers={"HX-Request": "1"}
    )
    assert shown(response) == ["Asks for frames"]
    row = Interaction.objects.get()
    assert (row.user, row.duration_seconds, row.direction) == (house.rep, 360, "in")


def test_a_bad_interaction_keeps_what_was_typed(house):
    contact = make.make_contact()
    later = (timezone.now() + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    data = {"channel": "phone", "direction": "in", "subject": "", "body": "Half a page of text", "occurred_at": later}
    client = make.signed_in(house.manager)
    response = client.post(f"/contacts/{contact.pk}/interactions/", data)
    assert response.status_code == 422
    assert b"Half a page of text" in response.content
    response = client.post(f"/contacts/{contact.pk}/interactions/", {**data, "subject": "Later"})
    assert b"in the future" in response.content
    assert not Interaction.objects.exists()


def test_nobody_logs_on_a_contact_they_cannot_see(house):
    contact = make.make_contact(owner=house.stranger)
    data = {"channel": "phone", "direction": "in", "subject": "x"}
    assert make.signed_in(house.rep).post(f"/contacts/{contact.pk}/interactions/", data).status_code == 404
    assert not Interaction.objects.exists()


def test_tabs_show_orders_people_and_changes(house):
    organization = make.make_contact(name="Okafor Ltd", kind="organization", owner=house.rep)
    make.make_contact(name="Chidi", organization=organization, owner=house.rep)
    make.make_contact(name="Hidden", organization=organization, owner=house.stranger)
    make.make_order(organization, number="4711")
    client = make.signed_in(house.rep)
    url = organization.get_absolute_url()
    tabs = {tab["label"]: tab["count"] for tab in client.get(url).context["tabs"]}
    assert (tabs["Orders"], tabs["People"]) == (1, 1)
    people = client.get(f"{url}?tab=people").content
    assert b"Chidi" in people
    assert b"Hidden" not in people
    assert b"4711" in client.get(f"{url}?tab=orders").content
    assert client.get(f"{url}?tab=changes").status_code == 200
    assert client.get(f"{url}?tab=secrets").status_code == 404


def test_the_page_asks_at_most_16_times_however_long_the_history(house, django_assert_max_num_queries):
    parent = make.make_contact(kind="organization")
    organization = make.make_contact(
        kind="organization", owner=house.rep, team=house.rep.team, parent=parent, city="Leeds", emails=("a@b.example",)
    )
    client = make.signed_in(house.rep)
    client.get("/columns/")  # the first request notes that the session is in use
    client.get(organization.get_absolute_url())  # the first look of a day is noted when the page has left
    counts = []
    for rows in (1, 30):
        for hour in range(rows):
            at = make.NOON + dt.timedelta(hours=hour)
            make.make_interaction(organization, user=house.rep, occurred_at=at)
            lines = ({"quantity": 1, "amount": 5, "product": make.make_product()},)
            make.make_order(organization, lines=lines, ordered_at=at)
        with django_assert_max_num_queries(16) as captured:
            assert client.get(organization.get_absolute_url()).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
