"""Calls of a campaign: a task each for who looks after the customer; when it is done, the customer was called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.utils import timezone

from campaigns.choices import RecipientState
from campaigns.models import Campaign, Piece, Recipient
from contacts.models import Contact
from crm.agenda.choices import TaskKind
from crm.agenda.timing import zone_of
from crm.company import current_company
from crm.hanging import key_of
from crm.log import log
from crm.models import Task
from crm.templatetags.figures import plural

NO_CALLER = "nobody looks after them, and the campaign has no owner"
GONE = "the task was taken away"
SETTLE_SQL = """
UPDATE campaigns_recipient r SET state = CASE WHEN t.id IS NULL THEN 'failed' ELSE 'sent' END,
  reason = CASE WHEN t.id IS NULL THEN %(gone)s ELSE '' END, sent_at = t.done_at
FROM campaigns_piece p LEFT JOIN crm_task t ON t.id = p.task_id
WHERE p.recipient_id = r.id AND r.campaign_id = %(campaign)s AND r.state = 'handed' AND p.task_id IS NOT NULL
  AND (t.id IS NULL OR t.done_at IS NOT NULL)
"""


def give_calls(
    campaign: Campaign, pieces: Sequence[Piece], contacts: Mapping[int, Contact]
) -> tuple[list[Piece], list[int]]:
    """A call for the owner of each, or of the campaign where they have none that works here; the pieces with their
    tasks, and the recipients for whom there is nobody."""
    instead = campaign.owner if campaign.owner and campaign.owner.is_active else None
    day = timezone.localtime(timezone.now(), current_company().zone).date()
    given, tasks, without = list[Piece](), list[Task](), list[int]()
    for piece in pieces:
        contact = contacts[piece.recipient.contact_id]
        owner = contact.owner if contact.owner and contact.owner.is_active else instead
        if owner is None:
            without.append(piece.recipient_id)
            continue
        text = f"{piece.words}\n\nCode {piece.code_in_words}"  # the number stands on their page, for who may see it
        tasks.append(
            Task(
                kind=TaskKind.CALL, title=piece.subject, text=text, due_on=day, owner=owner, zone=zone_of(owner).key,
                **key_of(contact),
            )
        )  # fmt: skip
        given.append(piece)
    Task.objects.bulk_create(tasks)
    for piece, task in zip(given, tasks, strict=True):
        piece.task_id = task.pk
    if tasks:
        log(actor=None, verb="create", kind=Task, summary=f"{plural(len(tasks), 'call')} of the campaign {campaign}")
    return given, without


def settle_calls(key: int) -> int:
    """Who was called is settled, and whose task is gone; one statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SETTLE_SQL, {"campaign": key, "gone": GONE})
        return int(cursor.rowcount)


def call_pieces_back(campaign: Campaign) -> None:
    """Of a campaign that is called back: who was called already stays so; open calls are taken away, and what lies in a
    file is called back. What an adapter has in its hands is settled by its answer."""
    settle_calls(campaign.pk)
    waiting = Piece.objects.filter(campaign=campaign, claimed_at=None, recipient__state=RecipientState.HANDED)
    Task.objects.filter(pk__in=waiting.filter(task_id__isnull=False).values("task_id"), done_at=None).delete()
    rows = Recipient.objects.filter(campaign=campaign, state=RecipientState.HANDED, piece__in=waiting)
    rows.update(state=RecipientState.CANCELLED)
