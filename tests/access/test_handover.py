"""Handing over a leaver's records; and a deactivated person is out at once, by every way in."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from crm.choices import JobState, Role
from crm.handover import owned_models
from crm.jobs import run_job
from crm.models import ApiToken, JobRun, LogEntry, Session, Share, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    make.make_company()
    return make.make_user(Role.ADMIN)


@pytest.fixture
def leaver(admin: User) -> User:
    return make.make_user(Role.REP, name="Lea Leaver", team=make.make_team())


def test_contacts_are_among_what_is_handed_over_and_the_log_is_not() -> None:
    assert Contact in owned_models()
    assert LogEntry not in owned_models()


@pytest.mark.django_db(transaction=True)
def test_all_records_go_to_a_colleague_and_one_row_says_so(admin: User, leaver: User) -> None:
    heir = make.make_user(Role.REP, name="Hal Heir", team=make.make_team())
    mine = [make.make_contact(owner=leaver, team=leaver.team) for _ in range(3)]
    other = make.make_contact(owner=admin)
    answer = make.signed_in(admin).post(f"/people/{leaver.pk}/handover/", {"to": heir.pk})
    job = JobRun.objects.get(kind="hand over")
    assert answer["Location"] == job.get_absolute_url()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress_done) == (JobState.DONE, 3)
    moved = Contact.objects.filter(pk__in=[one.pk for one in mine])
    assert set(moved.values_list("owner", "team", "version")) == {(heir.pk, heir.team_id, 2)}
    assert Contact.objects.get(pk=other.pk).owner == admin
    assert "3 contacts" in LogEntry.objects.get(verb="hand over").summary


@pytest.mark.django_db(transaction=True)
def test_a_team_takes_records_without_an_owner(admin: User, leaver: User) -> None:
    contact, team = make.make_contact(owner=leaver, team=leaver.team), make.make_team()
    make.signed_in(admin).post(f"/people/{leaver.pk}/handover/", {"team": team.pk})
    run_job(JobRun.objects.get(kind="hand over").pk)
    contact.refresh_from_db()
    assert (contact.owner, contact.team) == (None, team)


@pytest.mark.parametrize("sent", [{}, {"to": "self"}, {"to": 999999}])
def test_a_handover_to_nobody_is_refused(admin: User, leaver: User, sent: dict) -> None:
    sent = {name: leaver.pk if value == "self" else value for name, value in sent.items()}
    assert make.signed_in(admin).post(f"/people/{leaver.pk}/handover/", sent).status_code == 422
    assert not JobRun.objects.exists()


def test_who_is_deactivated_is_out_at_once_by_every_way_in(admin: User, leaver: User) -> None:
    client, secret = make.signed_in(leaver), make.make_token(leaver)
    Share.objects.create(user=leaver, model="contacts.contact", object_id=make.make_contact().pk)
    waiting = JobRun.objects.create(kind="analysis", title="x", actor=leaver)
    header = {"Authorization": f"Bearer {secret}"}
    assert client.get("/contacts/").status_code == client.get("/api/v1/contacts", headers=header).status_code == 200
    answer = make.signed_in(admin).post(f"/people/{leaver.pk}/deactivate/")
    assert answer["Location"] == f"/people/{leaver.pk}/handover/"
    assert client.get("/contacts/").status_code == 302
    assert client.get("/api/v1/contacts", headers=header).status_code == 401
    assert not Session.objects.filter(user=leaver).exists()
    assert not ApiToken.objects.filter(user=leaver).exists()
    assert not Share.objects.filter(user=leaver).exists()
    waiting.refresh_from_db()
    assert waiting.state == JobState.CANCELLED


def test_an_administrator_does_not_lock_themselves_out(admin: User) -> None:
    make.signed_in(admin).post(f"/people/{admin.pk}/deactivate/")
    assert User.objects.get(pk=admin.pk).is_active


def test_the_tick_in_the_administration_does_the_same(admin: User, leaver: User) -> None:
    secret = make.make_token(leaver)
    sent = {"name": leaver.name, "email": leaver.email, "role": leaver.role, "team": leaver.team_id}
    page = make.signed_in(admin).post(f"/admin/crm/user/{leaver.pk}/change/", sent, follow=True)
    assert f"/people/{leaver.pk}/handover/" in page.content.decode()
    assert not ApiToken.objects.filter(user=leaver).exists()
    header = {"Authorization": f"Bearer {secret}"}
    assert make.signed_in(admin).get("/api/v1/contacts", headers=header).status_code == 401


@pytest.mark.parametrize("role", [Role.REP, Role.MARKETER, Role.AGENT])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_who_may_do_so_sees_or_starts_a_handover(admin: User, leaver: User, role: str, method: str) -> None:
    person = make.make_user(role, team=leaver.team)
    contact = make.make_contact(owner=leaver, team=leaver.team)
    sent = {"to": person.pk} if method == "post" else {}
    assert getattr(make.signed_in(person), method)(f"/people/{leaver.pk}/handover/", sent).status_code == 403
    assert not JobRun.objects.exists()
    contact.refresh_from_db()
    assert contact.owner == leaver


def test_a_manager_hands_over_and_does_not_deactivate(admin: User, leaver: User) -> None:
    client = make.signed_in(make.make_user(Role.MANAGER))
    page = client.get(f"/people/{leaver.pk}/handover/")
    assert (page.status_code, page.context["may_deactivate"]) == (200, False)
    assert client.post(f"/people/{leaver.pk}/deactivate/").status_code == 403
    assert User.objects.get(pk=leaver.pk).is_active


def test_the_button_is_there_for_who_may_hand_over(admin: User, leaver: User) -> None:
    for user, there in ((admin, True), (make.make_user(Role.MANAGER), True), (make.make_user(Role.REP), False)):
        page = make.signed_in(user).get(f"/people/{leaver.pk}/").content.decode()
        assert (f"/people/{leaver.pk}/handover/" in page) is there
