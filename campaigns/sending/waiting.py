"""Who waits for their hour: the zones of those who wait, which of them may be written to now, and taking back what lay
in the ledger of mails when quiet hours began.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, MailPace, Recipient
from campaigns.preferences import SAID_NO, call_back_too_soon
from campaigns.sending.audience import rules
from campaigns.sending.hours import Opening, Plan, Schedule
from contacts.choices import YES
from contacts.models import Contact
from contacts.permission.rule import answer_for
from crm.mail.choices import WAITING_STATES, MailState
from crm.models import OutgoingMail

# what was said so long before a mail was written may have been said beside its writing
SAID_BESIDE = dt.timedelta(hours=1)
# from one zone to the next by the index, however many wait in each
ZONES_SQL = """
WITH RECURSIVE zones AS (
  (SELECT time_zone FROM campaigns_recipient WHERE campaign_id = %(campaign)s AND state = 'waiting'
    ORDER BY time_zone LIMIT 1)
  UNION ALL
  SELECT (SELECT r.time_zone FROM campaigns_recipient r WHERE r.campaign_id = %(campaign)s AND r.state = 'waiting'
    AND r.time_zone > z.time_zone ORDER BY r.time_zone LIMIT 1) FROM zones z WHERE z.time_zone IS NOT NULL
)
SELECT time_zone FROM zones WHERE time_zone IS NOT NULL
"""
# by the rules as they are now, which somebody may have changed since the mails were written
CLOSE_SQL = """
UPDATE crm_outgoingmail m SET closes_at = z.closes_at
FROM campaigns_recipient r JOIN unnest(%(zones)s::text[], %(closes)s::timestamptz[]) AS z (zone, closes_at)
  ON z.zone = r.time_zone
WHERE r.campaign_id = %(campaign)s AND r.state = 'handed' AND m.id = r.mail_id AND m.state = 'queued'
  AND m.closes_at IS DISTINCT FROM z.closes_at
"""
# Nothing of these was ever begun: a sender that has one in its hands has it in flight, and has it locked while it takes
# it. They are written anew, and their people asked anew, when they may leave.
TAKE_BACK_SQL = """
WITH late AS (
  SELECT m.id, r.id AS recipient FROM crm_outgoingmail m JOIN campaigns_recipient r ON r.mail_id = m.id
  WHERE m.object_model = 'campaigns.campaign' AND m.object_id = %(campaign)s AND m.state = 'queued' AND m.attempts = 0
    AND m.unanswered = 0 AND m.closes_at <= %(now)s AND r.campaign_id = %(campaign)s AND r.state = 'handed'
  ORDER BY m.id FOR UPDATE OF m SKIP LOCKED
), gone AS (DELETE FROM crm_outgoingmail m USING late WHERE m.id = late.id RETURNING late.recipient)
UPDATE campaigns_recipient r SET state = 'waiting', mail_id = NULL FROM gone WHERE r.id = gone.recipient
"""


def plan_of(campaign: Campaign) -> Plan:
    """The plan of a campaign as it has started, or as it would start now."""
    return Plan(campaign, rules(), campaign.launched_at or timezone.now())


def ready_zones(campaign: Campaign) -> list[Opening]:
    """The zones whose people may be written to now, those first whose time came first."""
    plan, now = plan_of(campaign), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(ZONES_SQL, {"campaign": campaign.pk})
        zones = [zone for (zone,) in cursor.fetchall()]
    found = [plan.opening(zone, now) for zone in zones]
    ready = [one for one in found if one.opens_at <= now]
    return sorted(ready, key=lambda one: (plan.planned_at(one.zone)[0], one.zone))


def take_back(campaign: Campaign) -> int:
    """What has not left before its hours ended waits again, outside the ledger; three statements."""
    plan, now = plan_of(campaign), timezone.now()
    handed = Recipient.objects.filter(campaign=campaign, state=RecipientState.HANDED).order_by()
    found = [plan.opening(zone, now) for zone in handed.values_list("time_zone", flat=True).distinct()]
    closes = [one.closes_at if one.opens_at <= now else now for one in found]
    zones = [one.zone for one in found]
    values: dict[str, Any] = {"campaign": campaign.pk, "zones": zones, "closes": closes, "now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLOSE_SQL, values)
        cursor.execute(TAKE_BACK_SQL, values)
        return int(cursor.rowcount)


def call_back_refused(campaign: Campaign) -> int:
    """Whoever of those whose mail waits has said no since it was written, by any door, or is not there any more: their
    mail is called back; how many. So is what would come sooner than somebody wants it by now."""
    handed = Recipient.objects.filter(campaign=campaign, state=RecipientState.HANDED).order_by()
    waiting = OutgoingMail.objects.filter(
        object_model=Campaign._meta.label_lower, object_id=campaign.pk, state__in=WAITING_STATES
    )
    asked = Contact.objects.filter(pk__in=handed.filter(mail_id__in=waiting.values("pk")).values("contact"))
    oldest = waiting.aggregate(at=Min("created_at"))["at"]
    if oldest:  # who had said it before was asked when the mail was written
        wishes = MailPace.objects.filter(contact__in=asked.order_by().values("pk"), said_at__gte=oldest - SAID_BESIDE)
        for wish in wishes.select_related("contact"):
            call_back_too_soon(wish.contact, wish.days)
    answer = answer_for(campaign.channel_of_consent, campaign.purpose)
    refused = asked.annotate(answer=answer).exclude(answer__in=YES).values_list("pk", flat=True)
    rows = handed.filter(contact__in=list(refused)).values("mail_id")
    return waiting.filter(pk__in=rows).update(state=MailState.CANCELLED, last_error=SAID_NO)


def move_on() -> int:
    """Mails that were tried before, or that a person has sent again, and whose hours have ended, are given the next
    ones; how many."""
    now = timezone.now()
    late = OutgoingMail.objects.filter(
        object_model=Campaign._meta.label_lower, state=MailState.QUEUED, closes_at__lte=now
    )
    keys = dict(late.values_list("pk", "object_id"))
    plans = {key: plan_of(campaign) for key, campaign in Campaign.everything.in_bulk(set(keys.values())).items()}
    rows = Recipient.objects.filter(mail_id__in=keys, campaign__in=plans)
    by_zone: dict[tuple[int, str], list[Any]] = {}
    for campaign, zone, mail in rows.values_list("campaign", "time_zone", "mail_id"):
        by_zone.setdefault((campaign, zone), []).append(mail)
    for (campaign, zone), mails in by_zone.items():
        opening = plans[campaign].opening(zone, now)
        late.filter(pk__in=mails).update(due_at=opening.opens_at, closes_at=opening.closes_at)
    return sum(map(len, by_zone.values()))


def waiting(campaign: Campaign, counts: Mapping[str, int]) -> Schedule | None:
    """When those who wait get it, by how many do in which time zone; None where nobody waits for their hour."""
    if campaign.state not in (CampaignState.SENDING, CampaignState.PAUSED):
        return None
    plan, now = plan_of(campaign), timezone.now()
    later = {zone: count for zone, count in counts.items() if plan.opening(zone, now).opens_at > now}
    return plan.schedule(later, now) if later else None
