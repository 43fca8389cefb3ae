"""How long it takes until so many mails have left by a channel, under its limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crm.company import current_company
from crm.mail.pacing import DAY, LENGTHS, MOST_DAYS, Cap, Pace, allowance, beginning, later, sent_to_many
from crm.models import MailChannel


@dataclass(frozen=True)
class Forecast:
    """When the last one has left, as far as the limits say, and which of them takes longest; `words` is a sentence."""

    ends_at: dt.datetime
    words: str


def forecast(channel: MailChannel, domains: Mapping[str, int], now: dt.datetime, others: int = 0) -> Forecast | None:
    """When so many mails to many (a domain, and `others` of which none is known) have left, from `now` on; None where
    nothing limits them. Quiet hours and a server that is away come on top."""
    total = sum(domains.values()) + others
    found = [*_by_provider(Pace(channel), domains, now), *_by_days(channel, total, now)]
    if channel.rate_per_minute:
        ends_at = now + dt.timedelta(minutes=total / channel.rate_per_minute)
        found.append(Forecast(ends_at, f"the channel sends {channel.rate_per_minute:,} a minute"))
    return max(found, key=lambda one: one.ends_at, default=None) if total else None


def _by_provider(pace: Pace, domains: Mapping[str, int], now: dt.datetime) -> Iterator[Forecast]:
    counts: dict[Cap, int] = {}
    for domain, count in domains.items():
        for cap in pace.caps_of_domain(domain):
            counts[cap] = counts.get(cap, 0) + count
    for cap, count in counts.items():
        if count > cap.most:
            yield Forecast(now + (count - 1) // cap.most * LENGTHS[cap.per], cap.words)


def _by_days(channel: MailChannel, total: int, now: dt.datetime) -> Iterator[Forecast]:
    today = now.astimezone(current_company().zone).date()
    left, ends_at = total + sent_to_many(channel, now), now
    for days in range(MOST_DAYS):
        most = allowance(channel, today + dt.timedelta(days=days))
        if days:
            ends_at = later(DAY, beginning(DAY, now), days)
        if most is None or left <= most:
            break
        left -= most
    if ends_at > now:
        yield Forecast(ends_at, f"the channel is being warmed up: {allowance(channel, today):,} mails today")


def warm_up_ends_on(channel: MailChannel, day: dt.date) -> dt.date | None:
    """The first day on which a channel that is being warmed up sends as much as one likes."""
    if allowance(channel, day) is None:
        return None
    days = (day + dt.timedelta(days=number) for number in range(1, 2 * MOST_DAYS))
    return next((one for one in days if allowance(channel, one) is None), None)
