"""The page of who looked at, took out and changed one person, and the same as a file."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from contacts.models import Contact, ContactLook
from contacts.privacy.looks.reading import lines_of
from crm.access import can
from crm.choices import Verb
from crm.exporting.csv import csv_lines
from crm.log import log
from crm.views.base import ScopedView

SHOWN, MOST = 200, 20_000


class AccessView(ScopedView):
    """Of one contact that the person sees, for who has the `right` to looks."""

    model = Contact
    right: str = Verb.VIEW

    def get_record(self) -> Contact:
        contact: Contact = super().get_record()
        if not can(self.request.user, self.right, ContactLook):
            raise PermissionDenied
        return contact

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        contact = self.get_record()
        lines = lines_of(contact, SHOWN + 1)
        context = {
            "record": contact,
            "lines": lines[:SHOWN],
            "has_more": len(lines) > SHOWN,
            "may_export": can(self.request.user, Verb.EXPORT, ContactLook),
        }
        return render(request, "contacts/privacy/access.html", context)


class AccessFileView(AccessView):
    """All of it as CSV; taking it out is written down, too."""

    right = Verb.EXPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        contact = self.get_record()
        log(
            actor=self.request.user, verb="export", object=contact, contact_id=contact.pk,
            summary=f"Exported who looked at {contact}",
        )  # fmt: skip
        rows = [("At", "Who", "Did", "What", "How", "Job")]
        rows += [
            (one.at.isoformat(timespec="seconds"), one.who, one.did, one.what, one.how, str(one.job or ""))
            for one in lines_of(contact, MOST)
        ]
        headers = {"Content-Disposition": f'attachment; filename="contact-{contact.pk}-access.csv"'}
        return StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)
