"""What becomes of tickets when an import is taken back. Queues that it made stay."""

from __future__ import annotations

from crm.importing.taking_back.rules import TakingBack
from service.keeping import refresh_tickets_of

RULES = TakingBack(house=("service.queue",), mends={"service.ticket": (refresh_tickets_of,)})
