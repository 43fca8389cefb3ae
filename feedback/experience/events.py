"""Which contacts and tickets belong to a touch point: those of its channel at its stage of the customer's journey.

The stage of an event is told by the customer's purchases as of that moment: none yet is before; the last one within
`DURING` is during; an older one is after. Where a channel stands at one stage only, the stage is not asked. Of several
of one channel at one stage, an event belongs to the first that fits (`telling_apart`). A ticket about an answer
belongs to the touch point of that answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from itertools import takewhile
from operator import and_

from django.db.models import Exists, OuterRef, Q, Value

from contacts.choices import Channel
from feedback.choices import JourneyStage
from feedback.experience.telling_apart import asks, in_order, says, takes_tickets
from feedback.models import TouchPoint
from orders.models import Order
from service.choices import TicketChannel
from service.models import Ticket

DURING = dt.timedelta(days=14)
TICKETS_BY: dict[str, tuple[str, ...]] = {
    Channel.VISIT: (TicketChannel.DESK,),
    Channel.POINT_OF_SALE: (TicketChannel.DESK,),
    Channel.WEB: (TicketChannel.WEB,),
    Channel.PHONE: (TicketChannel.PHONE,),
    Channel.EMAIL: (TicketChannel.EMAIL,),
    Channel.CHAT: (TicketChannel.CHAT,),
    Channel.SOCIAL: (TicketChannel.SOCIAL,),
}
"""By which channels of tickets the channel of a touch point is reached."""
NO_POINT = "There is no such touch point any more."
NOTHING = Q(pk__in=())


def interactions_of(point: TouchPoint, points: Sequence[TouchPoint]) -> Q:
    """The interactions of one of the touch points, as a condition on them."""
    if not point.channel:
        return NOTHING
    before = [asks(one) for one in _rivals(point, points)]
    return Q(channel=point.channel) & _at_its_stage(point, points, "occurred_at") & asks(point) & _none_of(before)


def tickets_of(point: TouchPoint, points: Sequence[TouchPoint]) -> Q:
    """The tickets of one of the touch points, merged ones aside, as a condition on them."""
    said_elsewhere = Q(of_response__touch_point__isnull=False)
    by_channel = ~said_elsewhere & _tickets_by_channel(point, points)
    return Q(merged_into=None) & (Q(of_response__touch_point=point.pk) | by_channel)


def point_of_ticket(key: int | None) -> int | None:
    """The id of the touch point that a ticket belongs to, if any."""
    points = list(TouchPoint.objects.all()) if key else []
    of_one = (one.pk for one in points if Ticket.objects.filter(tickets_of(one, points), pk__in=[key]).exists())
    return next(of_one, None)


def _tickets_by_channel(point: TouchPoint, points: Sequence[TouchPoint]) -> Q:
    channels = TICKETS_BY.get(point.channel, ())
    if not channels or not takes_tickets(point):
        return NOTHING
    before = [says(one) for one in _rivals(point, points) if takes_tickets(one)]
    return Q(channel__in=channels) & _at_its_stage(point, points, "opened_at") & says(point) & _none_of(before)


def _rivals(point: TouchPoint, points: Sequence[TouchPoint]) -> list[TouchPoint]:
    """Those of the same channel at the same stage that are asked before it."""
    ordered = in_order([one for one in points if (one.channel, one.stage) == (point.channel, point.stage)])
    return list(takewhile(lambda one: one.pk != point.pk, ordered))


def _none_of(conditions: Sequence[Q]) -> Q:
    """That none of them holds; an empty one always does."""
    return reduce(and_, (~one if one else NOTHING for one in conditions), Q())


def marked_interactions(value: str) -> Q:
    """The same for the touch point whose number a list is asked for. Raises ValueError with a sentence."""
    return interactions_of(*_named(value))


def marked_tickets(value: str) -> Q:
    """The same of tickets. Raises ValueError with a sentence."""
    return tickets_of(*_named(value))


def words_of(value: str) -> str:
    """The name of the touch point, for a chip."""
    return str(_named(value)[0])


def _named(value: str) -> tuple[TouchPoint, list[TouchPoint]]:
    points = list(TouchPoint.objects.all())
    point = next((one for one in points if str(one.pk) == value), None)
    if point is None:
        raise ValueError(NO_POINT)
    return point, points


def _at_its_stage(point: TouchPoint, points: Sequence[TouchPoint], moment: str) -> Q:
    if not any(one.channel == point.channel and one.stage != point.stage for one in points):
        return Q()
    bought = Order.objects.filter(contact=OuterRef("contact"), is_purchase=True, ordered_at__lte=OuterRef(moment))
    lately = bought.filter(ordered_at__gt=OuterRef(moment) - Value(DURING))
    if point.stage == JourneyStage.BEFORE:
        return ~Q(Exists(bought))
    return Q(Exists(lately)) if point.stage == JourneyStage.DURING else Q(Exists(bought)) & ~Q(Exists(lately))
