"""How many mails a channel may hand over now: to each provider that receives them, and to many while it is warmed up.

Senders count when they take mails, in one row for each limit and minute (hour, day), which they lock in one order:
however many they are, together they take no more. What is over a limit goes back into the queue with another time: it
stands in nobody's way, and no mail fails for it. Mails that go back unsent are counted off again. A mail to one person
keeps to the limit of its provider, before all that wait, and never waits for a warm-up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from crm.clock import SLACK
from crm.company import current_company, end_of_day
from crm.mail.addresses import normal_address
from crm.mail.choices import BULK_PRIORITY, MailState
from crm.models import MailChannel, MailCount, MailLimit, OutgoingMail

MINUTE, HOUR, DAY = "minute", "hour", "day"
LENGTHS = {MINUTE: dt.timedelta(minutes=1), HOUR: dt.timedelta(hours=1)}
MANY = "mails to many"
WAITS = "Waits for its turn: "
MOST_AHEAD = 500
MOST_DAYS = 300  # a growth of more is a number without meaning
CROWD = 1_000

MAKE_SQL = """
INSERT INTO crm_mailcount (channel_id, what, per, since, count, held)
SELECT %(channel)s, what, per, %(now)s, 0, 0 FROM unnest(%(what)s::text[], %(per)s::text[]) AS k (what, per)
ON CONFLICT (channel_id, what, per) DO NOTHING
"""
LOCK_SQL = """
SELECT what, per, since, count, held FROM crm_mailcount c WHERE channel_id = %(channel)s
  AND (what, per) IN (SELECT * FROM unnest(%(what)s::text[], %(per)s::text[])) ORDER BY what, per FOR UPDATE
"""
COUNT_SQL = """
UPDATE crm_mailcount c SET since = k.since, count = k.count, held = k.held
FROM unnest(%(what)s::text[], %(per)s::text[], %(since)s::timestamptz[], %(count)s::int[], %(held)s::int[])
  AS k (what, per, since, count, held)
WHERE c.channel_id = %(channel)s AND c.what = k.what AND c.per = k.per
"""
HOLD_SQL = """
UPDATE crm_outgoingmail m SET state = 'queued', attempts = attempts - 1, due_at = k.at, last_error = k.why
FROM unnest(%(mails)s::bigint[], %(at)s::timestamptz[], %(why)s::text[]) AS k (id, at, why)
WHERE m.id = k.id AND m.state = 'in_flight'
"""
OFF_SQL = """
UPDATE crm_mailcount c SET count = greatest(c.count - k.n, 0)
FROM (
  SELECT what, per, since, count(*) AS n FROM unnest(%(what)s::text[], %(per)s::text[], %(since)s::timestamptz[])
    AS k (what, per, since) GROUP BY 1, 2, 3
) k
WHERE c.channel_id = %(channel)s AND c.what = k.what AND c.per = k.per AND c.since = k.since
"""
QUEUED_SQL = """
SELECT lower(substring(recipient FROM '[^@]*$')), count(*) FROM crm_outgoingmail
WHERE channel_id = %s AND state = 'queued' GROUP BY 1
"""


@dataclass(frozen=True)
class Cap:
    """So many (`most`) of `what` in a minute, an hour or a day; why somebody waits for it, in words."""

    what: str
    per: str
    most: int
    words: str

    @property
    def key(self) -> tuple[str, str]:
        return self.what, self.per


@dataclass
class Tally:
    """What a counter says of the stretch of time that began at `since`."""

    since: dt.datetime
    count: int = 0
    held: int = 0


Counted = list[tuple[str, str, dt.datetime]]


@dataclass
class Admitted:
    """Of mails that were taken: who may leave, in their order, as what each was counted, when the next of the others
    has its turn."""

    mails: list[OutgoingMail]
    counted: dict[int, Counted] = field(default_factory=dict)
    next_at: dt.datetime | None = None


class Pace:
    """The limits of a channel, as they are now."""

    def __init__(self, channel: MailChannel) -> None:
        self.channel = channel
        self.limits = list(MailLimit.objects.filter(channel=channel))
        self.named = {domain: limit for limit in self.limits for domain in limit.domains}
        self.others = next((limit for limit in self.limits if not limit.domains), None)

    def __bool__(self) -> bool:
        return self.has_limits or self.channel.warm_up_on is not None

    @property
    def has_limits(self) -> bool:
        return bool(self.named) or self.others is not None

    def limit_of(self, domain: str) -> tuple[str, MailLimit] | None:
        """What a domain is counted as, and its limit; None: it has none."""
        if domain in self.named:
            return f"limit {self.named[domain].pk}", self.named[domain]
        return (domain, self.others) if self.others else None

    def caps_of_domain(self, domain: str) -> list[Cap]:
        found = self.limit_of(domain)
        if found is None:
            return []
        what, limit = found
        asked = ((MINUTE, limit.per_minute, "a minute"), (HOUR, limit.per_hour, "an hour"))
        return [
            Cap(what, per, most, f"{limit if limit.domains else domain}: {most:,} {words}")
            for per, most, words in asked
            if most
        ]

    def caps_of(self, mail: OutgoingMail, today: dt.date) -> list[Cap]:
        """All that a mail has to keep to."""
        caps = self.caps_of_domain(normal_address(mail.recipient).rpartition("@")[2])
        most = allowance(self.channel, today) if is_to_many(mail) else None
        if most is not None:
            caps.append(Cap(MANY, DAY, most, f"the channel is being warmed up: {most:,} today"))
        return caps

    def admit(self, line: psycopg.Connection[Any], slot: int, mails: Sequence[OutgoingMail]) -> Admitted:
        """Tell those that are over a limit to wait. In the transaction that took them, on its connection."""
        today = timezone.now().astimezone(current_company().zone).date()
        caps = {mail.pk: self.caps_of(mail, today) for mail in mails}
        keys = sorted({cap.key for found in caps.values() for cap in found})
        if not keys:
            return Admitted(list(mails))
        tallies = self._locked(line, keys)
        found, waits = _share_out(mails, caps, tallies)
        values = {
            "what": [what for what, _ in keys], "per": [per for _, per in keys], "channel": self.channel.pk,
            "since": [tallies[key].since for key in keys], "count": [tallies[key].count for key in keys],
            "held": [tallies[key].held for key in keys],
        }  # fmt: skip
        psycopg.Cursor(line).execute(COUNT_SQL, values)
        if waits:
            keys_of, moments, whys = (list(part) for part in zip(*waits, strict=True))
            psycopg.Cursor(line).execute(HOLD_SQL, {"mails": keys_of, "at": moments, "why": whys})
            sql = "UPDATE crm_mailslot SET mails = %s WHERE id = %s"
            psycopg.Cursor(line).execute(sql, [[mail.pk for mail in found.mails], slot])
        return found

    def count_off(self, line: psycopg.Connection[Any], counted: Iterable[Counted]) -> None:
        """These mails go back into the queue as they were. In the transaction that puts them there, on its line."""
        parts = [part for one in counted for part in one]
        if parts:
            what, per, since = (list(part) for part in zip(*parts, strict=True))
            values = {"what": what, "per": per, "since": since, "channel": self.channel.pk}
            psycopg.Cursor(line).execute(LOCK_SQL, values)  # an UPDATE would lock them in the order of its plan
            psycopg.Cursor(line).execute(OFF_SQL, values)

    def _locked(self, line: psycopg.Connection[Any], keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Tally]:
        """The counters, locked to the end of the transaction, each of the stretch of time that is now."""
        values = {"channel": self.channel.pk, "what": [one for one, _ in keys], "per": [per for _, per in keys]}
        psycopg.Cursor(line).execute(MAKE_SQL, {**values, "now": timezone.now()})
        rows = psycopg.Cursor(line).execute(LOCK_SQL, values).fetchall()
        found, now = {}, timezone.now()  # after the wait for the locks
        for what, per, since, count, held in rows:
            begins = beginning(per, now)
            # a clock that was set back does not open the stretch of time before; what it had counted while it was
            # ahead counts for now, so that nobody waits for a time that is far away
            is_ahead = since > now + SLACK
            found[what, per] = Tally(begins) if since < begins else Tally(begins if is_ahead else since, count, held)
            if is_ahead:
                found[what, per].held = 0
        return found


def _share_out(
    mails: Sequence[OutgoingMail], caps: Mapping[int, Sequence[Cap]], tallies: dict[tuple[str, str], Tally]
) -> tuple[Admitted, list[tuple[int, dt.datetime, str]]]:
    """Who may leave, by their order; of the others when and why. Changes the tallies."""
    found, waits = Admitted([]), []
    for mail in mails:
        full = [cap for cap in caps[mail.pk] if tallies[cap.key].count >= cap.most]
        if not full:
            found.mails.append(mail)
            found.counted[mail.pk] = [(*cap.key, tallies[cap.key].since) for cap in caps[mail.pk]]
            for cap in caps[mail.pk]:
                tallies[cap.key].count += 1
            continue
        cap = max(full, key=lambda one: later(one.per, tallies[one.key].since, 1))
        tally, ahead = tallies[cap.key], 0
        if is_to_many(mail):  # as many for each stretch of time as it takes
            ahead = min(tally.held // cap.most, MOST_AHEAD)
            tally.held += 1
        at = later(cap.per, tally.since, 1 + ahead)
        waits.append((mail.pk, at, f"{WAITS}{cap.words}."))
        found.next_at = min(found.next_at or at, at)
    return found, waits


def is_to_many(mail: OutgoingMail) -> bool:
    """Whether it is one of a campaign or program; else it is to one person, who waits for it."""
    return mail.priority >= BULK_PRIORITY


def allowance(channel: MailChannel, day: dt.date) -> int | None:
    """How many mails to many a channel that is being warmed up sends on a day; None: it is warmed up."""
    if channel.warm_up_on is None:
        return None
    days = min(max((day - channel.warm_up_on).days, 0), MOST_DAYS)
    most = int(channel.warm_up_mails * (1 + channel.warm_up_growth / 100) ** days)
    return most if most < channel.warm_up_until and days < MOST_DAYS else None


def sent_to_many(channel: MailChannel, now: dt.datetime) -> int:
    """How many the channel has taken in hand today."""
    rows = MailCount.objects.filter(channel=channel, what=MANY, per=DAY, since__gte=beginning(DAY, now))
    return rows.values_list("count", flat=True).first() or 0


def room_for_many(channel: MailChannel) -> int | None:
    """How many more mails to many are wanted in the queue today; None: any number. More would only wait there."""
    now = timezone.now()
    most = allowance(channel, now.astimezone(current_company().zone).date())
    if most is None:
        return None
    queued = OutgoingMail.objects.filter(channel=channel, state=MailState.QUEUED, priority__gte=BULK_PRIORITY)
    return max(most - sent_to_many(channel, now) - queued.count(), 0)


def queued_by_domain(channel: MailChannel) -> dict[str, int]:
    """How many mails wait in the queue of a channel, by the domain that receives them."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUED_SQL, [channel.pk])
        return {normal_address(f"x@{domain}").rpartition("@")[2]: count for domain, count in cursor.fetchall()}


def crowded_domains(channel: MailChannel) -> list[str]:
    """The domains with a limit for which so many mails wait that no more are wanted in the queue."""
    pace = Pace(channel)
    if not pace.has_limits:
        return []
    waiting: dict[str, int] = {}
    domains: dict[str, set[str]] = {}
    for domain, count in queued_by_domain(channel).items():
        if found := pace.limit_of(domain):
            what, limit = found
            waiting[what] = waiting.get(what, 0) + count
            domains.setdefault(what, set()).update(limit.domains or [domain])
    return sorted(one for what, count in waiting.items() if count >= CROWD for one in domains[what])


def look_again(channel: MailChannel) -> int:
    """The limits are others now: what waits for its turn is looked at anew; how many."""
    rows = OutgoingMail.objects.filter(channel=channel, state=MailState.QUEUED, last_error__startswith=WAITS)
    return rows.update(due_at=timezone.now(), last_error="")


def forget_counts() -> int:
    """Take out counters of which nobody asks any more; how many."""
    count, _ = MailCount.objects.filter(since__lt=timezone.now() - dt.timedelta(days=2)).delete()
    return count


def beginning(per: str, now: dt.datetime) -> dt.datetime:
    """When the minute, the hour, or the company's day of a moment began."""
    if per == DAY:
        return end_of_day(now.astimezone(current_company().zone).date() - dt.timedelta(days=1))
    moment = now.replace(second=0, microsecond=0)
    return moment if per == MINUTE else moment.replace(minute=0)


def later(per: str, since: dt.datetime, count: int) -> dt.datetime:
    """The beginning of the stretch of time so many after the one that began at `since`."""
    if per == DAY:
        day = since.astimezone(current_company().zone).date()
        return end_of_day(day + dt.timedelta(days=count - 1))
    return since + count * LENGTHS[per]
