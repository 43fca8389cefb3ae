"""The pages of duplicates: the queue, a pair side by side, what was said not to be the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views import View

from analytics import jobs, queries
from analytics.duplicates import actions, surest
from analytics.duplicates.comparing import how_sure, lines_of
from analytics.models import DistinctPair, DuplicatePair, ModelRun
from analytics.rights import sees_whole_base
from contacts.merging.rights import may_merge
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.filtering.searching import finds_names_only, search_condition
from crm.languages.telling import spoken_refusal
from crm.models import JobRun, User
from crm.once import new_token, once
from crm.requests import SignedInRequest
from crm.views.base import ActionView, ScopedView
from crm.views.lists import ListExport, ListPage

STEP = "duplicates"


def search_pairs(rows: Any, text: str, user: User | None = None) -> Any:
    """Pairs with a contact whom the text finds."""
    if not text.strip():
        return rows
    found = Contact.objects.filter(search_condition(text, names_only=finds_names_only(user, "contacts.contact")))
    ids = found.order_by().values("pk")
    return rows.filter(Q(first__in=ids) | Q(second__in=ids))


class PairListView(ListPage):
    model = DuplicatePair
    heading = "Duplicates"
    name_column = "first"
    default_sort = "-probability"
    search = staticmethod(search_pairs)
    search_hint = "Contact"
    phone = {"second": "cell-secondary", "probability": "cell-end", "kind": "cell-secondary-end"}
    template_name = "analytics/duplicates/list.html"
    export_url_name = "duplicates:pair_export"
    empty_title = "No duplicates wait for review"
    empty_text = "Every night contacts are compared. Pairs that may be one party are shown here, the surest first."

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.waiting()

    def get_context_data(self) -> dict[str, Any]:
        run = queries.last_run(STEP)
        may_run = can(self.request.user, Verb.RUN, ModelRun)
        found = {
            "may_merge": can(self.request.user, Verb.DELETE, Contact),
            "run": run,
            "all_compared_at": _all_compared_at(run),
            "sees_all": sees_whole_base(self.request.user),
            "failure": queries.failure_after(run, STEP),
            "may_run": may_run,
            "step": STEP,
        }
        return super().get_context_data() | found | jobs.newest_job(self.request.user, run, STEP)


def _all_compared_at(run: ModelRun | None) -> dt.datetime | None:
    """When all contacts were last compared with one another, where the last run compared only who had changed."""
    said = run.metrics.get("full_at") if run else ""
    return dt.datetime.fromisoformat(said) if said else None


class PairExportView(ListExport, PairListView):
    """The list's rows as a file."""


class PairView(ScopedView):
    """A page or a button of one pair; what was said of it does not hide it."""

    model = DuplicatePair

    def get_queryset(self) -> Any:
        named = [f"{side}__{name}" for side in ("first", "second") for name in ("owner", "organization")]
        rows = super().get_queryset().select_related(*named)
        return rows.prefetch_related("first__points", "first__addresses", "second__points", "second__addresses")

    def waiting_beside(self, pair: DuplicatePair) -> tuple[DuplicatePair | None, DuplicatePair | None]:
        """The pairs before and behind this one in the queue of this person, the surest first."""
        waiting = DuplicatePair.objects.visible_to(self.request.user).waiting()
        same = Q(probability=pair.probability)
        behind = waiting.filter(Q(probability__lt=pair.probability) | same & Q(pk__lt=pair.pk))
        before = waiting.filter(Q(probability__gt=pair.probability) | same & Q(pk__gt=pair.pk))
        return before.order_by("probability", "pk").first(), behind.order_by("-probability", "-pk").first()


class PairDetailView(PairView):
    """Both contacts side by side with the evidence, and the way through the queue."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pair, user = self.get_record(), self.request.user
        previous, following = self.waiting_beside(pair)
        context = {
            "pair": pair,
            "contacts": (pair.first, pair.second),
            "lines": lines_of(pair, user),
            "sure": how_sure(pair.probability),
            "said": DistinctPair.objects.filter(first=pair.first, second=pair.second).select_related("said_by").first(),
            "may_say": can(user, Verb.CHANGE, pair),
            "may_merge": may_merge(user, pair.first, pair.second) or may_merge(user, pair.second, pair.first),
            "previous": previous,
            "following": following,
        }
        return render(request, "analytics/duplicates/pair.html", context)


class PairDistinctView(ActionView, PairView):
    """Not the same: the next pair of the queue follows, with a way to take it back."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pair = self.get_record()
        _, following = self.waiting_beside(pair)
        actions.say_not_the_same(actor=self.request.user, pair=pair)
        words = 'Remembered: {} and {} are not the same. <a href="{}">Take it back</a>'
        messages.success(request, format_html(words, pair.first, pair.second, pair.get_absolute_url()))
        return redirect(following.get_absolute_url() if following else reverse("duplicates:pair_list"))


class SurestView(View):
    """Asks whether the surest pairs are to be merged, and starts the job."""

    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only who may remove contacts merges them."""
        if not can(self.request.user, Verb.DELETE, Contact):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = {"count": surest.surest_pairs(self.request.user).count(), "form_token": new_token()}
        return render(request, "analytics/duplicates/surest.html", context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user

        def make() -> str:
            count = surest.surest_pairs(user).count()
            return str(surest.start_merging(actor=user, announced=count).get_absolute_url())

        try:
            return redirect(once(user=user, data=request.POST, make=make))
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
        return redirect("duplicates:pair_list")


class SurestUndoView(ActionView):
    """Takes all merges of a job back, as a job."""

    model = JobRun
    done = "The merges are being undone."

    def act(self, record: JobRun) -> None:
        self.started = surest.start_undoing(actor=self.request.user, job=record)

    def get_success_url(self, record: JobRun) -> str:
        return str(getattr(self, "started", record).get_absolute_url())


class DistinctListView(ListPage):
    model = DistinctPair
    heading = "Not the same"
    name_column = "first"
    default_sort = "-said_at"
    search = staticmethod(search_pairs)
    search_hint = "Contact"
    phone = {"second": "cell-secondary", "said_at": "cell-secondary-end"}
    template_name = "analytics/duplicates/distinct.html"
    empty_title = "Nothing was said yet"
    empty_text = "Pairs of which somebody said that they are not the same stand here; each can be taken back."


class DistinctTakeBackView(ActionView):
    """The pair waits for review again."""

    model = DistinctPair
    done = "Taken back: the pair waits for review again."

    def act(self, record: DistinctPair) -> None:
        actions.take_back(actor=self.request.user, said=record)

    def get_success_url(self, record: DistinctPair) -> str:
        pair = DuplicatePair.objects.filter(first=record.first_id, second=record.second_id).first()
        return pair.get_absolute_url() if pair else reverse("duplicates:distinct_list")
