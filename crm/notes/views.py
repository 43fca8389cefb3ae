"""The bell, the people who may be named, and the files at records."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from crm.choices import Verb
from crm.hanging import seen_record, with_records
from crm.languages.telling import spoken, spoken_refusal
from crm.models import Attachment, Note, Notice
from crm.notes.actions import delete_note, remove_attachment
from crm.notes.mentions import who_may_be_named
from crm.notes.notices import mark_read
from crm.notes.queries import newest_notices
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.jobs import FileDownloadView

MOST_NOTICES = 100


class PeopleOptionsView(View):
    """Colleagues who may be named at a record: `?record=contacts.contact:17`, `?q=` words; at most eight."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> JsonResponse:
        words = request.GET.get("q", "").replace("\0", "")[:100]
        if not request.GET.get("record"):
            return JsonResponse({"options": []})
        record = seen_record(self.request.user, request.GET["record"])
        people = who_may_be_named(self.request.user, record, words)
        options = [
            {"value": str(person.pk), "text": person.name, "note": str(person.team or person.get_role_display())}
            for person in people
        ]
        return JsonResponse({"options": options})


class NoticeListView(View):
    """What the person was told, newest first; a part of it for the bell (`HX-Request`)."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        is_bell = bool(request.headers.get("HX-Request"))
        notices = newest_notices(self.request.user) if is_bell else newest_notices(self.request.user, MOST_NOTICES)
        template = "notes/_bell_list.html" if is_bell else "notes/notice_list.html"
        return render(request, template, {"notices": notices})


class NoticesReadView(View):
    """Everything in the bell has been seen; one line with its id, which leads to what it is about."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest) -> HttpResponse:
        mark_read(user=self.request.user)
        if request.headers.get("HX-Request"):
            return render(request, "notes/_bell_list.html", {"notices": newest_notices(self.request.user)})
        return redirect("notes:notice_list")


class NoticeOpenView(View):
    """A line of the bell: it counts as read, and leads to what it is about."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(Notice, pk=pk, user=self.request.user)
        mark_read(user=self.request.user, notices=[notice.pk])
        is_ours = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
        return redirect(notice.url if is_ours else "notes:notice_list")


class NoteDeleteView(ScopedView):
    model = Note
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        note = self.get_record()
        back = _page_behind(self.request, note)
        delete_note(actor=self.request.user, note=note)
        messages.success(request, "The note is taken away.")
        return redirect(back)


class AttachmentDownloadView(FileDownloadView):
    """A file at a record, for whoever may see the record."""

    def get(self, request: SignedInRequest, pk: int) -> FileResponse:
        rows = Attachment.objects.visible_to(request.user).filter(removed_at=None).select_related("file")
        attachment = get_object_or_404(rows, pk=pk)
        return self.serve(attachment.file)


class AttachmentRemoveView(ScopedView):
    model = Attachment
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        attachment = self.get_record()
        try:
            remove_attachment(actor=self.request.user, attachment=attachment)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, spoken(request, "%(file)s is taken away.", file=attachment.file.name))
        return redirect(_page_behind(self.request, attachment))


def _page_behind(request: SignedInRequest, row: Any) -> str:
    """Where what hangs on a record is shown; the home page where the person sees no record behind it (any more)."""
    (shown,) = with_records(request.user, [row])
    if shown.record is None:
        return reverse("crm:home")
    url: str = shown.record.get_absolute_url()
    return f"{url}?tab=files" if isinstance(row, Attachment) else url
