"""How much a role may give off the list price, and who may allow more."""

from __future__ import annotations

from decimal import Decimal

from crm.access import can
from crm.choices import Role, Verb
from crm.languages.refusing import refused
from crm.models import User
from crm.templatetags.figures import plain_number
from pipeline.models import DiscountLimit, Quote
from pipeline.quotes.choices import SHIPPED_LIMITS


def limits() -> dict[str, Decimal]:
    """Percent by role: the shipped ones, replaced by what an administrator has set."""
    shipped = {role: Decimal(percent) for role, percent in SHIPPED_LIMITS.items()}
    return shipped | dict(DiscountLimit.objects.values_list("role", "percent"))


def limit_of(user: User | None) -> Decimal:
    """Percent that this person may give; the system itself may give anything."""
    return Decimal(100) if user is None else limits().get(user.role, Decimal(0))


def may_send(user: User | None, quote: Quote) -> bool:
    """Whether the discount is within what this person may give, or was allowed."""
    return quote.largest_discount <= max(limit_of(user), quote.approved_discount or Decimal(0))


def may_approve(user: User | None, quote: Quote) -> bool:
    """Whether this person's own limit covers it; nobody approves what they asked for themselves."""
    if user is not None and user.pk == quote.asked_by_id:
        return False
    return quote.largest_discount <= limit_of(user) and can(user, Verb.CHANGE, quote)


def approver_for(asker: User, quote: Quote) -> User:
    """Who is asked: the manager of the owner, else the first whose limit covers it, own team before others and managers
    before administrators. Raises ValidationError where there is nobody."""
    boss = quote.owner.manager if quote.owner else asker.manager
    if boss is not None and boss.pk != asker.pk and boss.is_active and _covers(boss, quote):
        return boss
    roles = [role for role, percent in limits().items() if percent >= quote.largest_discount]
    people = User.objects.filter(is_active=True, role__in=roles).exclude(pk=asker.pk)
    ranked = sorted(
        people.order_by("pk"),
        key=lambda one: (one.role == Role.ADMIN, one.role != Role.MANAGER, one.team_id != quote.team_id),
    )
    found = next((one for one in ranked if can(one, Verb.CHANGE, quote)), None)
    if found is None:
        raise refused(
            "Nobody here may allow a discount of %(discount)s %%: an administrator sets the limits of the roles.",
            discount=lambda: plain_number(quote.largest_discount),
        )
    return found


def _covers(user: User, quote: Quote) -> bool:
    return limit_of(user) >= quote.largest_discount and can(user, Verb.CHANGE, quote)
