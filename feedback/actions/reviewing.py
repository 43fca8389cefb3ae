"""Reviews: what a customer allowed to be published, looked at by a person before it is."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.templatetags.figures import number
from feedback.choices import Dimension, ReviewState
from feedback.models import Response, Review
from feedback.ready import WITH_NAME, WITHOUT_NAME

LONGEST_REPLY = 2_000
SCALE = 4


@transaction.atomic
def keep_review(*, response: Response) -> Review | None:
    """What a response to a survey of reviews says, as a review to be looked at; None where its customer wants none.

    Changed words are looked at again; a no takes the review away, published or not.
    """
    answers = list(response.answers.select_related("question"))
    allowed = next((one.choice for one in answers if one.choice in (WITH_NAME, WITHOUT_NAME)), "")
    rated = next(
        (one for one in answers if one.question.dimension == Dimension.OVERALL and one.value is not None), None
    )
    known = Review.objects.select_for_update().filter(response=response).first()
    if not allowed or rated is None or rated.value is None:
        if known is not None:
            known.delete()
        return None
    contact, low, high = response.contact, rated.question.low, rated.question.high
    name = (contact.first_name or "") if contact is not None and allowed == WITH_NAME else ""
    said = {
        "rating": 1 + round(float(rated.value - low) / (high - low) * SCALE), "text": response.comment,
        "shown_name": name[:80], "contact": contact, "product_id": response.product_id,
    }  # fmt: skip
    if known is not None and all(getattr(known, field) == value for field, value in said.items()):
        return known
    review = known or Review(response=response, written_at=response.told_at)
    for field, value in said.items():
        setattr(review, field, value)
    review.state, review.decided_at, review.decided_by = ReviewState.WAITING, None, None
    review.save()
    return review


@transaction.atomic
def publish_review(*, actor: User | None, review: Review, reply: str = "") -> Review:
    """Show it on the public page, with the house's reply below it. Raises ValidationError for too long a reply."""
    if len(reply) > LONGEST_REPLY:
        raise refused("The reply is too long: %(most)s characters at most.", most=lambda: number(LONGEST_REPLY))
    return _decided(actor, review, ReviewState.PUBLISHED, "Published the review", reply)


@transaction.atomic
def refuse_review(*, actor: User | None, review: Review) -> Review:
    """Do not show it, or not any more."""
    return _decided(actor, review, ReviewState.REFUSED, "Did not publish the review", None)


def _decided(actor: User | None, review: Review, state: ReviewState, words: str, reply: str | None) -> Review:
    current = Review.objects.select_for_update().get(pk=review.pk)
    wanted = current.reply if reply is None else reply.strip()
    if (current.state, current.reply) == (state, wanted):
        return current
    current.state, current.reply = state, wanted
    current.decided_at, current.decided_by = timezone.now(), actor
    current.save()
    log(actor=actor, verb="moderate", object=current, contact_id=current.contact_id, summary=f"{words}: {current}")
    return current
