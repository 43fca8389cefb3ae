"""When a mail of a sequence may leave: in its own hours, and outside the quiet hours of the house on the clock of the
lead. The rule is that of campaigns, which an app above keeps (`CRM_QUIET_HOURS`).

Where is a lead says the contact that it was matched with, else its country; where neither is known, the company. Where
the hours of a sequence, which are the company's, lie in the night of a lead, quiet hours alone count.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from contacts.zones import country_zones, zones_of
from crm.company import current_company
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from leads.models import Enrolment, Lead, Sequence
from leads.nurturing.timing import open_moment

Rule = Callable[[str, dt.datetime], tuple[dt.datetime, dt.datetime | None]]
MOST_DAYS = 14


@dataclass(frozen=True)
class Span:
    """From when on, and until when, a mail may leave; `closes_at` None: it does not end."""

    opens_at: dt.datetime
    closes_at: dt.datetime | None = None


def quiet_rule() -> Rule | None:
    """The rule of the house; None where no hour is quiet, or no app keeps one."""
    name: str = getattr(settings, "CRM_QUIET_HOURS", "")
    rule: Rule | None = import_string(name)() if name else None
    return rule


def zones_of_leads(leads: Iterable[Lead]) -> dict[int, str]:
    """The time zone of each lead, by its id; empty where it is not known."""
    rows = list(leads)
    known = zones_of({lead.contact_id for lead in rows if lead.contact_id})
    return {lead.pk: known.get(lead.contact_id or 0) or country_zones().get(lead.country, "") for lead in rows}


def span_for(sequence: Sequence, zone: str, now: dt.datetime, rule: Rule | None, house: dt.tzinfo) -> Span:
    """When a mail of a sequence to somebody in a zone may leave, from now on; its hours are those of the `house`."""
    if rule is None:
        return Span(open_moment(sequence, now.astimezone(house)))
    moment = now
    for _ in range(2 * MOST_DAYS):
        opens_at, closes_at = rule(zone, open_moment(sequence, moment.astimezone(house)))
        if open_moment(sequence, opens_at.astimezone(house)) == opens_at:
            return Span(opens_at, closes_at)
        moment = opens_at
        if moment > now + dt.timedelta(days=MOST_DAYS):
            break
    return Span(*rule(zone, now))


def move_late() -> int:
    """Mails that did not leave before quiet hours began are given the next hours; how many."""
    now = timezone.now()
    late = OutgoingMail.objects.filter(
        object_model=Lead._meta.label_lower, state=MailState.QUEUED, closes_at__lte=now, key__startswith="sequence:"
    )
    keys = dict(late.values_list("pk", "object_id"))
    if not keys:
        return 0
    rule, zones = quiet_rule(), zones_of_leads(Lead.objects.filter(pk__in=set(keys.values())))
    sequences, house = _sequences_of(late), current_company().zone
    alike: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for mail, lead in keys.items():
        sequence = sequences.get(mail)
        alike[zones.get(lead or 0, ""), sequence.pk if sequence else None].append(mail)
    for (zone, _), mails in alike.items():
        if sequence := sequences.get(mails[0]):
            span = span_for(sequence, zone, now, rule, house)
        else:
            span = Span(*rule(zone, now)) if rule else Span(now)
        late.filter(pk__in=mails).update(due_at=span.opens_at, closes_at=span.closes_at)
    return len(keys)


def _sequences_of(mails: QuerySet[OutgoingMail]) -> dict[int, Sequence]:
    """The sequence of each mail, whose key names the enrolment; without those that are gone."""
    enrolments = {pk: int(str(key).split(":")[1]) for pk, key in mails.values_list("pk", "key")}
    rows = Enrolment.objects.filter(pk__in=set(enrolments.values())).select_related("sequence")
    found = {row.pk: row.sequence for row in rows}
    return {mail: found[key] for mail, key in enrolments.items() if key in found}
