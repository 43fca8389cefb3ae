"""What is said in a ticket: a reply, a note, what was heard; and the formatting of a mail."""

from __future__ import annotations

import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from crm.incoming.showing import frame_of
from crm.languages.refusing import leaves
from crm.notes.actions import attach_file
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.parts import PartFormPage
from service import actions
from service.forms import HeardForm, NoteForm, ReplyForm
from service.knowledge.ticket_views import words_asked
from service.macros.queries import proposal_of
from service.models import Message, Ticket
from service.queries import conversation_of


class SayView(PartFormPage):
    """Adds one message; who may change the ticket may."""

    model = Message
    whole_model = Ticket
    template_name = "service/say_form.html"

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"talk": conversation_of(self.whole, most=5)}


class ReplyView(SayView):
    form_class = ReplyForm
    heading = "Reply: {record}"
    submit_label = "Send"
    done = "Sent."

    def get_initial(self) -> dict[str, Any]:
        """What the person has before their eyes; with `?macro=`, the words of one for this ticket."""
        seen = conversation_of(self.whole, most=1).newest
        initial = {"seen": seen, "text": words_asked(self.request.user, self.request.GET)}
        asked = self.request.GET.get("macro", "")
        shown = copy.copy(self.whole) if asked else None
        proposal = proposal_of(self.request.user, shown, asked) if shown is not None else None
        if proposal is None:
            return initial
        return initial | {"text": proposal.text, "macro": proposal.macro.pk, "then": proposal.then}

    def make_form(self, data: Any = None) -> ReplyForm:
        form: ReplyForm = super().make_form(data)
        if data is not None:
            form.files = self.request.FILES
        return form

    def save(self, form: ReplyForm) -> Message:
        """A message that came meanwhile is shown first; sent again, the words go out. Files hang on the ticket, too."""
        cleaned, user = form.cleaned_data, self.request.user
        try:
            files = [attach_file(actor=user, record=self.whole, upload=one) for one in cleaned["attached"]]
        except ValidationError as error:
            raise ValidationError({"attached": leaves(error)}) from error
        try:
            return actions.reply(
                actor=user, ticket=self.whole, text=cleaned["text"], seen=cleaned["seen"],
                then=cleaned["then"], macro=cleaned["macro"], files=files,
            )  # fmt: skip
        except actions.AnsweredMeanwhile as meanwhile:
            form.see(meanwhile.newest)
            raise

    def get_success_url(self, record: Any) -> str:
        return str(self.whole.get_absolute_url())


class NoteView(SayView):
    form_class = NoteForm
    heading = "Note: {record}"
    submit_label = "Save the note"
    done = "Noted."

    def save(self, form: NoteForm) -> Message:
        return actions.add_note(actor=self.request.user, ticket=self.whole, text=form.cleaned_data["text"])


class HeardView(SayView):
    form_class = HeardForm
    heading = "What they said: {record}"
    submit_label = "Write it down"
    done = "Written down."

    def save(self, form: HeardForm) -> Message:
        return actions.take_message(
            actor=self.request.user,
            ticket=self.whole,
            text=form.cleaned_data["text"],
            channel=form.cleaned_data["channel"],
        )


class MessageHtmlView(ScopedView):
    """A mail with its formatting, in a frame without rights, for who may see the ticket."""

    model = Message
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        message = get_object_or_404(self.get_queryset().select_related("incoming", "ticket"), pk=self.kwargs["pk"])
        if message.incoming is None or not message.incoming.has_html:
            raise Http404("It has no formatting.")
        return render(request, "service/_frame.html", {"frame": frame_of(message.incoming), "message": message})
