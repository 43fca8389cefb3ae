"""What every page that shows records does first: narrow to what the person may see, then ask for the verb.

What a person may not know of is answered by 404; what they may see and not change by 403.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from crm.access import VisibleQuerySet, can
from crm.choices import Verb
from crm.languages.telling import spoken, spoken_after, spoken_refusal
from crm.requests import SignedInRequest


class ScopedView(View):
    """A view of the records of one model; `verb` is what it does with them."""

    request: SignedInRequest
    model: type[models.Model]
    verb: str = Verb.VIEW
    record_verbs = (Verb.VIEW, Verb.CHANGE, Verb.DELETE)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse who may not do this with any record (a method that is not answered is refused as such)."""
        is_answered = hasattr(self, (request.method or "").lower())
        if is_answered and self.verb not in self.record_verbs and not can(self.request.user, self.verb, self.model):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_queryset(self) -> VisibleQuerySet[Any]:
        rows: VisibleQuerySet[Any] = self.model.objects.visible_to(self.request.user)  # type: ignore[attr-defined]
        return rows

    def read_record(self, key: Any) -> Any:
        """The record with this key, of those of `get_queryset`; 404 where there is none."""
        return get_object_or_404(self.get_queryset(), pk=key)

    def get_record(self) -> Any:
        """The record of this address, if the person may see it and do the verb. Where it goes on as another one
        (`goes_on_as`, a key), that one, with a sentence."""
        record = self.read_record(self.kwargs["pk"])
        if (key := getattr(record, "goes_on_as", None)) is not None:
            earlier, record = record, self.read_record(key)
            said = spoken(
                self.request,
                "%(earlier)s was merged into %(record)s: this is %(record)s.",
                earlier=earlier,
                record=record,
            )
            messages.info(self.request, said)
        if self.verb != Verb.VIEW and not can(self.request.user, self.verb, record):
            raise PermissionDenied
        return record


class ActionView(ScopedView):
    """One change of one record's state: POST only, its own address, one action, then back to the record.

    `action` is a function with the keywords `actor` and `argument`; `done` the sentence that is shown afterwards.
    """

    http_method_names = ["post"]
    verb = Verb.CHANGE
    argument = "record"
    done = ""

    def act(self, record: Any) -> None:
        """Do it; a `ValidationError` becomes a message."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record = self.get_record()
        try:
            self.act(record)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        else:
            messages.success(request, spoken_after(request, self.done, record=record))
        return redirect(self.get_success_url(record))

    def get_success_url(self, record: Any) -> str:
        address: Callable[[], str] = record.get_absolute_url
        return address()
