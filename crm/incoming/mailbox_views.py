"""The pages on which administrators keep mailboxes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.incoming import actions
from crm.incoming.forms import MailboxForm
from crm.incoming.queries import mailbox_lines
from crm.languages.telling import spoken_refusal
from crm.models import IncomingMail, Mailbox
from crm.requests import SignedInRequest
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage

NEWEST = 10


class MailboxListView(ScopedView):
    """All mailboxes, and how they are."""

    model = Mailbox

    def get(self, request: SignedInRequest) -> HttpResponse:
        if not can(request.user, Verb.VIEW, Mailbox):
            raise PermissionDenied
        context = {
            "lines": [line for line in mailbox_lines() if line.mailbox is not None],
            "may_add": can(request.user, Verb.ADD, Mailbox),
            "empty": {
                "title": "No mailboxes yet",
                "text": "Mails to a mailbox become entries of the contact’s history, or leads.",
                "icon": "mailbox",
                "action_label": "New mailbox",
                "action_url": reverse("incoming:mailbox_create"),
            },
        }
        return render(request, "crm/incoming/mailbox_list.html", context)


class MailboxDetailView(ScopedView):
    """One mailbox: how it is, where mails are brought to, what came last."""

    model = Mailbox

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        mailbox = self.get_record()
        line = next(line for line in mailbox_lines() if line.mailbox == mailbox)
        newest = IncomingMail.objects.visible_to(request.user).filter(mailbox=mailbox).defer("text", "visible_text")
        context = {
            "record": mailbox,
            "line": line,
            "hook_url": settings.CRM_BASE_URL + reverse("incoming:hook", args=[mailbox.hook_token]),
            "hook_secret": actions.hook_secret(mailbox),
            "newest": newest.order_by("-pk")[:NEWEST],
            "may_change": can(request.user, Verb.CHANGE, mailbox),
        }
        return render(request, "crm/incoming/mailbox_detail.html", context)


class MailboxFormView(FormPage):
    model = Mailbox
    form_class = MailboxForm
    list_url_name = "incoming:mailbox_list"


class MailboxCreateView(MailboxFormView):
    verb = Verb.ADD
    heading = "New mailbox"
    submit_label = "Make the mailbox"
    done = "The mailbox is there. Try whether it lets us in."

    def save(self, form: MailboxForm) -> Mailbox:
        return actions.create_mailbox(
            actor=self.request.user, fields=form.mailbox_fields, password=form.cleaned_data["password"]
        )


class MailboxUpdateView(MailboxFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved {record}."

    def save(self, form: MailboxForm) -> Any:
        return actions.change_mailbox(
            actor=self.request.user,
            mailbox=self.record,
            version=form.cleaned_data["version"],
            fields=form.mailbox_fields,
            password=form.cleaned_data["password"],
        )


class MailboxActionView(ActionView):
    request: SignedInRequest
    model = Mailbox


class MailboxTryView(MailboxActionView):
    """Signs in to the mailbox now, and says what was found."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        mailbox = self.get_record()
        try:
            messages.success(request, actions.try_mailbox(mailbox))
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        return redirect(self.get_success_url(mailbox))


class MailboxFetchView(MailboxActionView):
    done = "What is new is being fetched."

    def act(self, record: Mailbox) -> None:
        actions.fetch_soon(actor=self.request.user, mailbox=record)


class MailboxHookView(MailboxActionView):
    done = "The hook has another address and secret; the ones of before have ended."

    def act(self, record: Mailbox) -> None:
        actions.renew_hook(actor=self.request.user, mailbox=record)
