"""Our replies on their way into chats and social networks: an outbox of rows, brought to the hook of their source.

At least once, under the same id, in the order of each conversation; signed as in Standard Webhooks. A hook that fails
five times in a row pauses by itself, for a minute, growing to an hour; one
whose address is refused, until it is changed.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from crm import bells
from crm.choices import JobQueue, Role
from crm.failpoints import failpoint
from crm.foreign.requests import RULES, RequestError, RequestRefused, Response, Rules, fetch
from crm.foreign.tokens import Purpose, make_tag
from crm.foreign.webhooks import signature
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News
from crm.notes.notices import tell as ring_bell
from service.choices import DeliveryState, TicketChannel
from service.models import Conversation, HookDelivery, Message, ReplyHook, Ticket
from service.queries import family_of

logger = logging.getLogger(__name__)
BY_CHAT = (TicketChannel.CHAT, TicketChannel.SOCIAL, TicketChannel.OTHER)
ERRORS_BEFORE_PAUSE, MOST_ATTEMPTS, AT_ONCE = 5, 12, 50
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=15), dt.timedelta(hours=1)
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=1), dt.timedelta(hours=1)
LOST_AFTER = dt.timedelta(minutes=2)  # a request takes ten seconds at most
MOST_SECONDS = 30.0
OF_THIS_REPLY = frozenset({400, 404, 409, 410, 413, 415, 422})  # it was understood, and this one is not taken

CLAIM_SQL = """
UPDATE service_hookdelivery SET state = 'in_flight', attempts = attempts + 1, claimed_at = clock_timestamp()
WHERE id = (
  SELECT one.id FROM service_hookdelivery AS one JOIN service_replyhook AS hook ON hook.id = one.hook_id
  WHERE one.state = 'queued' AND one.due_at <= clock_timestamp() AND hook.is_active
    AND (hook.paused_at IS NULL OR hook.paused_until <= clock_timestamp())
    AND NOT EXISTS (SELECT 1 FROM crm_company WHERE sending_held_at IS NOT NULL)
    AND NOT EXISTS (
      SELECT 1 FROM service_hookdelivery AS earlier WHERE earlier.conversation_id = one.conversation_id
        AND earlier.id < one.id AND earlier.state IN ('queued', 'in_flight')
    )
  ORDER BY one.due_at, one.id LIMIT 1 FOR UPDATE OF one SKIP LOCKED
) RETURNING id
"""


def chat_of(ticket: Ticket) -> tuple[Conversation, ReplyHook] | None:
    """The conversation in which a ticket is answered, with the hook of its source; None where it came another way or
    its source has no hook in use."""
    if ticket.channel not in BY_CHAT:
        return None
    rows = Conversation.objects.filter(ticket__in=family_of(ticket)).order_by("-pk")
    hooks = {hook.source: hook for hook in ReplyHook.objects.filter(is_active=True)}
    return next(((one, hooks[one.source]) for one in rows if one.source in hooks), None)


def send_by_hook(message: Message, conversation: Conversation, hook: ReplyHook) -> HookDelivery:
    """Put a reply into the outbox, in the transaction that writes it."""
    delivery = HookDelivery.objects.create(message=message, conversation=conversation, hook=hook)
    transaction.on_commit(ring, robust=True)
    return delivery


def ring() -> None:
    """Tell a worker that a reply waits; the sweeper comes by where the broker does not answer."""
    from service.tasks import deliver_replies_task  # noqa: PLC0415 - tasks import this module

    bells.ring(deliver_replies_task, queue=JobQueue.INTERACTIVE)


def deliver_replies(rules: Rules = RULES) -> int:
    """Bring what is due, one after the other; how many were brought. What a dead worker left is due again."""
    lost = HookDelivery.objects.filter(state=DeliveryState.IN_FLIGHT, claimed_at__lt=timezone.now() - LOST_AFTER)
    lost.update(state=DeliveryState.QUEUED)
    done, end = 0, time.monotonic() + MOST_SECONDS
    for _ in range(AT_ONCE):
        key = _claimed() if time.monotonic() < end else None
        if key is None:
            break
        delivery = HookDelivery.objects.select_related("hook", "conversation", "message__author").get(pk=key)
        done += _bring(delivery, rules)
    return done


@transaction.atomic
def send_again(*, actor: User | None, delivery: HookDelivery) -> None:
    """Bring a reply that was parked once more. Raises ValidationError for any other."""
    rows = HookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.PARKED)
    if not rows.update(state=DeliveryState.QUEUED, attempts=0, due_at=timezone.now(), last_error=""):
        raise ValidationError("It is on its way, or has arrived: there is nothing to send again.")
    ticket = delivery.message.ticket
    summary = f"Sent a reply in {ticket.number} to {delivery.hook} again"
    log(actor=actor, verb="send again", object=ticket, contact_id=ticket.contact_id, summary=summary)
    transaction.on_commit(ring, robust=True)


def secret_of(hook: ReplyHook) -> str:
    """By which what we bring is signed; it goes with the hook, and is stored nowhere."""
    return make_tag(Purpose.REPLY_HOOK, hook.token) + make_tag(Purpose.REPLY_HOOK, hook.token[::-1])


def body_of(delivery: HookDelivery) -> bytes:
    """What is brought, as JSON: the same bytes for each attempt."""
    message, conversation = delivery.message, delivery.conversation
    said = {
        "type": "ticket.replied",
        "id": delivery.external_id,
        "source": conversation.source,
        "conversation": conversation.external_id,
        "ticket_id": message.ticket_id,
        "text": message.text,
        "author": message.author.name if message.author else "",
        "sent_at": message.sent_at.isoformat(),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def resume(hook: ReplyHook) -> None:
    """Nothing is saved: its errors are over, and so is its pause."""
    hook.consecutive_errors, hook.last_error, hook.paused_at, hook.paused_until = 0, "", None, None


def _claimed() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _bring(delivery: HookDelivery, rules: Rules) -> bool:
    """One attempt, between two commits; whether it arrived."""
    body, moment, hook = body_of(delivery), int(time.time()), delivery.hook
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"CRM {settings.CRM_BASE_URL}",
        "webhook-id": delivery.external_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(secret_of(hook), delivery.external_id, moment, body),
    }
    try:
        answer = fetch(hook.url, "POST", body, headers, rules=rules)
    except RequestError as error:
        return _failed(delivery, str(error), is_for_good=isinstance(error, RequestRefused))
    failpoint("hook.after_request")
    if 200 <= answer.status < 300:
        return _arrived(delivery)
    if answer.status in OF_THIS_REPLY:
        _settle(delivery, DeliveryState.PARKED, f"{hook} does not take it: {_words(answer)}")
        return False
    return _failed(delivery, f"{hook} answered {_words(answer)}")


def _arrived(delivery: HookDelivery) -> bool:
    with transaction.atomic():
        rows = HookDelivery.objects.filter(pk=delivery.pk)
        rows.update(state=DeliveryState.SENT, sent_at=timezone.now(), last_error="")
        hook = ReplyHook.objects.select_for_update().get(pk=delivery.hook_id)
        if hook.consecutive_errors or hook.paused_at:
            resume(hook)
            hook.save()
    return True


def _failed(delivery: HookDelivery, sentence: str, *, is_for_good: bool = False) -> bool:
    """Wait and try again; the last time, park it. The hook counts its errors, and may pause."""
    logger.warning("A reply was not delivered: %s", sentence)
    with transaction.atomic():
        if delivery.attempts >= MOST_ATTEMPTS:
            _settle(delivery, DeliveryState.PARKED, sentence)
        else:
            wait = min(FIRST_WAIT * 2 ** (delivery.attempts - 1), LONGEST_WAIT)
            _settle(delivery, DeliveryState.QUEUED, sentence, timezone.now() + wait)
        hook = ReplyHook.objects.select_for_update().get(pk=delivery.hook_id)
        hook.consecutive_errors += 1
        hook.last_error = sentence[:300]
        if is_for_good or hook.consecutive_errors >= ERRORS_BEFORE_PAUSE:
            _pause(hook, is_for_good=is_for_good)
        hook.save()
    return False


def _pause(hook: ReplyHook, *, is_for_good: bool) -> None:
    """Who looks after the house is told when it begins."""
    now = timezone.now()
    doubled = 2 ** min(max(hook.consecutive_errors - ERRORS_BEFORE_PAUSE, 0), 10)
    hook.paused_until = None if is_for_good else now + min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
    if hook.paused_at is not None:
        return
    hook.paused_at = now
    admins = User.objects.filter(role=Role.ADMIN, is_active=True)
    title = f"Replies to {hook} do not arrive: {hook.last_error}"
    url, key = reverse("admin:service_replyhook_change", args=[hook.pk]), f"reply hook:{hook.pk}:{now.isoformat()}"
    ring_bell(
        News(user=admin, kind=NoticeKind.REMINDER, title=title[:300], url=url, key=f"{key}:{admin.pk}")
        for admin in admins
    )


def _settle(delivery: HookDelivery, state: str, sentence: str, due_at: dt.datetime | None = None) -> None:
    rows = HookDelivery.objects.filter(pk=delivery.pk)
    rows.update(state=state, last_error=sentence[:300], due_at=due_at or F("due_at"))


def _words(answer: Response) -> str:
    """`404: no such conversation`, on one line, without what cannot be shown."""
    said = answer.body[:200].decode("utf-8", "replace")
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
    return f"{answer.status}: {line}" if line else str(answer.status)
