"""The first hour: steps are done when the data say so, are passed over and put away, and lead to what does them."""

import pytest
from django.urls import reverse

from campaigns.models import Campaign, Segment
from crm.choices import Role
from crm.models import Company, DemoLoad, LogEntry, OutgoingMail, User
from crm.starting.own import start_card
from crm.starting.reading import setup_steps
from tests.factories import make_company, make_contact, make_deal, make_order, make_user, signed_in

pytestmark = pytest.mark.django_db
NAMES = [
    "company", "hours", "pipeline", "people", "customers", "orders", "mail", "scores", "segment", "campaign",
]  # fmt: skip


@pytest.fixture
def admin() -> User:
    make_company()
    return make_user(Role.ADMIN)


def open_steps(user: User) -> list[str]:
    return [step.name for step in setup_steps(user).steps if not step.done]


def card_of(rf, user: User):
    request = rf.get("/")
    request.user = user
    return start_card(request)


def test_a_step_is_done_when_the_data_say_so(admin):
    Segment.objects.all().delete()
    assert open_steps(admin) == NAMES
    Company.objects.update(country="DE")
    make_user(Role.REP)
    make_order(make_contact())
    assert open_steps(admin) == ["hours", "pipeline", "mail", "scores", "segment", "campaign"]
    make_deal()  # makes a pipeline
    Segment.objects.create(name="All", owner=admin)
    Campaign.objects.create(name="First", owner=admin, state="sent")
    assert open_steps(admin) == ["hours", "mail", "scores"]


def test_each_step_leads_to_a_page_that_opens(admin):
    client = signed_in(admin)
    steps = [step for step in setup_steps(admin).steps if not step.is_post]
    session = client.session
    answers = {step.name: client.get(step.url, follow=True).status_code for step in steps}
    assert set(answers.values()) == {200}, (answers, session)
    assert all(client.get(step.help_url.partition("#")[0]).status_code == 200 for step in steps)


def test_a_step_is_passed_over_and_taken_up_and_the_log_knows(admin, rf):
    client = signed_in(admin)
    client.post(reverse("crm:start_skip"), {"name": "hours"})
    client.post(reverse("crm:start_skip"), {"name": "nonsense"})
    assert Company.objects.get().setup_skipped == ["hours"]
    assert "Take it up" in client.get(reverse("crm:start")).content.decode()
    client.post(reverse("crm:start_skip"), {"name": "hours", "again": "1"})
    assert Company.objects.get().setup_skipped == []
    assert LogEntry.objects.filter(actor=admin, verb="set up").count() == 2


def test_the_card_goes_when_it_is_put_away_and_comes_back(admin, rf):
    client = signed_in(admin)
    assert "Set up, step by step" in client.get("/").content.decode()
    client.post(reverse("crm:start_close"))
    assert card_of(rf, admin) is None
    assert "Set up, step by step" not in client.get("/").content.decode()
    client.post(reverse("crm:start_close"), {"again": "1"})
    assert card_of(rf, admin)["steps"].next.name == "company"


@pytest.mark.parametrize("role", [Role.REP, Role.MARKETER, Role.AGENT, Role.MANAGER])
def test_every_role_has_a_few_first_steps_that_open_and_go_away(role, rf):
    make_company()
    user = make_user(role)
    client = signed_in(user)
    steps = card_of(rf, user)["steps"]
    assert 3 <= steps.count <= 6
    assert {client.get(step.url, follow=True).status_code for step in steps.steps} == {200}
    assert client.get(reverse("crm:start")).status_code == 200
    client.post(reverse("crm:start_close"))
    assert card_of(rf, User.objects.get(pk=user.pk)) is None


def test_in_a_demo_only_the_way_out_of_it_is_shown(admin, rf):
    DemoLoad.objects.create(request_id="load")
    Company.objects.update(is_demo=True)
    assert card_of(rf, admin) == {"is_demo": True}
    assert card_of(rf, make_user(Role.REP)) is None
    assert "Remove the demo" in signed_in(admin).get("/").content.decode()


def test_a_colleague_of_long_is_not_shown_first_steps(rf):
    make_company()
    user = make_user(Role.REP)
    User.objects.update(created_at="2020-01-01T00:00:00Z")
    assert card_of(rf, User.objects.get(pk=user.pk)) is None


def test_a_mail_to_oneself_is_one_click(admin):
    answer = signed_in(admin).post(reverse("crm:start_mail"))
    mail = OutgoingMail.objects.get()
    assert (answer.status_code, mail.recipient) == (302, admin.email)


def test_others_neither_skip_nor_send_nor_remove(admin):
    client = signed_in(make_user(Role.MANAGER))
    answers = [client.post(reverse(f"crm:{name}")) for name in ("start_skip", "start_mail", "demo_remove")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_the_removal_asks_first_and_refuses_where_there_is_no_demo(admin):
    client = signed_in(admin)
    assert "There is no demo here" in client.get(reverse("crm:demo_remove")).content.decode()
    assert client.post(reverse("crm:demo_remove"))["Location"] == reverse("crm:start")
