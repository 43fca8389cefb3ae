"""The page that adds a part to a record: the record's number stands in the address, the part is made."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from crm.access import VisibleQuerySet, can
from crm.choices import Verb
from crm.languages.words import Titled
from crm.views.forms import FormPage


class PartFormPage(FormPage):
    """Adds one part, a record of `model`, to the one of `whole_model` that the address names as `whole`; who may do
    `verb` to the whole may.

    The form is called with the whole as `record`. After saving, the record's page is shown, open at `tab`.
    """

    verb = Verb.CHANGE
    template_name = "layouts/part_form.html"
    tab = ""
    whole_model: type[models.Model]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if not can(self.request.user, self.verb, self.whole):
                raise PermissionDenied
        except Http404:
            if request.method == "POST":
                return self.show_typed(404)
            raise
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def whole(self) -> Any:
        """The record that gets a part, if the person may see it."""
        whole = get_object_or_404(self._wholes(), pk=self.kwargs["whole"])
        key = getattr(whole, "goes_on_as", None)
        return whole if key is None else get_object_or_404(self._wholes(), pk=key)

    def _wholes(self) -> VisibleQuerySet[Any]:
        rows: VisibleQuerySet[Any] = self.whole_model.objects.visible_to(self.request.user)  # type: ignore[attr-defined]
        return rows

    @property
    def subject(self) -> Any:
        return self.whole

    def get_success_url(self, record: Any) -> str:
        address: str = self.whole.get_absolute_url()
        return f"{address}?tab={self.tab}" if self.tab else address

    def get_cancel_url(self) -> str:
        return self.get_success_url(self.whole)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {
            "heading": Titled(self.heading, record=self.whole),
            "whole": self.whole,
        }
