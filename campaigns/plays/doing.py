"""What the steps of plays do with a group of entries: set-based, in the transaction of the ledger. Each answers for
which contacts it could not be done, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from campaigns.choices import PlayStepKind
from campaigns.models import Campaign, Offer, Play, PlayEntry, PlayStep, Variant
from campaigns.offers.choosing import give as give_offers
from campaigns.offers.choosing import statement
from campaigns.offers.terms import offers_of, terms_of
from campaigns.segments.meaning import asked_by
from campaigns.sending.audience import answered, mails_with_offers
from contacts.choices import YES
from contacts.models import Contact
from contacts.zones import JOINS, ZONE, zone_values
from crm.agenda.choices import TaskKind
from crm.agenda.many import give_tasks
from crm.company import current_company
from crm.log import log
from crm.templatetags.figures import plural

# waiting in the carrier as the people of a campaign wait: its engine asks for permission and hours, and writes the mail
MAIL_SQL = """
INSERT INTO campaigns_recipient (
  campaign_id, contact_id, variant_id, state, reason, recorded_at, time_zone, round
)
SELECT %s, p.id, %s, 'waiting', '', %s, {zone}, p.round
FROM unnest(%s::bigint[], %s::int[]) AS p (id, round) {places} ORDER BY p.id
ON CONFLICT (campaign_id, contact_id, round) DO NOTHING
"""
# of people `whom (id, answer)`: those to whom an offer is open that the mail needs, and who may be written to
OFFERED_SQL = """
INSERT INTO campaigns_recipient (
  campaign_id, contact_id, variant_id, state, reason, recorded_at, time_zone, round
)
SELECT %s, p.id, CASE WHEN p.answer = ANY(%s) THEN %s::bigint END,
  CASE WHEN p.answer = ANY(%s) THEN 'waiting' ELSE 'left_out' END,
  CASE WHEN p.answer = ANY(%s) THEN '' ELSE p.answer END, %s, {zone}, r.round
FROM campaigns_chosen p JOIN unnest(%s::bigint[], %s::int[]) AS r (id, round) ON r.id = p.id {places} ORDER BY p.id
ON CONFLICT (campaign_id, contact_id, round) DO NOTHING
"""
TAG_SQL = """
UPDATE contacts_contact SET tags = array_append(tags, %(tag)s), version = version + 1, updated_at = %(now)s
WHERE id = ANY(%(people)s) AND NOT tags @> ARRAY[%(tag)s]::varchar[]
"""
LIST_SQL = """
WITH came AS (
  INSERT INTO campaigns_segmentmember (segment_id, contact_id, entered_at)
  SELECT %(list)s, id, %(now)s FROM unnest(%(people)s::bigint[]) AS p (id) ORDER BY id
  ON CONFLICT (segment_id, contact_id) DO NOTHING RETURNING contact_id
), told AS (
  INSERT INTO campaigns_segmentmove (segment_id, contact_id, has_entered, at)
  SELECT %(list)s, contact_id, true, %(now)s FROM came
)
UPDATE campaigns_segment SET size = coalesce(size, 0) + (SELECT count(*) FROM came), counted_at = %(now)s
WHERE id = %(list)s
"""
Rows = list[PlayEntry]
Skipped = dict[int, str]
NO_OWNER = "nobody looks after them, and the play has no owner"


def write(play: Play, step: PlayStep, rows: Rows, now: dt.datetime) -> Skipped:
    """Hand the mails of a step to its carrier."""
    carrier = step.carrier
    variant = carrier.variants.filter(is_control=False).first() if carrier else None
    if carrier is None or variant is None:
        return _nobody(rows, "the step has no mail")
    people = [row.contact_id for row in rows], [row.round for row in rows]
    if step.offer is not None:
        return _write_with_offer(carrier, variant, rows, people, now)
    with connection.cursor() as cursor:
        sql = MAIL_SQL.format(zone=ZONE, places=JOINS)
        cursor.execute(sql, [carrier.pk, variant.pk, now, *people, *zone_values()])
    return {}


def _write_with_offer(
    carrier: Campaign, variant: Variant, rows: Rows, people: tuple[list[int], list[int]], now: dt.datetime
) -> Skipped:
    """Each is given the step's offer with a code of their own, where it is open to them; whom the mail needs it for and
    to whom it is not open gets none, as in campaigns."""
    offers = offers_of(carrier)
    # who gives one of them elsewhere waits: nobody has it twice within its rest time
    list(Offer.objects.select_for_update().filter(pk__in=[one.pk for one in offers]).order_by("pk").values_list("pk"))
    using, is_needed = mails_with_offers([variant])
    yes = [str(answer) for answer in YES]
    frozen = OFFERED_SQL.format(zone=ZONE, places=JOINS)
    values = [carrier.pk, yes, variant.pk, yes, yes, now, *people, *zone_values()]
    try:
        with asked_by(None):
            asked = Contact.objects.filter(pk__in=[row.contact_id for row in rows])
            start = statement(answered(carrier, asked), terms_of(offers), None, "answer")
    except ValidationError as error:
        return _nobody(rows, " ".join(error.messages)[:200])
    give_offers(start, yes=yes, is_needed=is_needed, using=using, frozen=frozen, values=values)
    return {}


def give(play: Play, step: PlayStep, rows: Rows, now: dt.datetime) -> Skipped:
    """A task for the owner of each; who has none, or one who has left, gives it to the owner of the play."""
    contacts = Contact.objects.filter(pk__in=[row.contact_id for row in rows]).select_related("owner")
    instead = play.owner if play.owner and play.owner.is_active else None
    given, skipped = [], Skipped()
    for contact in contacts:
        owner = contact.owner if contact.owner and contact.owner.is_active else instead
        if owner is None:
            skipped[contact.pk] = NO_OWNER
        else:
            given.append((contact, owner))
    day = timezone.localtime(now, current_company().zone).date()
    fields = {"kind": TaskKind.TODO, "title": step.title, "text": step.text, "due_on": day}
    give_tasks(given, fields=fields, about=f"play “{play}”")
    return skipped


def tag(play: Play, step: PlayStep, rows: Rows, now: dt.datetime) -> Skipped:
    """Add the tag to those who lack it."""
    people = [row.contact_id for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(TAG_SQL, {"tag": step.title, "people": people, "now": now})
        changed = cursor.rowcount
    summary = f"Play “{play}”: {plural(changed, 'contact')} tagged “{step.title}”"
    log(actor=None, verb="change", object=play, summary=summary)
    return {}


def put_onto(play: Play, step: PlayStep, rows: Rows, now: dt.datetime) -> Skipped:
    """Into the fixed segment."""
    if step.into is None:
        return _nobody(rows, "its list is not there any more")
    people = [row.contact_id for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(LIST_SQL, {"list": step.into.pk, "people": people, "now": now})
    return {}


def _nobody(rows: Rows, why: str) -> Skipped:
    return dict.fromkeys((row.contact_id for row in rows), why)


DO: dict[PlayStepKind, Callable[[Play, PlayStep, Rows, dt.datetime], Skipped]] = {
    PlayStepKind.MAIL: write,
    PlayStepKind.TASK: give,
    PlayStepKind.TAG: tag,
    PlayStepKind.LIST: put_onto,
}
