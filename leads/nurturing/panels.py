"""How a lead stands in its sequence, beside its page."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from crm.access import can
from crm.choices import Verb
from crm.requests import SignedInRequest
from leads.models import Lead
from leads.nurturing.actions import OPEN_TO_TOUCHES
from leads.nurturing.queries import standings_of


def nurturing(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The sequences of the lead, the running one open; nothing for one that is over and was in none."""
    lead = cast(Lead, record)
    standings = standings_of(lead)
    may_change = can(cast(SignedInRequest, request).user, Verb.CHANGE, lead)
    is_running = any(one.enrolment.is_running for one in standings)
    may_enrol = may_change and not is_running and lead.status in OPEN_TO_TOUCHES and not lead.is_archived
    if not standings and not may_enrol:
        return None
    return {"lead": lead, "standings": standings, "may_change": may_change, "may_enrol": may_enrol}
