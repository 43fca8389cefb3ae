"""The pages of what ties tickets together and people to them, and the line of who is there."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.models import JobRun
from crm.requests import SignedInRequest
from crm.views.base import ActionView, ScopedView
from crm.views.parts import PartFormPage
from service.models import Message, Ticket, TicketLink
from service.queries import family_of, incidents_of
from service.ties import actions
from service.ties.forms import IncidentsForm, LinkForm, SplitForm
from service.ties.presence import in_words, others_at, say_present


class LinkView(PartFormPage):
    """Says what a ticket has to do with another one."""

    model = TicketLink
    whole_model = Ticket
    form_class = LinkForm
    template_name = "service/ties/form.html"
    heading = "Link: {record}"
    submit_label = "Link"
    done = "Linked."

    def save(self, form: LinkForm) -> TicketLink:
        chosen = form.cleaned_data
        return actions.link_tickets(
            actor=self.request.user, ticket=self.whole, other=chosen["other"], kind=chosen["kind"]
        )


class UnlinkView(ActionView):
    """Takes a link away, the one that is sent as `link`."""

    model = Ticket
    done = "They have nothing to do with each other any more."

    def act(self, record: Ticket) -> None:
        asked = self.request.POST.get("link", "")
        key = int(asked) if asked.isdecimal() and len(asked) < 18 else 0
        link = TicketLink.objects.filter(pk=key).select_related("ticket", "other").first()
        if link is None or record.pk not in (link.ticket_id, link.other_id):
            raise ValidationError("This link is not there any more.")
        actions.unlink_tickets(actor=self.request.user, link=link)


class SplitView(PartFormPage):
    """A ticket of its own for a second matter: of the message `?message=`, or of the customer's newest."""

    model = Ticket
    whole_model = Ticket
    form_class = SplitForm
    template_name = "service/ties/form.html"
    heading = "Split: {record}"
    submit_label = "Make it a ticket of its own"
    done = "Split off: {record.number} has these words too."

    def get_initial(self) -> dict[str, Any]:
        asked, rows = self.request.GET.get("message", ""), self._said()
        chosen = rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
        message = chosen or rows.order_by("-sent_at", "-pk").first()
        return {"message": message.pk if message else None, "queue": self.whole.queue_id}

    def get_context_data(self, form: SplitForm) -> dict[str, Any]:
        key = str(form["message"].value() or "")
        message = self._said().filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None
        return super().get_context_data(form) | {"message": message}

    def save(self, form: SplitForm) -> Ticket:
        return actions.split_ticket(
            actor=self.request.user, ticket=self.whole, message=form.cleaned_data["message"], fields=form.split_fields
        )

    def get_success_url(self, record: Any) -> str:
        return str(record.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.whole.get_absolute_url())

    def _said(self) -> Any:
        return Message.objects.filter(ticket__in=family_of(self.whole), kind="in")


class IncidentsView(PartFormPage):
    """Answers all unsolved incidents of a problem at once."""

    model = JobRun
    whole_model = Ticket
    form_class = IncidentsForm
    template_name = "service/ties/form.html"
    heading = "Answer the incidents of: {record}"
    submit_label = "Answer all of them"
    done = "The incidents are being answered."

    def get_context_data(self, form: IncidentsForm) -> dict[str, Any]:
        rows = incidents_of(self.whole, self.request.user)
        return super().get_context_data(form) | {"incidents": list(rows[:8]), "count": rows.count()}

    def save(self, form: IncidentsForm) -> JobRun:
        chosen = form.cleaned_data
        return actions.start_incidents(
            actor=self.request.user, ticket=self.whole, text=chosen["text"], then=chosen["then"]
        )

    def get_success_url(self, record: Any) -> str:
        return reverse("crm:job_detail", args=[record.pk])

    def get_cancel_url(self) -> str:
        return str(self.whole.get_absolute_url())


class WatchView(ActionView):
    """Be told of what is said in a ticket."""

    model = Ticket
    verb = Verb.VIEW
    done = "You are told of what is said in {record.number}."

    def act(self, record: Ticket) -> None:
        actions.watch_ticket(actor=self.request.user, ticket=record)


class UnwatchView(ActionView):
    """Be told no more."""

    model = Ticket
    verb = Verb.VIEW
    done = "You are told no more of what is said in {record.number}."

    def act(self, record: Ticket) -> None:
        actions.unwatch_ticket(actor=self.request.user, ticket=record)


class PresenceView(ScopedView):
    """Says that the person has the ticket open (`types=1`: writes in it); who else has, as a line."""

    model = Ticket
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        ticket, user = self.get_record(), self.request.user
        say_present(user=user, ticket=ticket, types=request.POST.get("types") == "1" and can(user, Verb.CHANGE, ticket))
        present = others_at(user, ticket)
        return render(request, "service/ties/_presence.html", {"present": present, "words": in_words(present)})
