"""The pages of segments: all of them, one with its people, its form with the filter builder."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from campaigns.models import Campaign, Segment
from campaigns.segments import actions, queries
from campaigns.segments.forms import SegmentForm, SegmentListForm, SegmentMailForm, kept_filter
from campaigns.segments.listing import bring_list
from campaigns.segments.mailing import mail_segment, prepared_mails
from campaigns.segments.meaning import people_in, problems_of, segment_condition, trees_of
from contacts.models import Contact
from contacts.views import ContactListView
from crm.access import can
from crm.choices import Verb
from crm.filtering.counting import count_rows
from crm.filtering.trees.asked import FILTER, AskedTree, asked_tree
from crm.filtering.trees.builder import offered_fields
from crm.filtering.trees.nodes import as_data, as_text
from crm.filtering.trees.wording import Wording
from crm.jobs import finish_now
from crm.languages.telling import spoken, spoken_refusal
from crm.models import ImportRun, JobRun, User
from crm.small_tables import small_table
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.lists import WRONG_QUESTION, ListPage, formats_of
from crm.views.parts import PartFormPage

COLUMNS = ("name", "segment", "email", "place", "owner", "propensity")
PHONE = {"segment": "cell-end", "email": "cell-secondary"}


class SegmentListView(ListPage):
    model = Segment
    template_name = "campaigns/segments/list.html"
    heading = "Segments"
    phone = {"is_fixed": "cell-end", "counted_at": "cell-secondary", "size": "cell-secondary-end"}
    new_url_name = "campaigns:segment_create"
    new_label = "New segment"
    empty_title = "No segments yet"
    empty_text = "Contacts under a name, by anything that is known of them: for lists, files, campaigns."

    def get_context_data(self) -> dict[str, Any]:
        return super().get_context_data() | {"may_paste": may_paste(self.request.user)}


class SegmentDetailView(ScopedView):
    """One segment: how many are in it, some of them, who came and left. `?contact=` asks why one is in or out."""

    model = Segment

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        segment, user = self.get_record(), self.request.user
        standing = queries.standing_of(segment, user)
        context = {
            "record": segment,
            "standing": standing,
            "may_change": (may_change := can(user, Verb.CHANGE, segment)),
            "may_mail": may_change and can(user, Verb.ADD, Campaign),
            "moves": queries.moves_of(segment, user),
            "newest_moves": queries.newest_moves(segment, user),
            "people_url": people_url(segment),
            "export_url": people_url(segment, "contacts:contact_export") if can(user, Verb.EXPORT, Contact) else "",
            "export_formats": formats_of(ContactListView.export_formats),
            **(self._people(segment, standing.count or 0) if not standing.problem else {}),
        }
        return render(request, "campaigns/segments/detail.html", context)

    def _people(self, segment: Segment, count: int) -> dict[str, Any]:
        rows = queries.sample_of(segment, self.request.user)
        found: dict[str, Any] = {
            "table": small_table("contacts.contact", COLUMNS, PHONE, self.request, rows),
            "mailable": queries.mailable(segment, self.request.user, count),
            "may_plan": can(self.request.user, Verb.ADD, Campaign),
        }
        asked = self.request.GET.get("contact", "")
        if not asked:
            return found
        if not asked.isdecimal() or len(asked) > 18:
            raise Http404("There is no such contact.")
        contact = get_object_or_404(Contact.objects.visible_to(self.request.user), pk=int(asked))
        return found | {"contact": contact, "why": queries.why(segment, contact, self.request.user)}

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("owner")


class SegmentFormView(FormPage):
    """What making and changing a segment share: the builder writes the filter into the form. `?part=count` says how
    many match, and the filter in words."""

    model = Segment
    form_class = SegmentForm
    list_url_name = "campaigns:segment_list"
    template_name = "campaigns/segments/form.html"

    @cached_property
    def asked(self) -> AskedTree:
        """The filter that was sent, else the one that the address asks for, else that of the record."""
        kept = kept_filter(self.record) if self.record else ""
        text = self.request.POST.get(FILTER, self.request.GET.get(FILTER, kept))
        return asked_tree(trees_of(self.request.user), text)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("part") == "count":
            problems = self.problems
            said = {
                "count": "" if problems else str(count_rows(self.people)),
                "words": self.words,
                "problems": problems,
            }
            return JsonResponse(said, status=WRONG_QUESTION if problems else 200)
        return super().get(request, *args, **kwargs)

    @property
    def problems(self) -> list[str]:
        key = self.record.pk if self.record else None
        return [*self.asked.problems] or problems_of(self.asked.node, self.request.user, own=key)

    @property
    def people(self) -> Any:
        draft = Segment(filter=as_data(self.asked.node), name="this one")
        return people_in(draft, self.request.user)

    @property
    def words(self) -> str:
        """The filter as a sentence; empty without one, and where it cannot be asked."""
        node = self.asked.node
        return "" if node is None or self.problems else Wording(trees_of(self.request.user)).line(node)

    def get_initial(self) -> dict[str, Any]:
        named = {"name": self.request.GET["name"][:120]} if "name" in self.request.GET else {}
        return named | ({FILTER: self.asked.text} if FILTER in self.request.GET else {})

    def get_context_data(self, form: SegmentForm) -> dict[str, Any]:
        trees, problems = trees_of(self.request.user), self.problems
        builder = {
            "fields": offered_fields(trees),
            "tree": as_data(self.asked.node),
            "kept": {},
            "path": self.request.path,
        }
        return super().get_context_data(form) | {
            "builder": json.dumps(builder),
            "problems": problems,
            "words": self.words,
            "count": None if problems else count_rows(self.people),
            "is_fixed": bool(self.record and self.record.is_fixed),
        }


class SegmentCreateView(SegmentFormView):
    verb = Verb.ADD
    heading = "New segment"
    submit_label = "Keep the segment"
    done = "“{record}” is kept."

    def save(self, form: SegmentForm) -> Segment:
        return actions.create_segment(
            actor=self.request.user, fields={**form.segment_fields, "owner": self.request.user},
            tree=form.cleaned_data["filter"],
        )  # fmt: skip


class SegmentUpdateView(SegmentFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: SegmentForm) -> Segment:
        return actions.change_segment(
            actor=self.request.user, segment=self.record, version=form.cleaned_data["version"],
            fields=form.segment_fields, tree=form.cleaned_data["filter"],
        )  # fmt: skip


class SegmentPasteView(FormPage):
    """A fixed segment of a list of addresses, ids or numbers, which a worker reads."""

    model = ImportRun
    verb = Verb.ADD
    form_class = SegmentListForm
    list_url_name = "campaigns:segment_list"
    template_name = "campaigns/segments/paste.html"
    heading = "Segment from a list"
    submit_label = "Find these people"
    done = "The list is being read."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_paste(self.request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def make_form(self, data: Any = None) -> SegmentListForm:
        form: SegmentListForm = super().make_form(data)
        form.files = self.request.FILES
        return form

    def save(self, form: SegmentListForm) -> JobRun:
        return bring_list(actor=self.request.user, name=form.cleaned_data["name"], source=form.source)


class SegmentMailView(PartFormPage):
    """A prepared mail for the people of a segment; the check before it starts comes next."""

    model = Campaign
    whole_model = Segment
    form_class = SegmentMailForm
    template_name = "campaigns/segments/mail.html"
    list_url_name = "campaigns:segment_list"
    heading = "Mail to “{record}”"
    submit_label = "Go on"
    done = "“{record}” is for these people. Look it over, then start it."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.ADD, Campaign):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def save(self, form: SegmentMailForm) -> Campaign:
        return mail_segment(actor=self.request.user, segment=self.whole, mail=form.cleaned_data["mail"])

    def get_success_url(self, record: Any) -> str:
        return reverse("campaigns:check", args=[record.pk])

    def get_cancel_url(self) -> str:
        return str(self.whole.get_absolute_url())

    def get_context_data(self, form: SegmentMailForm) -> dict[str, Any]:
        user = self.request.user
        count = queries.standing_of(self.whole, user).count or 0
        found = {
            "has_mails": prepared_mails(user).exists(),
            "mailable": queries.mailable(self.whole, user, count),
        }
        return super().get_context_data(form) | found


class SegmentFixView(ActionView):
    """A fixed segment of who is in it now."""

    model = Segment
    done = "Fixed: who is in it now stays in it."

    def act(self, record: Segment) -> None:
        self.fixed = actions.fix_segment(actor=self.request.user, segment=record)

    def get_success_url(self, record: Segment) -> str:
        made: Segment = getattr(self, "fixed", record)
        return made.get_absolute_url()


class SegmentRefreshView(ActionView):
    """Writes down who is in it now."""

    model = Segment
    done = "Counted: who came and left since the last time is known."

    def act(self, record: Segment) -> None:
        job = actions.start_refresh(actor=self.request.user, segment=record)
        if finish_now(job):
            job.refresh_from_db()
            if problems := job.result.get("problems"):
                raise ValidationError(problems)


class SegmentRemoveView(ScopedView):
    """Forgets a segment; its people stay."""

    model = Segment
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        segment = self.get_record()
        try:
            actions.delete_segment(actor=self.request.user, segment=segment)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
            return redirect(segment)
        messages.success(request, spoken(request, "“%(segment)s” is deleted; its people stay.", segment=segment))
        return redirect("campaigns:segment_list")


def people_url(segment: Segment, url_name: str = "contacts:contact_list") -> str:
    """The people of a segment as a list of contacts, by the same condition."""
    return f"{reverse(url_name)}?{urlencode({FILTER: as_text(segment_condition(segment.pk))})}"


def may_paste(user: User) -> bool:
    """Whether a person may make a segment of a list, which is an import."""
    return can(user, Verb.ADD, Segment) and can(user, Verb.IMPORT, Segment) and can(user, Verb.ADD, ImportRun)
