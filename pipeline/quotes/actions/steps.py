"""What every write of a quote does at its end: a row of its ledger, and one of the log."""

from __future__ import annotations

from typing import Any

from crm.log import log
from crm.models import User
from pipeline.models import Quote, QuoteStep
from pipeline.quotes.choices import StepKind


def note_step(actor: User | None, quote: Quote, kind: StepKind, summary: str, **proof: Any) -> QuoteStep:
    """Write down what happened; `proof` are further fields of the step. No sum of money stands in a summary."""
    step = QuoteStep.objects.create(quote=quote, kind=kind, actor=actor, **proof)
    log(actor=actor, verb=kind.value, object=quote, contact_id=quote.contact_id, summary=summary)
    return step
