"""Incoming mail as those see it who keep it going, and one mail for whoever may see the record that it hangs on."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.foreign.contents import ANYTHING, content_of
from crm.foreign.names import clean_name
from crm.hanging import records_behind
from crm.incoming import actions
from crm.incoming.choices import IncomingState, Outcome
from crm.incoming.queries import conversation_of, counts_of_trouble, mailbox_lines
from crm.incoming.replies import folded_text
from crm.incoming.showing import as_it_came, frame_of, raw_of, read_of
from crm.models import IncomingContent, IncomingMail, Mailbox, OutgoingMail, User
from crm.requests import SignedInRequest
from crm.templatetags.figures import plural
from crm.views.base import ActionView, ScopedView

PAGE_LENGTH = 50
LONGEST_KEY = 18
# tab: its name, what is in it, what is said where it is empty, whose count it shows
TABS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "all": ("All", {}, "No mail has come in yet.", ""),
    "letters": (
        "Of people",
        {"outcome__in": (Outcome.TICKET, Outcome.REPLY, Outcome.INTERACTION, Outcome.LEAD)},
        "Nobody has written yet.",
        "",
    ),
    "kept": ("Taken by nobody", {"outcome": Outcome.KEPT}, "Every mail has found somebody.", "kept"),
    "quarantine": ("Quarantine", {"state": IncomingState.QUARANTINED}, "Every mail could be read.", "parked"),
    "waiting": ("Waiting", {"state": IncomingState.TAKEN}, "Nothing waits to be worked on.", "waiting"),
    "returned": (
        "Came back",
        {"outcome__in": (Outcome.BOUNCE, Outcome.COMPLAINT)},
        "No mail came back, and nobody complained.",
        "",
    ),
    "machines": ("Automatic answers", {"outcome": Outcome.AUTO_REPLY}, "No machine has answered.", ""),
    "discarded": ("Discarded", {"outcome": Outcome.DISCARDED}, "Nothing was discarded.", ""),
    "duplicates": ("Twice", {"outcome": Outcome.DUPLICATE}, "No mail came by two ways.", ""),
}
FIRST_TAB = "all"


class IncomingListView(ScopedView):
    """How the mailboxes are, and the newest mails of one tab: for those who keep the mail going."""

    model = IncomingMail

    def get(self, request: SignedInRequest) -> HttpResponse:
        if not can(request.user, Verb.CHANGE, IncomingMail):
            raise PermissionDenied
        tab = request.GET.get("tab", FIRST_TAB)
        tab = tab if tab in TABS else FIRST_TAB
        rows, lines = self.get_queryset().filter(**TABS[tab][1]), mailbox_lines()
        context = {
            "tabs": _tabs(tab, counts_of_trouble(lines)),
            **_page(rows, request.GET.get("before", ""), tab),
            "empty": {"title": TABS[tab][2], "icon": "inbox", **({} if lines else _first_mailbox(request.user))},
            "lines": lines,
            "can_replay_all": tab == "quarantine",
        }
        return render(request, "crm/incoming/mail_list.html", context)


class IncomingDetailView(ScopedView):
    """One mail: what the person wrote, what stood below it, its files, what became of it."""

    model = IncomingMail

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        mail: IncomingMail = self.get_record()
        shown, folded = folded_text(mail.text)
        behind = records_behind(request.user, [mail]).get((mail.record_model, mail.record_id or 0))
        answers = OutgoingMail.objects.visible_to(request.user).filter(pk=mail.answers_id or 0).first()
        may_change = can(request.user, Verb.CHANGE, mail)
        as_what, is_parked = request.GET.get("as", ""), mail.state == IncomingState.QUARANTINED
        is_whole = IncomingContent.objects.filter(pk=mail.pk).values_list("is_whole", flat=True).first()
        context = {
            "mail": mail,
            "came": as_it_came(mail) if may_change and (is_parked or as_what == "came") else None,
            "shown": shown,
            "folded": folded,
            "behind": behind,
            "answers": answers,
            "conversation": conversation_of(request.user, mail),
            "has_content": is_whole is not None,
            "is_whole": is_whole,
            "frame": frame_of(mail) if as_what == "html" and mail.has_html else "",
            "may_change": may_change,
        }
        return render(request, "crm/incoming/mail_detail.html", context)


class IncomingRawView(ScopedView):
    """The bytes of a mail as they came, as a download."""

    model = IncomingMail

    def get(self, request: SignedInRequest, pk: int) -> FileResponse:
        mail = self.get_record()
        return _download(raw_of(mail), f"mail-{mail.pk}.eml", ANYTHING)


class IncomingFileView(ScopedView):
    """One file of a mail, as a download under a type that no browser runs."""

    model = IncomingMail

    def get(self, request: SignedInRequest, pk: int) -> FileResponse:
        mail = self.get_record()
        number, read = request.GET.get("number", "0"), read_of(mail)
        if read is None or not (number.isdecimal() and len(number) < 5) or int(number) >= len(read.files):
            raise Http404("There is no such file in it.")
        file = read.files[int(number)]
        return _download(file.content, clean_name(file.name), content_of(BytesIO(file.content)).content_type)


class IncomingReplayView(ActionView):
    """Works on a mail once more."""

    request: SignedInRequest
    model = IncomingMail
    done = "It is worked on once more."

    def act(self, record: IncomingMail) -> None:
        actions.replay_mail(actor=self.request.user, mail=record)


class IncomingDiscardView(ActionView):
    """Says that nothing is to be made of a mail."""

    request: SignedInRequest
    model = IncomingMail
    done = "It is discarded. Its bytes are kept, and it can be worked on again."

    def act(self, record: IncomingMail) -> None:
        actions.discard_mail(actor=self.request.user, mail=record)


class QuarantineReplayView(ScopedView):
    """Works once more on all that is in quarantine, as after a fault that was mended."""

    model = IncomingMail
    http_method_names = ["post"]

    def post(self, request: SignedInRequest) -> HttpResponse:
        if not can(request.user, Verb.CHANGE, IncomingMail):
            raise PermissionDenied
        count = actions.replay_quarantine(actor=request.user)
        words = f"{plural(count, 'mail')} {'is' if count == 1 else 'are'} worked on once more."
        messages.success(request, words if count else "There is nothing in quarantine that can be worked on together.")
        return redirect(f"{reverse('incoming:mail_list')}?tab=quarantine")


def _download(content: bytes, name: str, content_type: str) -> FileResponse:
    response = FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


def _first_mailbox(user: User) -> dict[str, str]:
    """What to do where no mailbox is there yet."""
    if not can(user, Verb.ADD, Mailbox):
        return {"text": "An administrator names the mailboxes whose mails come in here."}
    text = "Name a mailbox: its mails come in here, and become tickets, leads or a part of histories."
    return {"text": text, "action_label": "New mailbox", "action_url": reverse("incoming:mailbox_create")}


def _tabs(active: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?tab={name}", "active": name == active, "count": counts.get(counted) or None}
        for name, (label, _, _, counted) in TABS.items()
    ]


def _page(mails: QuerySet[IncomingMail], before: str, tab: str) -> dict[str, Any]:
    """The rows of a page, newest first, without their texts, and the address of the next one."""
    if before.isdecimal() and len(before) <= LONGEST_KEY:
        mails = mails.filter(pk__lt=int(before))
    rows = list(mails.select_related("mailbox").defer("text", "visible_text").order_by("-pk")[: PAGE_LENGTH + 1])
    has_next = len(rows) > PAGE_LENGTH
    rows = rows[:PAGE_LENGTH]
    return {"mails": rows, "next_url": f"?tab={tab}&before={rows[-1].pk}" if has_next else ""}
