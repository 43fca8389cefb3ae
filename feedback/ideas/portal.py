"""Suggestions in the portal: a customer's own, what became of them, and a new one. For a link that was asked for: a
link out of a reply opens the requests alone."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from crm.locks import wait_for_word
from feedback.ideas.actions import suggest
from feedback.ideas.choices import STATE_TONES, IdeaSource, IdeaState
from feedback.ideas.forms import IdeaForm
from feedback.models import Suggestion, SuggestionVote
from service.knowledge.wording import ENGLISH
from service.portal.views import FLOODED, REFUSED, PersonalView

HOUR, SAME_WITHIN = dt.timedelta(hours=1), dt.timedelta(minutes=10)
MOST_AN_HOUR, MOST_SHOWN = 10, 100
IDEA_LOCK = 7333
BECAME: dict[str, str] = {
    IdeaState.NEW: "we think about it", IdeaState.PLANNED: "we are going to do it", IdeaState.DONE: "done",
    IdeaState.DECLINED: "we will not do it",
}  # fmt: skip


class TooMany(Exception):
    """So much came from this customer within an hour that more is not taken for a while."""


class PortalIdeasView(PersonalView):
    """The own suggestions with what became of them, and the form of a new one."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(IdeaForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        contact, form = self.contact, IdeaForm(request.POST)
        if contact is None:
            return self.page(form, status=REFUSED)
        if not form.is_valid():
            return self.page(form, status=REFUSED)
        try:
            take_idea(contact=contact, title=form.cleaned_data["title"], words=form.cleaned_data["words"])
        except TooMany:
            return self.page(form, status=FLOODED, refusal=ENGLISH["flooded"])
        return redirect(f"{reverse('feedback:portal_ideas', args=[token])}?sent")

    @property
    def contact(self) -> Contact | None:
        return self.person.contact if self.person.sees_all else None

    def page(self, form: IdeaForm, status: int = 200, refusal: str = "") -> HttpResponse:
        contact = self.contact
        votes = SuggestionVote.objects.filter(contact=contact or 0).select_related("suggestion")
        shown = [(one, BECAME[one.suggestion.state], STATE_TONES[one.suggestion.state]) for one in votes[:MOST_SHOWN]]
        context = {
            "has_contact": contact is not None, "votes": shown, "form": form, "refusal": refusal,
            "is_sent": "sent" in self.request.GET, "here": "ideas",
        }  # fmt: skip
        return self.show("feedback/ideas/portal.html", context, status)


@transaction.atomic
def take_idea(*, contact: Contact, title: str, words: str) -> Suggestion:
    """A customer suggests something: its title is read by the house, the words by who may see the customer. The same
    again within minutes is one. Raises TooMany."""
    wait_for_word(IDEA_LOCK, str(contact.pk))
    own = SuggestionVote.objects.filter(contact=contact, source=IdeaSource.PORTAL)
    now = timezone.now()
    there = own.filter(suggestion__title=title, asked_at__gte=now - SAME_WITHIN).select_related("suggestion").first()
    if there is not None:
        return there.suggestion
    if own.filter(asked_at__gte=now - HOUR).count() >= MOST_AN_HOUR:
        raise TooMany
    fields = {"title": title, "owner": None}
    return suggest(actor=None, fields=fields, contact=contact, words=words, source=IdeaSource.PORTAL)
