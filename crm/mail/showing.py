"""What the page of outgoing mail says of a channel: its limits, its warm-up, and when what waits has left."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from crm.company import current_company
from crm.mail.forecast import Forecast, forecast, warm_up_ends_on
from crm.mail.pacing import Pace, allowance, queued_by_domain, sent_to_many
from crm.models import MailChannel
from crm.templatetags.figures import full_day


@dataclass(frozen=True)
class Shown:
    """A channel with sentences of what it keeps to; `lasts`: when what waits has left."""

    channel: MailChannel
    lines: list[str] = field(default_factory=list)
    lasts: Forecast | None = None


def shown(channel: MailChannel) -> Shown:
    pace, now = Pace(channel), timezone.now()
    lines = [f"{limit}: {_most(limit.per_minute, limit.per_hour)}" for limit in pace.limits]
    today = now.astimezone(current_company().zone).date()
    most, ends_on = allowance(channel, today), warm_up_ends_on(channel, today)
    if most is not None:
        until = f", and any number from {full_day(ends_on)} on" if ends_on else ""
        growth = f"{channel.warm_up_growth} % more each day{until}"
        lines.append(f"Warm-up: {sent_to_many(channel, now):,} of {most:,} mails to many today, {growth}")
    is_limited = bool(pace) or channel.rate_per_minute is not None
    lasts = forecast(channel, queued_by_domain(channel), now) if is_limited else None
    return Shown(channel, lines, lasts if lasts and lasts.ends_at > now else None)


def _most(per_minute: int | None, per_hour: int | None) -> str:
    parts = [f"{per_minute:,} a minute"] if per_minute else []
    return "at most " + " and ".join([*parts, *([f"{per_hour:,} an hour"] if per_hour else [])])
