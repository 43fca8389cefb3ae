"""The page of promises: managers say what is promised to whom, in words, and unsolved tickets follow."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from crm.choices import Role
from crm.models import LogEntry
from orders.models import LoyaltyTier
from service import actions
from service.actions.watching import refresh_promises
from service.models import Queue, ServiceHours, SlaPolicy, Ticket
from service.promises.actions import remove_hours, save_hours, save_promise
from service.promises.forms import WorkingTimeField
from service.promises.queries import standing, week_in_words
from service.promises.wording import in_working_time, minutes_in
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
LIST = "/tickets/promises/"


@pytest.fixture
def manager():
    make.make_company(time_zone="UTC")
    return make.make_user(Role.MANAGER)


@pytest.fixture
def hours(manager):
    return ServiceHours.objects.create(name="Office", time_zone="UTC")


def promised(hours, name, **fields):
    return save_promise(
        actor=None, promise=None, fields={"name": name, "hours": hours, "first_reply_minutes": 60, **fields}
    )


def names():
    return list(SlaPolicy.objects.values_list("name", "position"))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30 min", 30), ("4 h", 240), ("4h30m", 270), ("1 h 30 min", 90), ("1:30", 90), ("12 hours", 720), ("90m", 90)],
)
def test_working_time_is_read_as_people_write_it(text, minutes):
    assert minutes_in(text) == minutes
    assert minutes_in(in_working_time(minutes)) == minutes


@pytest.mark.parametrize("text", ["", "4", "soon", "2 days", "-1 h", "1:75", "h", "4 h or 5 h"])
def test_what_is_no_working_time_is_not_guessed(text):
    assert minutes_in(text) is None


def test_a_time_of_nothing_or_of_years_is_refused():
    field = WorkingTimeField(required=False)
    for text in ("0 min", "1001 h", "4"):
        with pytest.raises(ValidationError):
            field.clean(text)
    assert field.clean("  ") is None


def test_a_promise_is_made_in_words_and_reaches_unsolved_tickets(manager, hours):
    ticket, client = make.make_ticket(), make.signed_in(manager)
    done = make.make_ticket()
    actions.solve_ticket(actor=None, ticket=done)
    form = form_in(client.get(reverse("service:promise_create")).content.decode(), "name")
    assert form.fields["hours"] == [str(hours.pk)]
    sent = {**form.fields, "name": "All", "first_reply_minutes": "4 h", "solution_minutes": "2:30"}
    answer = client.post(reverse("service:promise_create"), sent)
    assert answer.headers["Location"] == LIST
    promise = SlaPolicy.objects.get()
    assert (promise.first_reply_minutes, promise.next_reply_minutes, promise.solution_minutes) == (240, None, 150)
    assert refresh_promises() == 1
    ticket.refresh_from_db()
    done.refresh_from_db()
    assert (ticket.policy, done.policy) == (promise, None)
    page = client.get(LIST).content.decode()
    assert all(words in page for words in ("4 h", "2 h 30 min", "all tickets", "New promise “All”"))
    edit = reverse("service:promise_update", args=[promise.pk])
    form = form_in(client.get(edit).content.decode(), "name")
    assert form.fields["solution_minutes"] == ["2 h 30 min"]
    client.post(edit, {**form.fields, "solution_minutes": ""})
    promise.refresh_from_db()
    assert promise.solution_minutes is None
    entry = LogEntry.objects.filter(model="service.slapolicy").first()
    assert (entry.actor, entry.summary) == (manager, "Changed solution minutes of the promise “All”")


def test_a_promise_of_nothing_and_a_name_that_is_taken_are_refused_in_words(manager, hours):
    promised(hours, "All")
    client = make.signed_in(manager)
    for given, words in (
        ({"name": "None"}, "Promise something"),
        ({"name": "All", "first_reply_minutes": "1 h"}, "already exists"),
        ({"name": "Odd", "first_reply_minutes": "4"}, "is no time"),
    ):
        answer = client.post(reverse("service:promise_create"), {"hours": hours.pk, **given})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert names() == [("All", 1)]


def test_promises_stand_where_they_were_put_and_one_that_is_never_reached_says_so(manager, hours):
    first = promised(hours, "All")
    claims = Queue.objects.create(name="Claims")
    gold = LoyaltyTier.objects.create(name="Gold", least_points=100)
    promised(hours, "Claims", queue=claims, priority="urgent")
    promised(hours, "Gold", tier=gold)
    hidden = [line.hidden_by for line in standing(manager).promises]
    assert hidden == [None, first, first]
    save_promise(actor=manager, promise=first, fields={"position": 9})
    assert names() == [("Claims", 1), ("Gold", 2), ("All", 3)]
    found = standing(manager).promises
    assert [line.hidden_by for line in found] == [None, None, None]
    assert [line.whom for line in found] == [["queue Claims", "urgent priority"], ["customers of the tier Gold"], []]
    client = make.signed_in(manager)
    client.post(reverse("service:promise_remove", args=[SlaPolicy.objects.get(name="Gold").pk]))
    assert names() == [("Claims", 1), ("All", 2)]


def test_the_page_counts_what_is_unsolved_and_late_of_what_one_may_see(manager, hours, django_assert_num_queries):
    promise = promised(hours, "All", priority="urgent")
    rep = make.make_user(Role.REP)
    for owner in (rep, None, None):
        ticket = make.make_ticket(owner=owner, priority="urgent")
        if owner is None:
            Ticket.objects.filter(pk=ticket.pk).update(due_at=timezone.now() - dt.timedelta(hours=1))
    make.make_ticket()
    line = standing(manager).promises[0]
    assert (line.promise, line.waiting, line.late, standing(manager).without) == (promise, 3, 2, 1)
    line = standing(rep).promises[0]
    assert (line.waiting, line.late, standing(rep).without) == (1, 0, 0)
    for name in ("B", "C"):
        promised(hours, name)
    with django_assert_num_queries(5):  # promises, counts, hours, the day, what was changed: however many promises
        standing(manager)


def test_hours_are_kept_beside_them_and_those_that_count_stay(manager, hours):
    promised(hours, "All")
    client = make.signed_in(manager)
    form = form_in(client.get(reverse("service:hours_create")).content.decode(), "monday")
    sent = {**form.fields, "name": "Shop", "saturday": "10:00-14:00", "holidays": "2099-12-25, 2099-01-01"}
    assert client.post(reverse("service:hours_create"), sent).status_code == 302
    shop = ServiceHours.objects.get(name="Shop")
    assert week_in_words(shop) == ["Monday to Friday 09:00-17:00", "Saturday 10:00-14:00", "Sunday closed"]
    wrong = client.post(reverse("service:hours_update", args=[shop.pk]), {**sent, "monday": "9-17"})
    assert (wrong.status_code, "are no hours" in wrong.content.decode()) == (422, True)
    page = client.get(LIST).content.decode()
    assert "Monday to Friday 09:00-17:00; Saturday 10:00-14:00; Sunday closed" in page
    kept = client.post(reverse("service:hours_remove", args=[hours.pk]), follow=True).content.decode()
    assert "are counted by “All”" in kept
    with pytest.raises(ValidationError, match="counted by"):
        remove_hours(actor=manager, hours=hours)
    client.post(reverse("service:hours_remove", args=[shop.pk]))
    assert list(ServiceHours.objects.values_list("name", flat=True)) == ["Office"]


def test_changed_hours_are_one_row_of_the_log(manager, hours):
    save_hours(actor=manager, hours=hours, fields={"friday": "09:00-13:00"})
    save_hours(actor=manager, hours=hours, fields={"friday": "09:00-13:00"})
    assert LogEntry.objects.get().summary == "Changed friday of the working hours “Office”"


def test_an_empty_house_is_told_what_to_do_and_begins_with_the_hours(manager):
    client = make.signed_in(manager)
    page = client.get(LIST).content.decode()
    assert all(words in page for words in ("Nothing is promised yet", "No working hours yet", "New promise"))
    answer = client.get(reverse("service:promise_create"))
    assert answer.headers["Location"] == reverse("service:hours_create")
    page = make.signed_in(make.make_user(Role.AGENT)).get(LIST).content.decode()
    assert "A manager says what customers are promised." in page
    assert not any(words in page for words in ("New promise", "promises/new", "hours/new", "Changed lately"))


def test_a_promise_that_moved_because_another_came_is_no_conflict_and_stays_where_it_stands(manager, hours):
    promise, client = promised(hours, "All"), make.signed_in(manager)
    page = reverse("service:promise_update", args=[promise.pk])
    form = form_in(client.get(page).content.decode(), "name")
    promised(hours, "Urgent", priority="urgent", position=1)
    assert client.post(page, {**form.fields, "first_reply_minutes": "2 h"}).status_code == 302
    assert names() == [("Urgent", 1), ("All", 2)]
    assert SlaPolicy.objects.get(name="All").first_reply_minutes == 120
