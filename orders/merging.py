"""What becomes of orders and what belongs to them when two contacts become one."""

from __future__ import annotations

from contacts.merging.keys import ContactKey, ContactKeys
from orders.choices import PointsKind
from orders.loyalty.queries import balance_of
from orders.models import LoyaltyMember, PointsEntry

CARRIED = "Carried over"


def carry_points(kept: int, gone: int) -> None:
    """Where both take part, what the other membership holds is booked over to the one that goes on."""
    rows = LoyaltyMember.objects.select_for_update().filter(contact__in=(kept, gone)).order_by("pk")
    members = {member.contact_id: member for member in rows}
    if len(members) == 2 and (points := balance_of(members[gone])):
        _book(members[kept], members[gone], points, f"{CARRIED}: two contacts became one")


def carry_points_back(kept: int, gone: int) -> None:
    """The same amount the other way: a ledger is only ever added to."""
    members = {member.contact_id: member for member in LoyaltyMember.objects.filter(contact__in=(kept, gone))}
    if len(members) < 2:
        return
    newest = PointsEntry.objects.filter(member=members[gone], note__startswith=CARRIED).order_by("-pk").first()
    if newest is not None and newest.points:
        _book(members[gone], members[kept], -newest.points, f"{CARRIED} back: the merge was undone")


def _book(to: LoyaltyMember, source: LoyaltyMember, points: int, note: str) -> None:
    PointsEntry.objects.bulk_create(
        PointsEntry(member=member, kind=PointsKind.ADJUSTED, points=amount, note=note)
        for member, amount in ((source, -points), (to, points))
    )


KEYS = ContactKeys(
    keys=(
        ContactKey("orders.order", "contact"),
        ContactKey("orders.order", "partner"),
        ContactKey("orders.invoice", "contact"),
        ContactKey("orders.subscription", "contact"),
        ContactKey("orders.productregistration", "contact"),
        ContactKey("orders.loyaltymember", "contact", called=("loyalty membership", "loyalty memberships")),
    ),
    before=(carry_points,),
    undoing=(carry_points_back,),
)
