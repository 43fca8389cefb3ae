"""One fact of a record, edited where it stands: its form with this fact alone. Stands before the view of the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from crm.choices import Verb
from crm.customfields.definitions import definitions_of
from crm.views.forms import REFUSED


class FactPage:
    """`?fact=` names it. The page of a form without scripts; on the record's page it stands in place of the fact.

    `facts` are the fields of the form that make each; custom fields are facts by their names. The first is meant where
    none is named.
    """

    facts: Mapping[str, tuple[str, ...]]
    layout_place = ""  # a fact that the form leaves out is edited where it stands all the same
    verb: str = Verb.CHANGE
    fact = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse a fact that there is not."""
        self.fact = request.POST.get("fact") or request.GET.get("fact") or next(iter(self.facts))
        own = [one.name for one in definitions_of(self.model._meta.label_lower)]  # type: ignore[attr-defined]
        if self.fact not in self.facts and self.fact not in own:
            raise Http404("There is no such fact.")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def make_form(self, data: Any = None) -> Any:
        form: Any = super().make_form(data)  # type: ignore[misc]
        kept = (*self.facts.get(self.fact, (self.fact,)), "version")
        for name in [name for name in form.fields if name not in kept]:
            del form.fields[name]
        return form

    def show(self, form: Any, status: int = 200, token: str = "", opened: str = "") -> HttpResponse:
        """Refused on the record's page, the form goes back to where it stood."""
        response: HttpResponse = super().show(form, status, token, opened)  # type: ignore[misc]
        if status >= 400 and self.request.headers.get("HX-Request"):  # type: ignore[attr-defined]
            response.status_code = REFUSED
            response["HX-Retarget"], response["HX-Reselect"] = ".fact-form", ".fact-form"
        return response

    def get_context_data(self, form: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(form)  # type: ignore[misc]
        return context | {"fact": self.fact}
