"""The pages of call lists: all of them, a new one, and the one that is worked through."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from contacts.choices import CallOutcome
from crm.access import can
from crm.choices import Verb
from crm.field_rights import mask
from crm.fields import SectionedForm
from crm.languages.telling import spoken_refusal
from crm.models import SavedView, User
from crm.once import led_to, sent_before
from crm.views.base import ActionView, ScopedView
from crm.views.forms import REFUSED, FormPage
from leads.calling import actions, queries
from leads.models import CallEntry, CallList, Lead


class CallListForm(SectionedForm, forms.Form):
    """A name, and the segment: the filter of a saved view of the leads."""

    layout = (("", (("name",), ("segment",))),)
    name = forms.CharField(max_length=120)
    segment = forms.ChoiceField(
        required=False, help_text="A saved view of the leads. In it: open leads with a number, the best scored first."
    )

    def __init__(
        self, *, user: User, record: CallList | None = None, initial: dict[str, Any] | None = None, data: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.views = {str(view.pk): view for view in SavedView.objects.shown_to(user, "leads.lead")}
        named = [(key, view.name) for key, view in self.views.items()]
        self.fields["segment"].choices = [("", "all that I see"), *named]  # type: ignore[attr-defined]


class OutcomeForm(forms.Form):
    """What came of a call."""

    outcome = forms.ChoiceField(choices=CallOutcome.choices)
    text = forms.CharField(required=False, max_length=20_000)


class CallListListView(ScopedView):
    model = CallList

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, CallList):
            raise PermissionDenied
        context = {
            "lines": queries.list_lines(self.request.user),
            "may_add": can(self.request.user, Verb.ADD, CallList),
        }
        return render(request, "leads/calling/list.html", context)


class CallListCreateView(FormPage):
    model = CallList
    form_class = CallListForm
    list_url_name = "leads:call_list_list"
    verb = Verb.ADD
    heading = "New call list"
    submit_label = "Make the list"
    done = "The list is ready: begin with the first."

    def save(self, form: CallListForm) -> CallList:
        view = form.views.get(form.cleaned_data["segment"])
        return actions.create_call_list(actor=self.request.user, name=form.cleaned_data["name"], view=view)


class CallListDetailView(ScopedView):
    """The list at work: GET shows how far it is and whoever this person has on the line; POST takes the next one."""

    model = CallList

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        call_list, user = self.get_record(), self.request.user
        held = queries.waiting(call_list, user).filter(taken_by=user, taken_at__isnull=False)
        entry = held.select_related("lead").order_by("-taken_at").first()
        return self.show(call_list, entry, OutcomeForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        call_list = self.get_record()
        if actions.take_next(actor=self.request.user, call_list=call_list) is None:
            messages.info(request, "Nobody is left to be called just now.")
        return redirect(call_list)

    def show(self, call_list: CallList, entry: CallEntry | None, form: OutcomeForm, status: int = 200) -> HttpResponse:
        user = self.request.user
        left, later = queries.left_for(call_list, user)
        mask(user, entry.lead if entry else None)
        context = {
            "record": call_list,
            "line": queries.list_lines(user, call_list.pk)[0],
            "outcomes": queries.outcomes_of(call_list),
            "left": left,
            "later": later,
            "may_close": can(user, Verb.CHANGE, call_list),
            "entry": entry,
            "form": form,
            "choices": CallOutcome.choices,
        }
        return render(self.request, "leads/calling/work.html", context, status=status)


class CallOutcomeView(CallListDetailView):
    """Keeps what came of the call (`entry` in the body), or leaves the lead out (`skip`), and takes the next one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        call_list, user, key = self.get_record(), self.request.user, request.POST.get("entry", "")
        if not key:
            messages.info(request, "Nobody is on the line: call the next one first.")
            return redirect(call_list)
        number = int(key) if key.isdecimal() and len(key) < 19 else 0
        seen = call_list.entries.filter(lead__in=Lead.objects.visible_to(user))
        entry = get_object_or_404(seen.select_related("lead", "call_list"), pk=number)
        form = OutcomeForm(request.POST)
        if "skip" in request.POST:
            actions.skip_entry(actor=user, entry=entry)
        elif not form.is_valid():
            return self.show(call_list, entry, form, REFUSED)
        elif sent_before(user=user, data=request.POST) is None:
            try:
                actions.keep_outcome(actor=user, entry=entry, **form.cleaned_data)
            except ValidationError as error:
                messages.error(request, spoken_refusal(request, error))
            led_to(user=user, data=request.POST, url=call_list.get_absolute_url())
        actions.take_next(actor=user, call_list=call_list)
        return redirect(call_list)


class CallListCloseView(ActionView):
    """Puts a list away."""

    model = CallList
    done = "The list is closed."
    is_closed = True

    def act(self, record: CallList) -> None:
        actions.close_call_list(actor=self.request.user, call_list=record, is_closed=self.is_closed)


class CallListReopenView(CallListCloseView):
    """Takes a closed list up again."""

    done = "The list is taken up again."
    is_closed = False
