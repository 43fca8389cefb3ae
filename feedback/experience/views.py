"""The experience map, its touch points, and the single contacts behind its figures."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts.models import Interaction
from crm.access import can
from crm.choices import Verb
from crm.once import once
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListPage
from feedback.experience import actions
from feedback.experience.counting import map_for, start_count, start_own_count
from feedback.experience.events import DURING
from feedback.experience.forms import TouchPointForm
from feedback.models import TouchPoint
from feedback.queries import search_invitations

PERIODS = ((30, "30 days"), (90, "90 days"), (365, "A year"))


class ExperienceView(ScopedView):
    """The touch points along the journey, planned beside actual; `?days=` back from today."""

    model = TouchPoint
    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 90
        user, found = self.request.user, map_for(self.request.user, days)
        context = {
            "journey": found.journey,
            "kept": found.kept,
            "is_kept": found.is_kept,
            "is_own": found.is_own,
            "count_url": reverse(f"feedback:experience_count{'_own' if found.is_own else ''}"),
            "may_count": found.is_own or can(user, Verb.CHANGE, TouchPoint),
            "job": found.job,
            "days": days,
            "periods": PERIODS,
            "during": DURING.days,
            "since": found.since,
            "may_change": can(user, Verb.CHANGE, TouchPoint),
            "currency": self.request.company.currency,
        }
        return render(request, "feedback/experience/map.html", context)


class ExperienceCountView(ScopedView):
    """Has a worker count the map anew."""

    model = TouchPoint
    request: SignedInRequest
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.CHANGE, TouchPoint):
            raise PermissionDenied
        return redirect(once(user=user, data=request.POST, make=lambda: start_count(actor=user).get_absolute_url()))


class ExperienceOwnCountView(ScopedView):
    """Has a worker count what the person sees."""

    model = TouchPoint
    request: SignedInRequest
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, TouchPoint):
            raise PermissionDenied
        return redirect(once(user=user, data=request.POST, make=lambda: start_own_count(actor=user).get_absolute_url()))


class TouchListView(ListPage):
    """Single contacts with customers: `?touch_point=` those of one."""

    model = Interaction
    heading = "Contacts with customers"
    name_column = "customer"
    default_sort = "-occurred_at"
    search = staticmethod(search_invitations)
    search_hint = "Name of a customer"
    phone = {"channel": "cell-end", "subject": "cell-secondary", "occurred_at": "cell-secondary-end"}
    empty_title = "No contacts yet"
    empty_text = "Calls, mails, visits of customers stand here as soon as there are some."


class TouchPointFormView(FormPage):
    """What making and changing share."""

    model = TouchPoint
    form_class = TouchPointForm
    list_url_name = "feedback:experience"


class TouchPointCreateView(TouchPointFormView):
    verb = Verb.ADD
    heading = "New touch point"
    submit_label = "Put on the map"
    done = "“{record}” is on the map."

    def save(self, form: TouchPointForm) -> TouchPoint:
        return actions.create_touch_point(actor=self.request.user, fields=form.point_fields)


class TouchPointUpdateView(TouchPointFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"

    def save(self, form: TouchPointForm) -> TouchPoint:
        return actions.change_touch_point(actor=self.request.user, point=self.record, fields=form.point_fields)
