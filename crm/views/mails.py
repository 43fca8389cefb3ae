"""Outgoing mail as those see it who keep it going: what waits, what is uncertain, what failed, and the channels."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.mail import actions
from crm.mail.addresses import normal_address
from crm.mail.choices import MailState
from crm.mail.ledger import figures
from crm.mail.showing import shown
from crm.mail.suppression import closing
from crm.models import MailChannel, OutgoingMail
from crm.requests import SignedInRequest
from crm.views.base import ActionView, ScopedView

PAGE_LENGTH = 50
LONGEST_KEY = 18
# tab: states in it, what is said where it is empty
TABS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "waiting": ("Waiting", (MailState.QUEUED,), "Nothing waits: every mail has left."),
    "in-flight": ("In flight", (MailState.IN_FLIGHT,), "No mail is being sent at this moment."),
    "uncertain": ("Uncertain", (MailState.UNCERTAIN,), "Of every mail it is known whether it left."),
    "failed": ("Failed", (MailState.FAILED, MailState.PARKED), "No mail was refused."),
    "held": ("Held", (MailState.HELD,), "No mail is held back."),
    "cancelled": ("Cancelled", (MailState.CANCELLED,), "No mail was called back."),
    "sent": ("Sent", (MailState.SENT,), "Nothing has been sent yet."),
}
FIRST_TAB = "waiting"


class MailListView(ScopedView):
    """The newest mails of one tab, and how the channels are."""

    model = OutgoingMail

    def get(self, request: SignedInRequest) -> HttpResponse:
        if not can(request.user, Verb.VIEW, OutgoingMail):
            raise PermissionDenied
        tab = request.GET.get("tab", FIRST_TAB)
        tab = tab if tab in TABS else FIRST_TAB
        counts = figures(self.get_queryset())
        context = {
            "tabs": _tabs(counts, tab),
            **_page(self.get_queryset().filter(state__in=TABS[tab][1]), request.GET.get("before", ""), tab),
            "empty": {"title": TABS[tab][2], "icon": "envelope"},
            "channels": [shown(channel) for channel in MailChannel.objects.visible_to(request.user)],
            "may_change": can(request.user, Verb.CHANGE, OutgoingMail),
            "oldest_due": counts["oldest_due"],
        }
        return render(request, "crm/mails/mail_list.html", context)


class MailDetailView(ScopedView):
    """One mail: where it is and why. What only its reader may know is not shown."""

    model = OutgoingMail

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        mail = self.get_record()
        context = {
            "mail": mail,
            "attachments": mail.attachments.select_related("file"),
            "suppressed": closing(normal_address(mail.recipient)).first(),
            "may_change": can(request.user, Verb.CHANGE, mail),
        }
        return render(request, "crm/mails/mail_detail.html", context)


class MailActionView(ActionView):
    """A button on the page of a mail."""

    request: SignedInRequest
    model = OutgoingMail


class MailRetryView(MailActionView):
    done = "It leaves as soon as its channel is free."

    def act(self, record: OutgoingMail) -> None:
        actions.retry_mail(actor=self.request.user, mail=record)


class MailReleaseView(MailActionView):
    done = "It leaves as soon as its channel is free."

    def act(self, record: OutgoingMail) -> None:
        actions.release_mail(actor=self.request.user, mail=record)


class MailCancelView(MailActionView):
    done = "It will not be sent."

    def act(self, record: OutgoingMail) -> None:
        actions.cancel_mail(actor=self.request.user, mail=record)


class MailAllowView(MailActionView):
    done = "Mail goes to this address again. This mail leaves when you try it again."

    def act(self, record: OutgoingMail) -> None:
        actions.allow_address(actor=self.request.user, address=record.recipient)


class ChannelActionView(ActionView):
    """A button beside a channel; back to the list."""

    request: SignedInRequest
    model = MailChannel

    def get_success_url(self, record: MailChannel) -> str:
        return reverse("crm:mail_list")


class ChannelPauseView(ChannelActionView):
    done = "Nothing leaves by the channel {record} until somebody resumes it."

    def act(self, record: MailChannel) -> None:
        actions.pause_channel(actor=self.request.user, channel=record, reason=f"Paused by {self.request.user}.")


class ChannelResumeView(ChannelActionView):
    done = "Mail leaves by the channel {record} again."

    def act(self, record: MailChannel) -> None:
        actions.resume_channel(actor=self.request.user, channel=record)


def _tabs(counts: dict[str, Any], active: str) -> list[dict[str, Any]]:
    """Tabs with their counts; none for what has ended well, which is many."""
    return [
        {
            "label": label,
            "url": f"?tab={name}",
            "active": name == active,
            "count": sum(counts[state] for state in states) or None,
        }
        for name, (label, states, _) in TABS.items()
    ]


def _page(mails: QuerySet[OutgoingMail], before: str, tab: str) -> dict[str, Any]:
    """The rows of a page, newest first, and the address of the next one: by key, so that any page costs the same."""
    if before.isdecimal() and len(before) <= LONGEST_KEY:
        mails = mails.filter(pk__lt=int(before))
    rows = list(mails.select_related("channel")[: PAGE_LENGTH + 1])
    has_next = len(rows) > PAGE_LENGTH
    rows = rows[:PAGE_LENGTH]
    return {"mails": rows, "next_url": f"?tab={tab}&before={rows[-1].pk}" if has_next else ""}
