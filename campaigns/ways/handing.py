"""The run of a campaign that reaches people otherwise than by mail: chunk by chunk a piece is written for each.

As with mails, a recipient is claimed (`FOR UPDATE SKIP LOCKED`) and asked for permission and fatigue once more in the
transaction that writes the piece, which is one for each recipient: however often a worker dies, there is one letter,
one call, one message. A call is a task of who looks after the customer. Letters, and messages where no adapter is set
up (`ways.adapters`), wait in a file until somebody says that they went out (`ways.leaving`).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import DataError, connection, transaction
from django.utils import timezone

from campaigns.choices import CampaignChannel, CampaignState, RecipientState
from campaigns.mail.merging import Unknown, fill, one_line
from campaigns.mail.pictures import OWN
from campaigns.models import Campaign, Piece, Recipient, Variant
from campaigns.offers.choosing import LETTERS
from campaigns.sending.asking import Asked, ask
from campaigns.ways.adapters import deliver_waiting
from campaigns.ways.calls import NO_CALLER, give_calls, settle_calls
from campaigns.ways.places import Place, places_of
from crm.failpoints import failpoint

logger = logging.getLogger(__name__)
CHUNK = 200
CODE_LENGTH, LONGEST = 12, 200
BROKEN = (ValidationError, ValueError, TypeError, LookupError, DataError)
UNREACHABLE = "unreachable"


def run_by_hand(campaign: Campaign) -> int:
    """Write down what may leave, settle what has, whatever its state; how many were written. Safe to call by many at
    once."""
    made = 0
    while done := _chunk(campaign.pk):
        made += done
    settle_calls(campaign.pk)
    deliver_waiting(campaign)
    return made


def _chunk(key: int) -> int:
    """One chunk; where it fails, its people one by one: who fails alone is left out, and holds up nobody."""
    try:
        return _write_down(key, CHUNK)
    except BROKEN:
        logger.exception("A chunk of campaign %s failed; now one by one", key)
    done = 0
    waiting = Recipient.objects.filter(campaign=key, state=RecipientState.WAITING).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)[:CHUNK]):
        try:
            done += _write_down(key, 1, only=pk)
        except BROKEN:
            logger.exception("Nothing can be written down for recipient %s of campaign %s", pk, key)
            done += waiting.filter(pk=pk).update(state=RecipientState.LEFT_OUT, reason="it could not be written down")
    return done


@transaction.atomic
def _write_down(key: int, most: int, only: int | None = None) -> int:
    with connection.cursor() as cursor:  # shared by all who write, and taken alone by who pauses it
        cursor.execute("SELECT 1 FROM campaigns_campaign WHERE id = %s FOR SHARE", [key])
    campaign = Campaign.everything.get(pk=key)
    if campaign.state != CampaignState.SENDING or (campaign.starts_at and campaign.starts_at > timezone.now()):
        return 0
    rows = Recipient.objects.filter(campaign=key, state=RecipientState.WAITING).order_by("pk")
    rows = rows.filter(pk=only) if only else rows
    claimed = list(rows.select_for_update(of=("self",), skip_locked=True)[:most])
    if not claimed:
        return 0
    asked, places = ask(campaign, claimed), places_of(campaign.channel, [row.contact_id for row in claimed])
    pieces, out = [], dict[str, list[int]]()
    for row in claimed:
        place = places.get(row.contact_id)
        reason = asked.reason_against(row) or ("" if place else UNREACHABLE)
        if place and not reason:
            try:
                pieces.append(_piece(campaign, row, place, asked))
            except Unknown:
                reason = asked.why_unknown(row)
        if reason:
            out.setdefault(reason[:60], []).append(row.pk)
    if campaign.channel == CampaignChannel.PHONE:
        pieces, without = give_calls(campaign, pieces, asked.contacts)
        out.setdefault(NO_CALLER, []).extend(without)
    Piece.objects.bulk_create(pieces)
    Recipient.objects.filter(pk__in=[piece.recipient_id for piece in pieces]).update(state=RecipientState.HANDED)
    for reason, keys in out.items():
        Recipient.objects.filter(pk__in=keys).update(state=RecipientState.LEFT_OUT, reason=reason)
    failpoint("campaign.before_commit")
    return len(claimed)


def _piece(campaign: Campaign, row: Recipient, place: Place, asked: Asked) -> Piece:
    """Raises `merging.Unknown`."""
    variant, values = asked.variants[row.variant_id], asked.values(row)  # type: ignore[index]  # no control waits
    return Piece(
        recipient=row,
        campaign=campaign,
        code="".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)),
        name=asked.contacts[row.contact_id].name[:LONGEST],
        place=place.text,
        country=place.country,
        household=place.household,
        subject=fill(variant.subject, values, one_line)[:LONGEST],
        words=words_of(variant, values),
    )


def words_of(variant: Variant, values: dict[str, str]) -> str:
    """What a variant says as plain text, a block a paragraph, links spelt out. Raises `merging.Unknown`."""
    said: Sequence[str] = [
        " ".join(filter(None, (fill(block.get("text", ""), values), block.get("url", ""))))
        for block in variant.blocks
        if block.get("kind") not in ("line", "picture", OWN)
    ]
    return "\n\n".join(part for part in said if part)
