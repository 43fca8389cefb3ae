"""A person says what a comment is about."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from feedback.choices import SevenP
from feedback.models import Response


@transaction.atomic
def tag_response(*, actor: User, response: Response, tags: Sequence[str]) -> Response:
    """Set its tags of the 7 Ps in place of the guessed ones. Raises ValidationError for what is none."""
    if unknown := [tag for tag in tags if tag not in SevenP.values]:
        raise refused("“%(unknown)s” is none of the 7 Ps.", unknown=unknown[0][:40])
    current = Response.objects.select_for_update().get(pk=response.pk)
    wanted = [tag for tag in SevenP.values if tag in tags]
    if current.tags == wanted and current.tagged_by_id is not None:
        return current
    current.tags, current.tagged_by = wanted, actor
    current.save(update_fields=["tags", "tagged_by"])
    said = ", ".join(SevenP(tag).label for tag in wanted) or "nothing"
    log(actor=actor, verb="tag", object=current, contact_id=current.contact_id, summary=f"The comment is about: {said}")
    return current
