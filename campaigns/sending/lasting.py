"""How long a campaign's mails take to leave under the limits of their channel: said before it starts."""

from __future__ import annotations

from django.db.models import Count, F, Func, TextField, Value
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.sending.audience import people_of
from contacts.choices import PointKind
from contacts.models import ContactPoint
from crm.mail.channels import channel_named
from crm.mail.forecast import Forecast, forecast
from crm.mail.pacing import Pace, queued_by_domain
from crm.models import User


def how_long(campaign: Campaign, user: User | None, reached: int, step: int = 1) -> Forecast | None:
    """When the last of so many who may be written to gets it, after what waits in the channel already; None where no
    limit makes a difference. Domains are those of the first addresses. Raises ValidationError."""
    channel, now = channel_named(), timezone.now()
    has_limits = Pace(channel).has_limits
    if not (has_limits or channel.warm_up_on or channel.rate_per_minute):
        return None
    count = round(reached * (1 - float(campaign.control_share)))
    domains = _shared_out(count, domains_of(campaign, user, step)) if has_limits else {}
    others = count - sum(domains.values())
    for domain, waiting in queued_by_domain(channel).items():
        domains[domain] = domains.get(domain, 0) + waiting
    begins = max(now, campaign.starts_at or now)
    found = forecast(channel, domains, begins, others)
    return found if found and found.ends_at > begins else None


def domains_of(campaign: Campaign, user: User | None, step: int = 1) -> dict[str, int]:
    """How many of one in `step` people of the campaign's segments have their first address at which domain; one
    query."""
    people = people_of(campaign, user, step)
    points = ContactPoint.objects.filter(kind=PointKind.EMAIL, is_primary=True, contact__in=people)
    domain = Func(F("normalised"), Value("@"), Value(2), function="split_part", output_field=TextField())
    return dict(points.order_by().values_list(domain).annotate(n=Count("pk")))


def _shared_out(count: int, domains: dict[str, int]) -> dict[str, int]:
    """The same domains for fewer people: who may be written to is among those who were counted."""
    total = sum(domains.values())
    return {domain: round(n * min(count / total, 1)) for domain, n in domains.items()} if total else {}
