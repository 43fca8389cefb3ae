"""The page of queues: managers say where tickets wait, who answers them, and what becomes of quiet ones."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.choices import Role
from crm.models import LogEntry, Mailbox
from service import actions
from service.models import Macro, Queue, RoutingRule, SlaPolicy, WebForm
from service.promises.actions import save_hours, save_promise
from service.queues.actions import remove_queue, save_queue
from service.queues.queries import queue_lines, quiet_words
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
LIST = "/tickets/queues/"


@pytest.fixture
def manager():
    make.make_company(time_zone="UTC")
    return make.make_user(Role.MANAGER)


def queue(name, **fields):
    return save_queue(actor=None, queue=None, fields={"name": name, **fields})


def names():
    return list(Queue.objects.values_list("name", "position"))


def test_a_queue_is_made_and_takes_the_tickets_that_name_none(manager):
    client, team = make.signed_in(manager), make.make_team()
    queue("Support")
    form = form_in(client.get(reverse("service:queue_create")).content.decode(), "name")
    sent = {**form.fields, "name": "Claims", "position": "1", "team": team.pk, "notice_after_days": "7"}
    answer = client.post(reverse("service:queue_create"), {**sent, "close_after_days": "3"})
    assert answer.headers["Location"] == LIST
    claims = Queue.objects.get(name="Claims")
    assert names() == [("Claims", 1), ("Support", 2)]
    ticket = actions.open_ticket(actor=manager, fields={"subject": "One pane is broken"}, body="Hello")
    assert (ticket.queue, ticket.team) == (claims, team)
    assert [words.replace("\xa0", " ") for words in quiet_words(claims)] == [
        "reminder after 7 days", "solved 3 days later"
    ]  # fmt: skip
    page = client.get(LIST).content.decode()
    assert all(words in page for words in ("New queue “Claims”", str(team), f"?queue={claims.pk}&amp;at_hand=unsolved"))
    entry = LogEntry.objects.filter(model="service.queue").first()
    assert (entry.actor, entry.summary) == (manager, "New queue “Claims”")


def test_a_queue_is_changed_and_moved_and_the_others_make_room(manager):
    first, _, third = (queue(name) for name in ("Orders", "Claims", "Invoices"))
    client, url = make.signed_in(manager), reverse("service:queue_update", args=[third.pk])
    form = form_in(client.get(url).content.decode(), "name")
    assert form.fields["position"] == ["3"]
    client.post(url, {**form.fields, "name": "Bills", "position": "1"})
    assert names() == [("Bills", 1), ("Orders", 2), ("Claims", 3)]
    save_queue(actor=manager, queue=first, fields={"position": 99})
    assert names() == [("Bills", 1), ("Claims", 2), ("Orders", 3)]
    count = LogEntry.objects.count()
    save_queue(actor=manager, queue=first, fields={"name": "Orders", "position": 3})
    assert LogEntry.objects.count() == count, "nothing was changed"


def test_a_name_that_is_taken_and_an_end_without_a_reminder_are_refused_in_words(manager):
    queue("Support")
    client = make.signed_in(manager)
    for given, words in (
        ({"name": "Support"}, "already exists"),
        ({"name": "Claims", "close_after_days": "3"}, "without a reminder"),
        ({"name": "Claims", "notice_after_days": "0"}, "greater than or equal to 1"),
    ):
        answer = client.post(reverse("service:queue_create"), given)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert names() == [("Support", 1)]


def test_a_queue_that_holds_tickets_or_is_named_stays_and_an_empty_one_goes(manager):
    support, claims, empty = (queue(name) for name in ("Support", "Claims", "Empty"))
    actions.solve_ticket(actor=None, ticket=make.make_ticket(queue=support))
    client = make.signed_in(manager)
    page = client.post(reverse("service:queue_remove", args=[support.pk]), follow=True).content.decode()
    assert "Tickets are in the queue “Support”, solved ones too" in page
    hours = save_hours(actor=None, hours=None, fields={"name": "Office"})
    save_promise(
        actor=None, promise=None, fields={"name": "Soon", "hours": hours, "queue": claims, "first_reply_minutes": 60}
    )
    RoutingRule.objects.create(name="All", to_queue=claims)
    Macro.objects.create(name="To claims", code="claims", queue=claims)
    WebForm.objects.create(name="Contact us", queue=claims)
    with pytest.raises(ValidationError) as refused:
        remove_queue(actor=manager, queue=claims)
    for words in ("promise “Soon”", "routing rule “All”", "macro “To claims”", "web form “Contact us”"):
        assert words in refused.value.messages[0]
    assert SlaPolicy.objects.get().queue == claims
    client.post(reverse("service:queue_remove", args=[empty.pk]))
    assert names() == [("Support", 1), ("Claims", 2)]
    with pytest.raises(ValidationError, match="taken away before"):
        remove_queue(actor=manager, queue=empty)


def test_a_mailbox_belongs_to_one_queue_and_who_may_not_see_mailboxes_leaves_it(manager):
    box = Mailbox.objects.create(name="Help", address="help@example.org")
    support, other = queue("Support", mailbox=box), queue("Claims")
    with pytest.raises(ValidationError, match="already exists"):
        save_queue(actor=None, queue=other, fields={"mailbox": box})
    client, url = make.signed_in(manager), reverse("service:queue_update", args=[support.pk])
    assert "help@example.org" not in client.get(LIST).content.decode()
    form = form_in(client.get(url).content.decode(), "name")
    client.post(url, {**form.fields, "name": "Help desk", "mailbox": ""})
    support.refresh_from_db()
    assert (support.name, support.mailbox) == ("Help desk", box)
    admin = make.signed_in(make.make_user(Role.ADMIN))
    assert "help@example.org" in admin.get(LIST).content.decode()
    assert "help@example.org" not in admin.get(reverse("service:queue_update", args=[other.pk])).content.decode()
    form = form_in(admin.get(url).content.decode(), "name")
    admin.post(url, {**form.fields, "mailbox": ""})
    support.refresh_from_db()
    assert support.mailbox is None


def test_the_page_counts_what_one_may_see_in_as_many_queries_for_many_queues(manager, django_assert_num_queries):
    support, rep = queue("Support"), make.make_user(Role.REP)
    for owner in (rep, manager, None):
        make.make_ticket(queue=support, owner=owner)
    actions.solve_ticket(actor=None, ticket=make.make_ticket(queue=support))
    line, theirs = queue_lines(manager)[0], queue_lines(rep)[0]
    assert ((line.unsolved, line.free), (theirs.unsolved, theirs.free)) == ((3, 1), (1, 0))
    for name in ("Orders", "Claims"):
        queue(name)
    with django_assert_num_queries(2):
        assert len(queue_lines(manager)) == 3


def test_agents_look_and_change_nothing(manager):
    support, agent = queue("Support"), make.signed_in(make.make_user(Role.AGENT))
    page = agent.get(LIST).content.decode()
    assert "Support" in page
    assert "New queue" not in page
    assert "Changed lately" not in page
    assert agent.post(reverse("service:queue_remove", args=[support.pk])).status_code == 403
