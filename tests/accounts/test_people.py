"""Colleagues: invited, told apart from who may do so, and shown to each other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.actions import answer_password_requests, invite_person
from crm.choices import Role
from crm.models import AccessRule, LogEntry, OutgoingMail, User
from orders.actions import LineInput, create_order
from tests import factories as make
from tests.accounts.conftest import PASSWORD, is_signed_in, link_in, path_of, sign_in, signed_in_client

INVITE = reverse("crm:person_invite")
NEW = {"name": "Nora Lind", "email": "Nora@Example.com", "role": "rep", "team": ""}
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    make.make_company()
    return make.signed_in(make.make_user(Role.ADMIN, name="Ada", password=PASSWORD))


@pytest.fixture
def link(admin, settings) -> str:
    settings.CRM_BASE_URL = "https://crm.example.com"
    assert admin.post(INVITE, NEW, HTTP_HOST="evil.example").status_code == 302
    return link_in(OutgoingMail.objects.get(recipient="nora@example.com"))


def accept(link: str, password: str = PASSWORD) -> int:
    return Client().post(path_of(link), {"password": password}).status_code


def test_an_invited_colleague_sets_a_password_by_the_link_and_signs_in(link):
    assert link.startswith("https://crm.example.com/accounts/invitation/")
    assert sign_in("nora@example.com")[0] == 200
    assert accept(link) == 302
    assert sign_in("nora@example.com")[0] == 302
    assert "Ada has made an account" in OutgoingMail.objects.get().text
    assert LogEntry.objects.filter(verb="invite").count() == 1


def test_opening_the_link_changes_nothing_and_using_it_ends_it(link):
    assert [Client().get(path_of(link)).status_code for _ in range(2)] == [200, 200]
    accept(link)
    assert (accept(link, "quite another one"), sign_in("nora@example.com", "quite another one")[0]) == (404, 200)


def test_a_link_is_good_for_a_week(link):
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        assert accept(link) == 404


@pytest.mark.parametrize(
    "change", [lambda link: link[:-9] + "A" * 8 + "/", lambda link: link.replace("tion/", "tion/x")]
)
def test_a_forged_link_opens_nothing(link, change):
    assert accept(change(link)) == 404


def test_a_weak_password_is_refused_with_a_sentence(link):
    page = Client().post(path_of(link), {"password": "12345"})
    assert (page.status_code, b"too short" in page.content, b"too common" in page.content) == (200, True, True)


def test_who_has_not_set_a_password_yet_gets_a_new_invitation_by_the_page_for_passwords(link):
    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        Client().post(reverse("account_reset_password"), {"email": "nora@example.com"})
        answer_password_requests()
        newest = OutgoingMail.objects.order_by("-pk").first()
        assert accept(link_in(newest)) == 302


@pytest.mark.parametrize("email", ["nora@example.com", "NORA@example.com", "n\u0131ra@example.com", "no at example"])
def test_an_address_twice_or_none_is_refused_and_what_was_typed_stays(link, admin, email):
    page = admin.post(INVITE, {**NEW, "email": email})
    assert (page.status_code, b"Nora Lind" in page.content) == (422, True)
    assert User.objects.filter(name="Nora Lind").count() == 1


def test_who_may_invite_but_is_no_administrator_makes_no_administrator():
    make.make_company()
    AccessRule.objects.create(role=Role.MANAGER, model="crm.user", verb="add", scope="all")
    manager = make.signed_in(make.make_user(Role.MANAGER))
    assert manager.post(INVITE, {**NEW, "role": "admin"}).status_code == 422
    assert manager.post(INVITE, NEW).status_code == 302
    assert list(User.objects.filter(name="Nora Lind").values_list("role", flat=True)) == ["rep"]
    with pytest.raises(PermissionDenied):
        invite_person(actor=make.make_user(Role.MANAGER), email="ida@example.com", name="Ida", role=Role.ADMIN)


def test_a_person_made_in_the_administration_without_a_password_is_invited(admin):
    data = {**NEW, "usable_password": "false"}
    assert admin.post(reverse("admin:crm_user_add"), data).status_code == 302
    assert OutgoingMail.objects.get().recipient == "nora@example.com"


def test_everybody_sees_colleagues_and_administrators_how_they_sign_in(mia):
    make.make_user(name="Zoe", phone="+44 113 496 0188")
    rep, admin = (make.signed_in(make.make_user(role)) for role in (Role.REP, Role.ADMIN))
    pages = [client.get(reverse("crm:person_list")).content.decode() for client in (rep, admin)]
    assert ["+44 113 496 0188" in page for page in pages] == [True, True]
    assert ["not invited" in page for page in pages] == [False, True]


def test_the_list_asks_as_many_questions_for_one_as_for_thirty(admin, django_assert_max_num_queries):
    def count() -> int:
        with django_assert_max_num_queries(30) as asked:
            admin.get(reverse("crm:person_list"))
        return len(asked)

    admin.get(reverse("crm:person_list"))
    few = count()
    for _ in range(30):
        make.make_user(team=make.make_team())
    assert count() == few


def test_people_and_rights_ask_who_is_there_when_that_was_long_ago(mia):
    User.objects.filter(pk=mia.pk).update(role=Role.ADMIN)
    client = signed_in_client()
    paths = [INVITE, "/admin/", "/admin/crm/user/", "/admin/crm/accessrule/add/"]
    assert [client.get(path).status_code for path in paths] == [200] * 4
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=31)):
        for path in paths:
            assert client.get(path)["Location"].startswith(reverse("account_reauthenticate"))
        assert is_signed_in(client)
        answer = client.post(INVITE, NEW)
        assert not User.objects.filter(name="Nora Lind").exists()
        # what was sent is done once the person has shown who they are
        client.post(answer["Location"], {"password": PASSWORD, "next": INVITE})
        assert User.objects.filter(name="Nora Lind").exists()
        assert [client.get(path).status_code for path in paths] == [200] * 4


def test_a_profile_is_saved_and_a_choice_of_colours_is_kept_with_the_person(mia):
    client = signed_in_client()
    data = {"name": "Mia K.", "phone": "+49 40 1234", "time_zone": "Europe/Lisbon", "language": "en"}
    chosen = {"theme": "dark", "density": "dense", "notice_mail": "none"}
    assert client.post(reverse("crm:profile"), {**data, **chosen}).status_code == 302
    mia.refresh_from_db()
    assert (mia.name, mia.phone, mia.time_zone, mia.theme, mia.density, mia.notice_mail) == (
        "Mia K.", "+49 40 1234", "Europe/Lisbon", "dark", "dense", "none",
    )  # fmt: skip
    client.post(reverse("crm:look_keep"), {"theme": "light"})
    mia.refresh_from_db()
    assert (mia.theme, mia.density) == ("light", "dense")
    assert client.post(reverse("crm:look_keep"), {"theme": "pink"}).status_code == 422


def test_nobody_gives_themselves_a_role_by_the_profile(mia):
    client = signed_in_client()
    data = {"name": "Mia", "language": "en", "theme": "auto", "density": "dense", "notice_mail": "all"}
    more = {"role": "admin", "is_active": "0", "team": "1", "email": "x@y.example"}
    assert client.post(reverse("crm:profile"), {**data, **more}).status_code == 302
    mia.refresh_from_db()
    assert (mia.role, mia.is_active, mia.email) == ("rep", True, "mia@example.com")


def test_times_are_shown_in_the_persons_zone_and_days_stay_those_of_the_company(mia):
    make.make_company(time_zone="America/Los_Angeles")
    User.objects.update(time_zone="Pacific/Kiritimati")
    client = signed_in_client()
    contact = make.make_contact(owner=mia)
    make.make_interaction(contact, occurred_at=dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC))
    assert b"3 Mar 2026, 02:00" in client.get(contact.get_absolute_url()).content.replace("\u00a0".encode(), b" ")
    at = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)  # the first of March in Los Angeles
    line = LineInput(quantity=Decimal(1), amount=Decimal(10))
    order = create_order(actor=mia, fields={"contact": contact, "ordered_at": at, "currency": "EUR"}, lines=[line])
    order.refresh_from_db()
    assert order.ordered_on == dt.date(2026, 3, 1)
