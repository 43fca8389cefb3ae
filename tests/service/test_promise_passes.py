"""The clocks of unsolved tickets are read again in passes: one at a time, each to its end, whatever breaks it off."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from crm.choices import Role
from crm.locks import side_connection, take_lock
from crm.models import JobWindow, LogEntry
from service.actions import watching
from service.actions.watching import refresh_promises
from service.models import ServiceHours, SlaPolicy, Ticket
from service.promises.actions import remove_hours, remove_promise, save_promise
from tests.factories import make_company, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hours(db, monkeypatch) -> ServiceHours:
    make_company(time_zone="UTC")
    monkeypatch.setattr(watching, "AT_ONCE", 2)
    return ServiceHours.objects.create(name="Office", time_zone="UTC")


def promise(hours: ServiceHours, name: str = "All", minutes: int = 60) -> SlaPolicy:
    fields = {"name": name, "hours": hours, "first_reply_minutes": minutes}
    return save_promise(actor=None, promise=None, fields=fields)


def promised() -> list[int | None]:
    return list(Ticket.objects.order_by("pk").values_list("policy_id", flat=True))


def told() -> list[str]:
    rows = LogEntry.objects.filter(verb="refresh promises").values_list("summary", flat=True)
    return [summary.replace("\xa0", " ") for summary in rows]


def test_a_pass_that_was_broken_off_goes_on_where_it_stood(hours):
    for _ in range(5):
        make_ticket()
    first = promise(hours)
    assert refresh_promises(seconds=0) == 2
    assert promised() == [first.pk, first.pk, None, None, None]
    Ticket.objects.filter(pk__in=Ticket.objects.order_by("pk")[:1]).update(policy=None)  # behind where it stands
    assert refresh_promises(seconds=0, is_asked=False) == 2
    assert refresh_promises(is_asked=False) == 1
    assert promised() == [None, *[first.pk] * 4]
    assert told() == ["New deadlines for 5 tickets"], "one row for the whole pass"
    assert refresh_promises(is_asked=False) == 0  # it is through, and nobody asked
    assert refresh_promises() == 1
    assert promised() == [first.pk] * 5
    assert not JobWindow.objects.exists()


def test_who_asks_while_a_pass_is_under_way_gets_a_whole_one_behind_it(hours):
    for _ in range(3):
        make_ticket()
    late = promise(hours, minutes=600)
    refresh_promises(seconds=0)
    soon = promise(hours, "Soon", minutes=30)
    save_promise(actor=None, promise=soon, fields={"position": 1})
    with side_connection() as side:
        assert take_lock(side, watching.PASS_LOCK, 0)
        assert [refresh_promises() for _ in range(5)] == [0] * 5
    assert promised() == [late.pk, late.pk, None]
    assert refresh_promises(is_asked=False) == 1 + 2  # the last as it is promised now, then the first two
    assert promised() == [soon.pk] * 3
    assert not JobWindow.objects.exists()


def test_a_promise_that_is_taken_away_goes_when_its_tickets_have_another(hours, django_assert_max_num_queries):
    first, second = promise(hours, minutes=60), promise(hours, "Second", minutes=600)
    for _ in range(5):
        make_ticket()
    assert promised() == [first.pk] * 5
    with django_assert_max_num_queries(12):
        remove_promise(actor=None, promise=first)
    assert list(SlaPolicy.objects.values_list("name", "position")) == [("Second", 1)]
    assert promised() == [first.pk] * 5  # the page touches none of them
    with pytest.raises(ValidationError, match="taken away before"):
        remove_promise(actor=None, promise=first)
    again = promise(hours)  # its name is free at once
    manager = make_user(Role.MANAGER)
    assert signed_in(manager).get(f"/tickets/promises/{first.pk}/").status_code == 404
    refresh_promises(seconds=0)
    assert SlaPolicy.everything.filter(pk=first.pk).exists()
    refresh_promises(is_asked=False)
    assert promised() == [second.pk] * 5
    assert set(SlaPolicy.everything.all()) == {second, again}
    taken = "no ticket has the promise “All” any more, which was taken away"
    assert told() == [f"New deadlines for 5 tickets; {taken}"]


def test_hours_of_a_promise_that_is_not_gone_yet_stay_with_a_sentence(hours):
    only = promise(hours)
    make_ticket()
    remove_promise(actor=None, promise=only)
    with pytest.raises(ValidationError, match="try again in some minutes"):
        remove_hours(actor=None, hours=hours)
    refresh_promises()
    remove_hours(actor=None, hours=hours)
    assert promised() == [None]


def test_the_administration_keeps_the_same_rules(hours):
    only, admin = promise(hours), signed_in(make_user(Role.ADMIN))
    ticket = make_ticket()
    page = f"/admin/service/slapolicy/{only.pk}/"
    sent = {"name": "All", "position": "1", "hours": hours.pk, "queue": "", "priority": "", "tier": ""}
    refused = admin.post(f"{page}change/", sent)
    assert "Promise something" in refused.content.decode()
    assert admin.post(f"{page}delete/", {"post": "yes"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.policy == only
    refresh_promises()
    ticket.refresh_from_db()
    assert (ticket.policy, ticket.due_at, SlaPolicy.everything.count()) == (None, None, 0)
