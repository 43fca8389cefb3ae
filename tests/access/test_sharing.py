"""A record shared with one person: what hangs on it comes along, it ends, it can be taken back and not passed on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import Contact, Interaction
from crm.access import can
from crm.choices import Role, Scope
from crm.models import AccessRule, LogEntry, Share, User
from crm.sharing import share_record
from orders.models import Order
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    make.make_company()
    return make.make_user(Role.REP, name="Olga Owner", team=make.make_team())


@pytest.fixture
def guest() -> User:
    return make.make_user(Role.REP, name="Gil Guest", team=make.make_team())


@pytest.fixture
def anna(owner: User) -> Contact:
    anna = make.make_contact(name="Anna Berg", owner=owner, team=owner.team)
    make.make_order(anna)
    make.make_interaction(anna)
    return anna


def fresh(user: User) -> User:
    """The person as the next request reads them."""
    return User.objects.get(pk=user.pk)


def share(anna: Contact, guest: User, right: str = "view", **more) -> Share:
    return share_record(actor=fresh(anna.owner), record=anna, person=guest, right=right, **more)


def test_a_shared_contact_is_seen_with_its_orders_and_its_history(anna: Contact, guest: User) -> None:
    make.make_contact(name="Other", owner=anna.owner, team=anna.team)
    share(anna, guest)
    guest = fresh(guest)
    assert list(Contact.objects.visible_to(guest)) == [anna]
    assert Order.objects.visible_to(guest).count() == Interaction.objects.visible_to(guest).count() == 1
    client = make.signed_in(guest)
    assert client.get(f"/contacts/{anna.pk}/").status_code == 200
    assert client.get(f"/contacts/{anna.pk}/edit/").status_code == 403
    assert "Anna Berg" in client.get("/contacts/").content.decode()
    assert "Anna Berg" not in b"".join(client.get("/contacts/export/").streaming_content).decode(), "view is no export"


def test_a_share_to_change_lets_write_and_gives_nothing_away(anna: Contact, guest: User) -> None:
    share(anna, guest, "change")
    client = make.signed_in(guest)
    sent = {"name": "Anna Berger", "version": anna.version, "owner": guest.pk, "team": guest.team_id}
    assert client.post(f"/contacts/{anna.pk}/edit/", sent).status_code == 302
    anna.refresh_from_db()
    assert (anna.name, anna.owner) == ("Anna Berger", anna.owner)
    assert anna.owner != guest
    assert client.post(f"/contacts/{anna.pk}/archive/").status_code == 403
    assert client.get(f"/contacts/{anna.pk}/share/").status_code == 403, "not passed on"


def test_whom_it_is_shared_with_cannot_pass_it_on_by_any_door(anna: Contact, guest: User) -> None:
    share(anna, guest, "change")
    third = make.make_user(Role.REP, team=make.make_team())
    with pytest.raises(ValidationError, match="by their own right"):
        share_record(actor=fresh(guest), record=anna, person=third)
    assert Share.objects.get().user == guest


def test_a_share_ends_on_its_day(anna: Contact, guest: User) -> None:
    given = share(anna, guest, ends_at=timezone.now() + dt.timedelta(hours=1))
    assert can(fresh(guest), "view", anna)
    Share.objects.filter(pk=given.pk).update(ends_at=timezone.now() - dt.timedelta(seconds=1))
    assert not can(fresh(guest), "view", Contact.objects.get())


def test_the_page_shares_shows_and_takes_back_and_the_log_says_so(anna: Contact, owner: User, guest: User) -> None:
    client = make.signed_in(owner)
    page = f"/contacts/{anna.pk}/share/"
    assert page in client.get(f"/contacts/{anna.pk}/").content.decode()
    today = timezone.localdate().isoformat()
    assert client.post(page, {"person": guest.pk, "right": "change", "ends_on": today}).status_code == 302
    shown = client.get(page).content.decode()
    assert "Gil Guest" in shown
    assert "may change it" in shown
    given = Share.objects.get()
    assert client.post(f"/contacts/{anna.pk}/unshare/", {"share": given.pk}).status_code == 302
    assert not Share.objects.exists()
    said = list(LogEntry.objects.filter(contact_id=anna.pk).order_by("id").values_list("verb", "actor"))
    assert said == [("share", owner.pk), ("unshare", owner.pk)]


def test_the_share_of_another_record_is_not_ended_by_its_number(anna: Contact, guest: User) -> None:
    given = share(anna, guest)
    thief = make.make_user(Role.REP, team=make.make_team())
    own = make.make_contact(owner=thief, team=thief.team)
    make.signed_in(thief).post(f"/contacts/{own.pk}/unshare/", {"share": given.pk})
    assert Share.objects.filter(pk=given.pk).exists()


@pytest.mark.parametrize("sent", [{"person": "self"}, {"person": "999"}, {"ends_on": "2001-01-01"}, {"right": "all"}])
def test_a_share_that_makes_no_sense_is_refused_with_a_sentence(
    anna: Contact, owner: User, guest: User, sent: dict
) -> None:
    wanted = {"person": guest.pk, "right": "view", **sent}
    wanted["person"] = owner.pk if wanted["person"] == "self" else wanted["person"]
    assert make.signed_in(owner).post(f"/contacts/{anna.pk}/share/", wanted).status_code == 422
    assert not Share.objects.exists()


def test_a_role_that_sees_nothing_of_a_kind_sees_no_shared_one(anna: Contact, guest: User) -> None:
    share(anna, guest)
    AccessRule.objects.create(role=Role.REP, model="contacts.contact", verb="view", scope=Scope.NONE)
    assert not Contact.objects.visible_to(fresh(guest)).exists()


def test_somebody_who_left_reaches_nothing_by_a_share(anna: Contact, guest: User) -> None:
    share(anna, guest)
    guest.is_active = False
    guest.save()
    assert not Contact.objects.visible_to(fresh(guest)).exists()


def test_a_list_asks_no_more_often_for_shared_records(
    anna: Contact, guest: User, django_assert_max_num_queries
) -> None:
    client = make.signed_in(guest)
    for number in range(12):
        other = make.make_contact(name=f"Shared {number}", owner=anna.owner, team=anna.team)
        share(other, guest)
    with django_assert_max_num_queries(12):
        assert client.get("/contacts/").context["count"] == "12"
