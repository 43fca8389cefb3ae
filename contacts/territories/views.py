"""The pages of territories, for those who may change them: list, form with a look ahead, removal, placing all again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts.territories import actions, queries
from contacts.territories.forms import TerritoryForm
from crm.access import can
from crm.choices import Verb
from crm.languages.telling import spoken_refusal
from crm.models import Territory
from crm.views.base import ScopedView
from crm.views.forms import REFUSED, FormPage

LIST = "contacts:territory_list"


class TerritoryListView(ScopedView):
    """All territories, each with who looks after it, its rules and how many contacts it holds."""

    model = Territory
    verb = Verb.CHANGE

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, self.verb, Territory):
            raise PermissionDenied
        lines = queries.territory_lines(self.request.user)
        empty = {
            "title": "No territories yet",
            "text": "A territory is a part of the market, by country, postal code, industry or market, that a team or "
            "some people look after. They reach its contacts like those of their own team.",
            "icon": "map",
            "action_label": "New territory",
            "action_url": reverse("contacts:territory_create"),
        }
        context = {"lines": lines, "empty": empty, "without": queries.without_territory(self.request.user)}
        return render(request, "contacts/territories/list.html", context)


class TerritoryFormView(FormPage):
    """What making and changing a territory share: the look ahead (`preview` in the body) writes nothing."""

    model = Territory
    form_class = TerritoryForm
    template_name = "contacts/territories/form.html"
    list_url_name = LIST

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, Territory):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.preview() if "preview" in request.POST else super().post(request, *args, **kwargs)

    def preview(self) -> HttpResponse:
        """The same page with what the typed rules would catch."""
        form = self.make_form(self.request.POST)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        said, rules = form.cleaned_data, form.rules.rules
        self.caught = (
            queries.what_rules_catch(self.request.user, self.record, said["position"], said["name"], rules)
            if rules
            else queries.Caught()
        )
        return self.show(form)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"caught": getattr(self, "caught", None)}

    def get_success_url(self, record: Territory) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)

    def values(self, form: TerritoryForm) -> dict[str, Any]:
        """What both actions take."""
        people = list(form.cleaned_data["people"])
        return {"fields": form.territory_fields, "people": people, "rules": form.rules.rules}


class TerritoryCreateView(TerritoryFormView):
    verb = Verb.ADD
    heading = "New territory"
    submit_label = "Make the territory"
    done = "{record} is made. Its rules place contacts in the background."

    def save(self, form: TerritoryForm) -> Territory:
        return actions.create_territory(actor=self.request.user, **self.values(form))


class TerritoryUpdateView(TerritoryFormView):
    verb = Verb.CHANGE
    heading = "Territory {record}"
    done = "Saved {record}. Where rules changed, contacts are placed again in the background."

    def save(self, form: TerritoryForm) -> Territory:
        version = form.cleaned_data["version"]
        return actions.change_territory(
            actor=self.request.user, territory=self.record, version=version, **self.values(form)
        )


class TerritoryRemoveView(ScopedView):
    """Removes one; a worker places its contacts elsewhere first."""

    model = Territory
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        territory = self.get_record()
        try:
            return redirect(actions.remove_territory(actor=self.request.user, territory=territory))
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
            return redirect("contacts:territory_update", pk)


class PlacingStartView(ScopedView):
    """Places all contacts again by the rules as they are."""

    model = Territory
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, Territory):
            raise PermissionDenied
        return redirect(actions.start_placing(actor=self.request.user))
