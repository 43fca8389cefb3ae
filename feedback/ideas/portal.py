"""Suggestions in the portal: a customer's own, what became of them, and a new one. For a link that was asked for: a
link out of a reply opens the requests alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from contacts.models import Contact
from feedback.ideas.actions import take_idea
from feedback.ideas.choices import STATE_TONES, IdeaState
from feedback.ideas.forms import IdeaForm
from feedback.models import SuggestionVote
from service.portal.actions import TooMany
from service.portal.views import FLOODED, REFUSED, TOO_MUCH, PersonalView

MOST_SHOWN = 100
BECAME: dict[str, str] = {
    IdeaState.NEW: _("we think about it"), IdeaState.PLANNED: _("we are going to do it"), IdeaState.DONE: _("done"),
    IdeaState.DECLINED: _("we will not do it"),
}  # fmt: skip


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
            return self.page(form, status=FLOODED, refusal=TOO_MUCH)
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
