"""The run of a campaign: hand people over to the ledger of outgoing mail, chunk by chunk, and settle what came of each.

A recipient is claimed (`FOR UPDATE SKIP LOCKED`) and asked for permission and fatigue in the transaction that writes
the mail, whose key is the recipient's: however often a worker dies, a person has one mail at most. What the ledger
cannot know (a death between the server's answer and the commit) stays *uncertain* and is never sent again by itself.
Only a few chunks are in the ledger at a time, so that a pause holds at once and a refusal still counts. They go there
by time zone, when its hour has come (`hours`), with the moment at which quiet hours begin: no sender begins one after
that, and what is left then waits again (`waiting`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.choices import CampaignChannel, CampaignState, RecipientState
from campaigns.mail.composing import Writer
from campaigns.mail.merging import Unknown
from campaigns.models import Campaign, Recipient
from campaigns.sending.asking import ask
from campaigns.sending.hours import Opening
from campaigns.sending.waiting import call_back_refused, ready_zones, take_back
from campaigns.tallies import count_again
from campaigns.ways.handing import UNREACHABLE, run_by_hand
from contacts.choices import PointKind
from contacts.models import ContactPoint
from crm.company import company_at_hand
from crm.failpoints import failpoint
from crm.holding import is_sending_held
from crm.mail.actions import send_mails
from crm.mail.channels import channel_named
from crm.mail.drafts import Draft
from crm.mail.pacing import crowded_domains, room_for_many
from crm.mail.suppression import closed_among

logger = logging.getLogger(__name__)
CHUNK, MOST_IN_LEDGER = 400, 1_200
MOST_CHUNKS = 500
CROWD_SECONDS = 180.0
# what one mail can be refused for; a database that is away or busy is none of them, and ends the run
FAULTS_OF_A_MAIL = (ValidationError, ValueError, TypeError, LookupError, DataError, IntegrityError)
SETTLE_SQL = """
UPDATE campaigns_recipient r SET
  state = CASE m.state WHEN 'sent' THEN 'sent' WHEN 'uncertain' THEN 'uncertain' WHEN 'cancelled' THEN 'cancelled'
    ELSE 'failed' END,
  reason = CASE WHEN m.state = 'sent' THEN '' ELSE left(m.last_error, 60) END,
  sent_at = coalesce(m.sent_at, CASE WHEN m.state = 'uncertain' THEN m.claimed_at END)
FROM crm_outgoingmail m
WHERE m.id = r.mail_id AND r.campaign_id = %(campaign)s AND (
  (r.state = 'handed' AND m.state IN ('sent', 'failed', 'uncertain', 'parked', 'cancelled'))
  OR (r.state IN ('failed', 'uncertain', 'cancelled') AND m.state = 'sent')
)
"""
HANDED_SQL = """
UPDATE campaigns_recipient r SET state = 'handed', mail_id = m.id
FROM unnest(%s::bigint[], %s::text[]) AS h (id, key) JOIN crm_outgoingmail m ON m.key = h.key WHERE r.id = h.id
"""
IN_LEDGER_SQL = """
SELECT count(*) FROM crm_outgoingmail WHERE object_model = 'campaigns.campaign' AND object_id = %s AND state = 'queued'
  AND due_at <= %s
"""


def run_campaign(key: int) -> int:
    """Hand over what may leave, settle what left; how many were handed over. Safe to call by many at once. Nothing is
    handed over while sending is held after a restore."""
    handed, is_held = 0, is_sending_held()
    campaign = Campaign.everything.get(pk=key)
    if campaign.channel != CampaignChannel.EMAIL:
        handed = 0 if is_held else run_by_hand(campaign)
        finish(key)
        return handed
    is_sending = campaign.state == CampaignState.SENDING and not is_held
    if is_sending:
        take_back(campaign)
        call_back_refused(campaign)
    zones = ready_zones(campaign) if is_sending else []
    for _ in range(MOST_CHUNKS):
        settle(key)
        zones = [zone for zone in zones if zone.closes_at is None or zone.closes_at > timezone.now()]
        if not zones or not _is_sending(key) or _in_ledger(key) >= MOST_IN_LEDGER:
            break
        room = Room.now()
        if not room.most:
            break
        done = 0 if _crowd.is_all(key, zones[0].zone, room.without) else _chunk(key, zones[0], room)
        handed += done
        if not done:
            _crowd.note(key, zones.pop(0).zone, room.without)
    finish(key)
    return handed


def settle(key: int) -> int:
    """What became of the mails is written to their recipients; one statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SETTLE_SQL, {"campaign": key})
        return int(cursor.rowcount)


def finish(key: int) -> None:
    """A campaign of which everybody has a final state is sent."""
    with transaction.atomic():
        campaign = Campaign.everything.select_for_update().get(pk=key)
        if campaign.state != CampaignState.SENDING or campaign.play_id:  # one of a play goes on with it
            return
        open_states = (RecipientState.WAITING, RecipientState.HELD, RecipientState.HANDED)
        if Recipient.objects.filter(campaign=key, state__in=open_states).exists():
            return
        campaign.state = CampaignState.SENT
        campaign.version += 1
        campaign.save(update_fields=["state", "version", "updated_at"])
        count_again([key])


def _is_sending(key: int) -> bool:
    return Campaign.everything.filter(pk=key, state=CampaignState.SENDING).exists()


def _in_ledger(key: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(IN_LEDGER_SQL, [key, timezone.now()])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Room:
    """What the channel of campaigns takes now: so many at most, and none to these domains (`crm.mail.pacing`). Who has
    to wait long for a provider or a warm-up waits here, where a no still counts, and not in the ledger."""

    most: int
    without: Sequence[str] = ()

    @classmethod
    def now(cls) -> Room:
        channel = channel_named()
        room = room_for_many(channel)
        return cls(CHUNK if room is None else min(room, CHUNK), crowded_domains(channel))


class _Crowd:
    """Zones of campaigns in which none but people of crowded providers wait: for some minutes they are not looked
    through again, unless others are crowded. Known to this process alone; another one looks for itself."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, str], tuple[tuple[str, ...], float]] = {}

    def is_all(self, key: int, zone: str, without: Sequence[str]) -> bool:
        known, until = self.found.get((key, zone), ((), 0.0))
        return bool(without) and known == tuple(without) and time.monotonic() < until

    def note(self, key: int, zone: str, without: Sequence[str]) -> None:
        if not without or self.is_all(key, zone, without):
            return
        now = time.monotonic()
        self.found = {place: (known, until) for place, (known, until) in self.found.items() if until > now}
        self.found[key, zone] = tuple(without), now + CROWD_SECONDS


_crowd = _Crowd()


def _chunk(key: int, where: Opening, room: Room) -> int:
    """One chunk of a zone; where it fails, its people one by one: who fails alone is left out, and holds up nobody."""
    try:
        return _hand_over(key, where, room.most, without=room.without)
    except FAULTS_OF_A_MAIL:
        logger.exception("A chunk of campaign %s failed; now one by one", key)
    done = 0
    for pk in list(_waiting(key, where, room.without).values_list("pk", flat=True)[: room.most]):
        try:
            done += _hand_over(key, where, 1, only=pk)
        except FAULTS_OF_A_MAIL:
            logger.exception("Recipient %s of campaign %s cannot be written to", pk, key)
            reason = "the mail could not be made"
            done += Recipient.objects.filter(pk=pk, state=RecipientState.WAITING).update(
                state=RecipientState.LEFT_OUT, reason=reason
            )
    return done


def _waiting(key: int, where: Opening, without: Sequence[str] = ()) -> QuerySet[Recipient]:
    """Those of a zone who wait, but those whose first address is at one of these domains."""
    rows = Recipient.objects.filter(campaign=key, state=RecipientState.WAITING, time_zone=where.zone).order_by("pk")
    if not without:
        return rows
    points = ContactPoint.objects.filter(contact=OuterRef("contact"), kind=PointKind.EMAIL)
    first = Subquery(points.order_by("-is_primary", "pk").values("normalised")[:1])
    domain = Func(first, Value("@"), Value(-1), function="split_part", output_field=TextField())
    found: Any = rows.alias(domain=Coalesce(domain, Value(""), output_field=TextField())).exclude(domain__in=without)
    return found


@dataclass
class _Hand:
    """What is to be written of a chunk: mails by recipient, and who is left out with the reason."""

    drafts: dict[int, Draft] = field(default_factory=dict)
    out: dict[str, list[int]] = field(default_factory=dict)

    def leave_out(self, key: int, reason: str) -> None:
        self.out.setdefault(reason[:60], []).append(key)

    def write(self) -> None:
        """Into the ledger; who cannot be written to is left out."""
        by_key = {draft.key: key for key, draft in self.drafts.items()}

        def refuse(draft: Draft, error: ValidationError) -> None:
            key = by_key[draft.key]
            self.leave_out(key, " ".join(error.messages))
            del self.drafts[key]

        send_mails(actor=None, drafts=list(self.drafts.values()), refuse=refuse)
        with connection.cursor() as cursor:
            cursor.execute(HANDED_SQL, [list(self.drafts), [draft.key for draft in self.drafts.values()]])
        for reason, keys in self.out.items():
            Recipient.objects.filter(pk__in=keys).update(state=RecipientState.LEFT_OUT, reason=reason)


@transaction.atomic
def _hand_over(key: int, where: Opening, most: int, only: int | None = None, without: Sequence[str] = ()) -> int:
    with connection.cursor() as cursor:  # shared by all who hand over, and taken alone by who pauses it
        cursor.execute("SELECT 1 FROM campaigns_campaign WHERE id = %s FOR SHARE", [key])
    campaign = Campaign.everything.get(pk=key)
    if campaign.state != CampaignState.SENDING:
        return 0
    rows = _waiting(key, where, without).select_for_update(of=("self",), skip_locked=True)
    claimed = list((rows.filter(pk=only) if only else rows)[:most])
    if not claimed:
        return 0
    with company_at_hand():  # every mail names it
        _compose(campaign, claimed, where).write()
    failpoint("campaign.before_commit")
    return len(claimed)


def _compose(campaign: Campaign, claimed: Sequence[Recipient], where: Opening) -> _Hand:
    """Ask each for permission and fatigue, and make the mails of those who may be written to; a few queries."""
    asked, addresses = ask(campaign, claimed), _addresses([row.contact_id for row in claimed])
    writer, hand = Writer(campaign, asked.company), _Hand()
    for row in claimed:
        address = addresses.get(row.contact_id, "")
        if reason := asked.reason_against(row) or ("" if address else UNREACHABLE):
            hand.leave_out(row.pk, reason)
            continue
        variant = asked.variants[row.variant_id]  # type: ignore[index]  # no control waits
        try:
            hand.drafts[row.pk] = writer.draft(variant, row, address, asked.values(row), where.closes_at)
        except Unknown:
            hand.leave_out(row.pk, asked.why_unknown(row))
    return hand


def _addresses(keys: Sequence[int]) -> dict[int, str]:
    """The address that a mail goes to: the first open one."""
    rows = ContactPoint.objects.filter(contact__in=keys, kind=PointKind.EMAIL).order_by("contact", "-is_primary", "pk")
    points = list(rows.values_list("contact", "normalised", "value"))
    closed = closed_among(one for _, one, _ in points)
    found: dict[int, str] = {}
    for contact, normalised, value in points:
        if normalised not in closed:
            found.setdefault(contact, value)
    return found
