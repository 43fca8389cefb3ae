"""The portal: what a customer sees and does behind their link. Looking changes nothing: mail programs look, too.

A link that is forged, over or void leads to one page that tells nothing but how to get another.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_noop as _
from django.views import View
from django.views.decorators.cache import never_cache

from contacts.models import Purpose
from crm.company import company_at_hand
from crm.languages.speaking import spoken_in
from crm.languages.telling import spoken_refusal
from crm.views.forms import add_refusal
from crm.views.jobs import FileDownloadView
from service.choices import ENDED, STATE_TONES
from service.knowledge.visitors import place_of
from service.portal import actions
from service.portal.forms import AskForm, ReplyForm, RequestForm
from service.portal.links import person_behind
from service.portal.people import MOST_TICKETS, Person
from service.portal.showing import facts_of, permissions_of

REFUSED, FLOODED = 422, 429
TOO_MUCH = _("Too much came from here within an hour. Please try again later.")
STATES = {
    "new": _("we have it"),
    "open": _("we are on it"),
    "waiting": _("waits for you"),
    "solved": _("solved"),
    "closed": _("closed"),
}


@method_decorator((login_not_required, never_cache), name="dispatch")
class PortalBase(View):
    """What all pages of the portal share."""

    company: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with company_at_hand() as self.company:
            response = self.answer(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        context |= {"company": self.company, "language": spoken_in(self.request), "token": self.kwargs.get("token", "")}
        place = template if "/" in template else f"service/portal/{template}"
        return render(self.request, place, context, status=status)


class PortalAskView(PortalBase):
    """Asks for a link; the answer is the same whether anybody has the address or not."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("ask.html", {"form": AskForm(), "is_sent": "sent" in request.GET})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AskForm(request.POST)
        if not form.is_valid():
            return self.show("ask.html", {"form": form}, status=REFUSED)
        try:
            actions.request_link(address=form.cleaned_data["address"], place=place_of(request))
        except actions.TooMany:
            return self.show("ask.html", {"form": form, "is_flooded": True}, status=FLOODED)
        return redirect(f"{reverse('service:portal_ask')}?sent")


class PersonalView(PortalBase):
    """A page behind a link."""

    person: Person

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = person_behind(kwargs["token"])
        if found is None:
            return self.show("ask.html", {"form": AskForm(), "is_void": True}, status=404)
        self.person = found
        return super().answer(request, *args, **kwargs)

    def show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        if hasattr(self, "person"):
            context["person"] = self.person
        return super().show(template, context, status)

    def missing(self, status: int = 404) -> HttpResponse:
        """The same for what is not there and for another's."""
        return self.show("missing.html", {}, status)

    def to(self, name: str, query: str = "") -> HttpResponse:
        return redirect(f"{reverse(f'service:{name}', args=[self.kwargs['token']])}{query}")

    def show_ticket(self, key: str, form: Any = None, status: int = 200, refusal: str = "") -> HttpResponse:
        ticket = self.person.ticket(key)
        if ticket is None:
            return self.missing()
        context = {
            "ticket": ticket,
            "messages_shown": self.person.messages(ticket),
            "state": STATES[ticket.state],
            "tone": STATE_TONES[ticket.state],
            "is_ended": ticket.state in ENDED,
            "form": form or ReplyForm(),
            "refusal": refusal,
        }
        return self.show("ticket.html", context, status)


class PortalView(PersonalView):
    """The own requests; `?ticket=` one of them."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if asked := request.GET.get("ticket", ""):
            return self.show_ticket(asked)
        rows = self.person.tickets().filter(merged_into=None).only("subject", "state", "message_at", "opened_at")
        shown = [(one, STATES[one.state], STATE_TONES[one.state]) for one in rows[:MOST_TICKETS]]
        return self.show("list.html", {"tickets": shown, "here": "list"})


class PortalReplyView(PersonalView):
    """A message in the request that is sent as `ticket`."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        key, form = request.POST.get("ticket", ""), ReplyForm(request.POST, request.FILES)
        ticket = self.person.ticket(key)
        if ticket is None:
            return self.missing(404 if key else REFUSED)
        if not form.is_valid():
            return self.show_ticket(key, form, REFUSED)
        try:
            found = actions.write_to_request(person=self.person, ticket=ticket, **form.cleaned_data)
        except actions.TooMany:
            return self.show_ticket(key, form, FLOODED, TOO_MUCH)
        except ValidationError as error:
            add_refusal(form, error)
            return self.show_ticket(key, form, REFUSED)
        return self.to("portal", f"?ticket={found.pk}#last")


class PortalCloseView(PersonalView):
    """It is done, says the customer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        key = request.POST.get("ticket", "")
        ticket = self.person.ticket(key)
        if ticket is None:
            return self.missing(404 if key else REFUSED)
        try:
            actions.close_request(person=self.person, ticket=ticket)
        except ValidationError as error:
            return self.show_ticket(key, status=REFUSED, refusal=spoken_refusal(self.request, error))
        return self.to("portal", f"?ticket={ticket.pk}")


class PortalNewView(PersonalView):
    """A new request."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show("new.html", {"form": RequestForm(initial={"subject": request.GET.get("subject", "")[:200]})})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = RequestForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show("new.html", {"form": form}, status=REFUSED)
        try:
            found = actions.open_request(person=self.person, **form.cleaned_data)
        except actions.TooMany:
            return self.show("new.html", {"form": form, "refusal": TOO_MUCH}, status=FLOODED)
        except ValidationError as error:
            add_refusal(form, error)
            return self.show("new.html", {"form": form}, status=REFUSED)
        return self.to("portal", f"?ticket={found.pk}")


class PortalFileView(PersonalView):
    """A file of what was said in one of the own requests (`?id=`), as a download; without one, back to the requests."""

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        asked = request.GET.get("id", "")
        if not asked:
            return self.to("portal")
        found = self.person.file(asked)
        if found is None:
            return self.missing()
        try:
            return FileDownloadView().serve(found)
        except Http404:  # its content is gone
            return self.missing()


class PortalDataView(PersonalView):
    """What is known of the person, and what they allow; for a link that was asked for, not one out of a reply."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        contact = self.person.contact if self.person.sees_all else None
        context = {"facts": facts_of(contact), "permissions": permissions_of(contact)} if contact is not None else {}
        return self.show("data.html", {"has_contact": contact is not None, "is_sent": "sent" in request.GET, **context})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """What they allow from now on for mails: a yes or a no to the purpose that is sent."""
        said = request.POST.get("says", "")
        purpose = Purpose.objects.filter(key=request.POST.get("purpose", "")[:60]).first()
        if purpose is None or said not in ("yes", "no"):
            return self.to("portal_data")
        try:
            with translation.override(spoken_in(request)):  # what they agree to is kept as they read it
                actions.say_permission(person=self.person, purpose=purpose, is_yes=said == "yes")
        except ValidationError:  # a link that shows requests alone: the page says how to get another
            return self.get(request, token)
        return self.to("portal_data")


class PortalAgainView(PersonalView):
    """Mails a link that shows all to the own address, which nobody has to type."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            actions.request_link(address=self.person.address, place=place_of(request))
        except actions.TooMany:
            return self.show("data.html", {"is_flooded": True}, status=FLOODED)
        return self.to("portal_data", "?sent")


class PortalVoidView(PersonalView):
    """Makes all links void."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        actions.void_links(person=self.person)
        return redirect("service:portal_ask")
