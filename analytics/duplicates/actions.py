"""What a person says of a pair: that it is not the same party, or no longer. Each is one transaction, one row of the
log."""

from __future__ import annotations

from django.db import transaction

from analytics.models import DistinctPair, DuplicatePair
from crm.log import log
from crm.models import User


@transaction.atomic
def say_not_the_same(*, actor: User | None, pair: DuplicatePair) -> DistinctPair:
    """Remember that these two are two parties: no page and no run shows them as a pair again. Twice is once."""
    said, is_new = DistinctPair.objects.get_or_create(
        first_id=pair.first_id, second_id=pair.second_id, defaults={"said_by": actor}
    )
    if is_new:
        summary = f"Not the same: {pair.first} and {pair.second}"
        log(actor=actor, verb="say not the same", object=pair, contact_id=pair.first_id, summary=summary)
    return said


@transaction.atomic
def take_back(*, actor: User | None, said: DistinctPair) -> None:
    """Forget that they are two parties: the pair waits for review again, if the last run found it. Twice is once."""
    current = DistinctPair.objects.select_for_update().filter(pk=said.pk).first()
    if current is None:
        return
    summary = f"May be the same after all: {said.first} and {said.second}"
    log(actor=actor, verb="take back", object=said, contact_id=said.first_id, summary=summary)
    current.delete()
