"""The map of a large house: what a job counted is what counting live and by hand gives, also after changes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from contacts.models import Interaction
from crm.choices import JobState, Role, Scope
from crm.company import company_today
from crm.jobs import SilentProgress
from crm.models import AccessRule, JobRun
from crm.sharing import share_record
from feedback.actions.surveys import create_survey
from feedback.experience import counting
from feedback.experience.actions import change_touch_point
from feedback.experience.figures import NOWHERE, counted
from feedback.models import Answer, Question, Response, TouchPoint
from feedback.ready import READY
from feedback.tasks import count_map_task
from orders.models import Order
from service.models import TouchCost
from tests.factories import make_company, make_contact, make_deal, make_order, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
POINTS = (
    ("Enquiry", "before", "phone", "", ""),
    ("Order", "during", "phone", "", ""),
    ("Returns", "after", "phone", "", "return"),
    ("Our call", "after", "phone", "out", ""),
    ("Help", "after", "phone", "", ""),
    ("Website", "before", "web", "", ""),
)


@pytest.fixture
def house(db):
    """Some customers with random orders, contacts and tickets of four hundred days, and answers about touch points."""
    make_company()
    points = [
        TouchPoint.objects.create(
            name=name, stage=stage, channel=channel, direction=direction, words=words, position=place
        )
        for place, (name, stage, channel, direction, words) in enumerate(POINTS)
    ]
    TouchCost.objects.create(channel="phone", ticket_amount=4, reply_amount=3)
    rng, now = np.random.default_rng(8), timezone.now()
    survey = create_survey(actor=None, fields={"name": "Found"}, questions=READY["attributes"].questions)
    question = Question.objects.filter(survey=survey, dimension="overall").get()
    for number in range(12):
        customer = make_contact(name=f"Customer {number}")

        def ago(most: int = 400) -> dt.datetime:
            return now - dt.timedelta(minutes=int(rng.integers(10, most * 1440)))

        for _ in range(rng.integers(0, 4)):
            make_order(customer, ordered_at=ago(), lines=({"quantity": 1, "amount": 5},))
        for _ in range(12):
            customer.interactions.create(
                channel=str(rng.choice(["phone", "web", "chat"])), direction=str(rng.choice(["in", "out"])),
                subject=str(rng.choice(["A return", "A question"])), occurred_at=ago(),
            )  # fmt: skip
        for _ in range(2):
            make_ticket(
                customer, kind=str(rng.choice(["complaint", "query"])), channel="phone", opened_at=ago(),
                subject=str(rng.choice(["My return", "Where is it?"])),
            )  # fmt: skip
        response = Response.objects.create(
            survey=survey, contact=customer, touch_point=points[int(rng.integers(6))], answered_at=ago()
        )
        Answer.objects.create(response=response, question=question, value=int(rng.integers(1, 6)))
    return points


def by_hand(days: int) -> dict[str, int]:
    """The contacts at each touch point, one by one."""
    start = company_today() - dt.timedelta(days=days)
    found: dict[str, int] = {}
    for one in Interaction.objects.all():
        if timezone.localtime(one.occurred_at).date() < start:
            continue
        bought = [
            order.ordered_at for order in Order.objects.filter(contact=one.contact_id, is_purchase=True)
            if order.ordered_at <= one.occurred_at
        ]  # fmt: skip
        name = None
        if one.channel == "web":
            name = "Website"
        elif one.channel == "phone" and not bought:
            name = "Enquiry"
        elif one.channel == "phone" and one.occurred_at - max(bought) < dt.timedelta(days=14):
            name = "Order"
        elif one.channel == "phone":
            name = "Returns" if "return" in one.subject else "Our call" if one.direction == "out" else "Help"
        found[name or ""] = found.get(name or "", 0) + 1
    return found


def worked(user=None) -> JobRun:
    """The count that waits, done as a worker does it."""
    job = counting.running_count(user)
    assert job is not None
    job.result = counting.run_count(job, SilentProgress())
    job.state = JobState.DONE
    job.save()
    return job


def check(points) -> None:
    """What is kept is what is there: live, and one by one."""
    names = {one.pk: one.name for one in points} | {NOWHERE: ""}
    for days in counting.DAYS:
        kept = counting.last_count(days)
        assert kept is not None and kept.as_of == company_today()
        live = counted(None, points, company_today() - dt.timedelta(days=days), sees_cost=True)
        assert kept.found == live
        assert {names[key]: count for key, count in kept.found.volume.items()} == by_hand(days)
        assert kept.found.total == sum(by_hand(days).values())


def test_what_a_job_counted_is_what_is_there_also_after_changes(house, monkeypatch):
    monkeypatch.setattr(counting, "MOST_LIVE", 20)
    counting.start_count(actor=None)
    worked()
    check(house)
    # contacts go, an order comes in late, a customer is called, a touch point takes other words
    Interaction.objects.filter(
        pk__in=list(Interaction.objects.order_by("pk").values_list("pk", flat=True)[::5])
    ).delete()
    late = make_contact(name="Late")
    late.interactions.create(channel="phone", direction="in", subject="A question", occurred_at=timezone.now())
    make_order(late, ordered_at=timezone.now() - dt.timedelta(days=90), lines=({"quantity": 1, "amount": 5},))
    assert counting.last_count(90).found != counted(
        None, house, company_today() - dt.timedelta(days=90), sees_cost=True
    )
    counting.start_count(actor=None)
    worked()
    check(house)


def test_the_page_of_a_large_house_reads_what_was_counted_and_says_of_when(house, monkeypatch):
    manager = make_user(Role.MANAGER)
    page = reverse("feedback:experience")
    browser = signed_in(manager)
    live = browser.get(page).content.decode()
    assert "counted each night" not in live
    monkeypatch.setattr(counting, "MOST_LIVE", 20)
    waiting = browser.get(page).content.decode()
    assert "Not counted yet" in waiting and "Count it now" in waiting
    answer = browser.post(reverse("feedback:experience_count"))
    job = counting.running_count()
    assert answer.url == job.get_absolute_url()
    assert counting.start_count(actor=manager) == job  # one is enough
    worked()
    kept = browser.get(page)
    assert "counted each night" in kept.content.decode()
    assert kept.context["journey"].total == sum(by_hand(90).values())
    make_contact().interactions.create(channel="web", subject="Looked", occurred_at=timezone.now())
    assert browser.get(page).context["journey"].total == kept.context["journey"].total


def test_a_changed_touch_point_is_counted_anew_and_the_page_says_so_until_then(
    house, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(counting, "MOST_LIVE", 20)
    counting.start_count(actor=None)
    worked()
    point = next(one for one in house if one.name == "Returns")
    with django_capture_on_commit_callbacks(execute=True):
        change_touch_point(actor=None, point=point, fields={"words": "question"})
    assert not counting.last_count(90).is_current
    page = signed_in(make_user(Role.MANAGER)).get(reverse("feedback:experience")).content.decode()
    assert "were changed since" in page and "It is being counted" in page
    worked()
    assert counting.last_count(90).is_current


def test_who_sees_a_part_is_counted_for_alone(house, monkeypatch):
    rep = make_user(Role.REP)
    own = make_contact(name="Own", owner=rep)
    own.interactions.create(channel="phone", direction="in", subject="Hello", occurred_at=timezone.now())
    monkeypatch.setattr(counting, "MOST_LIVE", 20)
    counting.start_count(actor=None)
    worked()
    assert not counting.sees_whole(rep)
    assert signed_in(rep).get(reverse("feedback:experience")).context["journey"].total == 1


def test_who_sees_much_of_it_has_a_job_count_it_for_them_alone(house, monkeypatch):
    rep, other = make_user(Role.REP), make_user(Role.REP)
    for owner, count in ((rep, 3), (other, 2)):
        own = make_contact(name="Own", owner=owner)
        for _ in range(count):
            own.interactions.create(channel="phone", direction="in", subject="Hello", occurred_at=timezone.now())
    monkeypatch.setattr(counting, "MOST_LIVE", 20)
    counting.start_count(actor=None)
    worked()
    monkeypatch.setattr(counting, "PATIENCE", 1)
    monkeypatch.setattr(counting, "journey", slow(counting.journey))
    page, browser = reverse("feedback:experience"), signed_in(rep)
    waiting = browser.get(page).content.decode()
    assert "a job has to count it, for you alone" in waiting and "Count it now" in waiting
    assert counting.running_count(rep) is None  # a look starts nothing
    answer = browser.post(reverse("feedback:experience_count_own"))
    job = counting.running_count(rep)
    assert answer.url == job.get_absolute_url()
    assert counting.start_own_count(actor=rep) == job
    assert counting.running_count() is None and counting.running_count(other) is None
    worked(rep)
    kept = browser.get(page)
    assert kept.context["journey"].total == 3
    assert "a job counts what you may see" in kept.content.decode()
    assert counting.last_count(90).found.total == sum(by_hand(90).values())  # that of the house is another
    assert signed_in(other).get(page).context["journey"] is None
    # with other rights it is not theirs any more
    AccessRule.objects.create(role=Role.REP, model="contacts.contact", verb="view", scope=Scope.OWN)
    assert counting.last_count(90, make_again(rep)) is None


def slow(journey):
    """It takes longer than a page may where it counts itself."""

    def found(user, **said):
        if said.get("found") is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")
        return journey(user, **said)

    return found


def test_what_was_counted_for_one_person_a_day_ago_is_counted_anew(house, monkeypatch):
    rep, page = make_user(Role.REP), reverse("feedback:experience")
    own = make_contact(name="Own", owner=rep)
    own.interactions.create(channel="phone", direction="in", subject="Hello", occurred_at=timezone.now())
    monkeypatch.setattr(counting, "MOST_LIVE", 20)
    counting.start_own_count(actor=rep)
    job = worked(rep)
    assert counting.start_own_count(actor=rep) == job  # one an hour is enough
    own.interactions.create(channel="phone", direction="in", subject="Again", occurred_at=timezone.now())
    ago = timezone.now() - dt.timedelta(hours=25)
    job.result["counted_at"] = ago.isoformat()
    job.save()
    JobRun.objects.filter(pk=job.pk).update(created_at=ago)
    assert signed_in(rep).get(page).context["journey"].total == 2  # it can be counted while they look
    assert counting.running_count(rep) is None
    monkeypatch.setattr(counting, "PATIENCE", 1)
    monkeypatch.setattr(counting, "journey", slow(counting.journey))
    waiting = signed_in(rep).get(page)
    assert (waiting.context["journey"].total, waiting.context["kept"].counted_at) == (1, ago)
    assert waiting.context["job"] == counting.running_count(rep) is not None
    worked(rep)
    assert signed_in(rep).get(page).context["journey"].total == 2


def test_shares_of_what_is_not_counted_change_nothing(house):
    rep, admin = make_user(Role.REP), make_user(Role.ADMIN)
    before = counting._sees(rep)
    share_record(actor=admin, record=make_deal(contact=make_contact()), person=rep, right="view")
    assert counting._sees(make_again(rep)) == before
    share_record(actor=admin, record=make_contact(), person=rep, right="view")
    assert counting._sees(make_again(rep)) != before


def make_again(user):
    return type(user).objects.get(pk=user.pk)


def test_each_night_a_large_house_is_counted_once(house, monkeypatch):
    monkeypatch.setattr("feedback.tasks.NIGHTLY_HOUR", 0)
    assert not count_map_task()
    monkeypatch.setattr(counting, "MOST_LIVE", 20)
    assert count_map_task()
    assert not count_map_task()
    assert JobRun.objects.filter(kind=counting.KIND).count() == 1
