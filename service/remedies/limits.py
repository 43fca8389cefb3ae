"""What each person may give without asking, and who may allow more. Two limits hold at once: of what is given at once,
and of what one customer is given in a calendar month by anybody, all remedies together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum
from django.utils import timezone

from contacts.models import Contact
from crm.access import can
from crm.choices import Role, Verb
from crm.company import current_company
from crm.models import User
from service.models import Compensation, CompensationEntry, Empowerment, RemedyRules, Ticket
from service.remedies.choices import SHIPPED_LIMITS, Remedy

CENT = Decimal("0.01")
MOST_APPROVERS = 5
FIELDS = ("refund_amount", "credit_amount", "gift_amount", "points", "month_amount")


@dataclass(frozen=True)
class Limits:
    """Of one person: money at once by remedy, points at once, money for one customer in a month. None: no limit."""

    refund: Decimal | None = None
    credit: Decimal | None = None
    gift: Decimal | None = None
    points: Decimal | int | None = None
    month: Decimal | None = None

    def at_once(self, remedy: str) -> Decimal | int | None:
        found: Decimal | int | None = getattr(self, Remedy(remedy).value)
        return found

    def covers(self, one: Compensation, given: Decimal) -> bool:
        """Whether it may be given to a customer who was `given` that much in this month."""
        return self.covers_at_once(one) and (self.month is None or given + one.cost_amount <= self.month)

    def covers_at_once(self, one: Compensation) -> bool:
        """Whether it is within the limit of its remedy."""
        at_once = self.at_once(one.remedy)
        size = one.points if one.points is not None else one.amount or Decimal(0)
        return at_once is None or size <= at_once


def limits() -> dict[str, Limits]:
    """By role: the shipped ones, replaced by what an administrator has set."""
    shipped = {role: Limits(*figures) for role, figures in SHIPPED_LIMITS.items()}
    rows = Empowerment.objects.values_list("role", *FIELDS)
    return shipped | {role: Limits(*figures) for role, *figures in rows}


def limits_of(user: User | None) -> Limits:
    """What this person may give; the system itself may give anything, who is not active nothing."""
    if user is None:
        return Limits()
    return limits()[user.role] if user.is_active else Limits(*[Decimal(0)] * 5)


def remedy_rules() -> RemedyRules:
    """The one row, or an unsaved one with the defaults."""
    return RemedyRules.objects.filter(pk=1).first() or RemedyRules(pk=1)


def cost_of(*, amount: Decimal | None, points: int | None) -> Decimal:
    """What it costs the house, in the company's currency."""
    if points is None:
        return amount or Decimal(0)
    return (points * remedy_rules().point_value).quantize(CENT, ROUND_HALF_UP)


def given_in_month(contact: Contact | int, at: dt.datetime) -> Decimal:
    """What this customer was given in the calendar month of a moment, less what was taken back of it: the ledger says.

    What is taken back counts in the month in which it was given."""
    key = contact if isinstance(contact, int) else contact.pk
    begin, end = month_of(at)
    given = Compensation.objects.filter(contact=key, granted_at__gte=begin, granted_at__lt=end).order_by()
    rows = CompensationEntry.objects.filter(compensation__in=given.values("pk"))
    return rows.aggregate(total=Sum("cost_amount"))["total"] or Decimal(0)


def month_of(at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """First moment of the calendar month of the company's, and of the next one."""
    zone = current_company().zone
    first = at.astimezone(zone).date().replace(day=1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    begin, end = (dt.datetime.combine(day, dt.time(), tzinfo=zone) for day in (first, following))
    return begin, end


def may_decide(user: User | None, compensation: Compensation) -> bool:
    """Whether this person's own limits cover it; nobody decides what they asked for themselves."""
    if user is not None and (user.pk == compensation.asked_by_id or not can(user, Verb.CHANGE, compensation)):
        return False
    return limits_of(user).covers(compensation, given_in_month(compensation.contact_id, timezone.now()))


def approvers_for(asker: User, ticket: Ticket, compensation: Compensation, given: Decimal) -> list[User]:
    """Who is asked, at most five: the asker's manager, then the teams of ticket and asker before others; administrators
    only where nobody else may."""
    roles = [role for role, found in limits().items() if found.covers(compensation, given)]
    people = User.objects.filter(is_active=True, role__in=roles).exclude(pk=asker.pk).order_by("pk")
    near = {ticket.team_id, asker.team_id} - {None}
    ranked = sorted(people, key=lambda one: (one.pk != asker.manager_id, one.team_id not in near))
    able = [one for one in ranked if can(one, Verb.CHANGE, ticket)]
    others = [one for one in able if one.role != Role.ADMIN]
    return (others or able)[:MOST_APPROVERS]
