"""The queues in words, with the tickets that wait in each."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.languages.words import in_words
from crm.models import LogEntry, User
from crm.templatetags.figures import plural
from service.models import Queue, Ticket

LOG_SHOWN = 12


@dataclass(frozen=True)
class QueueLine:
    """A queue with its place; `unsolved` and `free` (of those, what nobody has) count the tickets that the person may
    see (None: none at all). `quiet` says what becomes of tickets whose customer does not answer."""

    queue: Queue
    place: int
    quiet: list[str]
    unsolved: int | None
    free: int | None

    @property
    def unsolved_url(self) -> str:
        return self._url("unsolved")

    @property
    def free_url(self) -> str:
        return self._url("free")

    def _url(self, mark: str) -> str:
        return f"{reverse('service:ticket_list')}?{urlencode({'queue': self.queue.pk, 'at_hand': mark})}"


def queue_lines(user: User) -> list[QueueLine]:
    """All queues in their order."""
    rows, counts = Queue.objects.visible_to(user).select_related("team", "mailbox"), _counts(user)
    return [
        QueueLine(queue, place, quiet_words(queue), *((None, None) if counts is None else counts.get(queue.pk, (0, 0))))
        for place, queue in enumerate(rows, start=1)
    ]


def quiet_words(queue: Queue) -> list[str]:
    """When the customer is reminded, and when the ticket ends by itself; none: never."""
    found = []
    if queue.notice_after_days is not None:
        found.append(in_words("reminder after %(days)s", days=plural(queue.notice_after_days, "day")))
    if queue.close_after_days is not None:
        found.append(in_words("solved %(days)s later", days=plural(queue.close_after_days, "day")))
    if queue.end_after_days is not None:
        found.append(in_words("closed for good after %(days)s", days=plural(queue.end_after_days, "day")))
    return found


def changed_lately(user: User) -> list[LogEntry]:
    """What was changed of queues, for who may change them."""
    if not can(user, Verb.CHANGE, Queue):
        return []
    return list(LogEntry.objects.filter(model=Queue._meta.label_lower).select_related("actor")[:LOG_SHOWN])


def _counts(user: User) -> dict[int, tuple[int, int]] | None:
    """Unsolved tickets of each queue, and those that nobody has; None for who sees no tickets."""
    if not can(user, Verb.VIEW, Ticket):
        return None
    rows = Ticket.objects.visible_to(user).unsolved().order_by().values("queue")
    found = rows.annotate(count=Count("pk"), free=Count("pk", filter=Q(owner=None)))
    return {key: (count, free) for key, count, free in found.values_list("queue", "count", "free")}
