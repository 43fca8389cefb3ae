"""What becomes of answers, reviews and votes when two contacts become one."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from contacts.merging.keys import ASIDE, DERIVED, ContactKey, ContactKeys
from crm.database.chosen import listed
from feedback.keeping import refresh_standings_of
from feedback.models import Suggestion, SuggestionVote


def recount_votes(kept: int, gone: int) -> None:
    """The votes of every suggestion for which one of both has voted: two of one party are one."""
    own = SuggestionVote.objects.filter(suggestion=OuterRef("pk")).order_by().values("suggestion")
    count = Subquery(own.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    voted = SuggestionVote.objects.filter(contact__in=(kept, gone)).values("suggestion")
    Suggestion.objects.filter(pk__in=voted).update(votes=Coalesce(count, 0))


def keep_standings(kept: int, gone: int) -> None:
    """What both last said of recommending the company."""
    refresh_standings_of(listed("contacts_contact", [kept, gone]))


KEYS = ContactKeys(
    keys=(
        ContactKey("feedback.response", "contact"),
        ContactKey("feedback.invitation", "contact", called=("invitation to a survey", "invitations to surveys")),
        ContactKey("feedback.review", "contact"),
        ContactKey("feedback.suggestionvote", "contact", twice=ASIDE),
        ContactKey("feedback.npsstanding", "contact", twice=DERIVED, told=False),
    ),
    after=(recount_votes, keep_standings),
)
