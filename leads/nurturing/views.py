"""The pages of sequences: all of them, one with its figures, its form; and leads that come in, pause and come out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from crm.access import can
from crm.bulk.choosing import CannotChoose, Choice
from crm.choices import Verb
from crm.filtering.counting import count_rows
from crm.jobs import finish_now
from crm.models import JobRun
from crm.once import MadeAlready, new_token, once, sent_before
from crm.templatetags.figures import plural
from crm.views.base import ActionView, ScopedView
from crm.views.bulk import BulkChangeView
from crm.views.forms import REFUSED, FormPage
from leads.choices import StepKind
from leads.models import Enrolment, Lead, Sequence
from leads.nurturing import actions, queries, trying
from leads.nurturing.forms import EnrolForm, EnrolManyForm, SequenceForm

ENROL = "enrol"


class SequenceListView(ScopedView):
    """All sequences with what became of the leads in them."""

    model = Sequence

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Sequence):
            raise PermissionDenied
        context = {"lines": queries.sequence_lines(user), "may_add": can(user, Verb.ADD, Sequence)}
        return render(request, "leads/nurturing/list.html", context)


class SequenceDetailView(ScopedView):
    """One sequence: its steps in order with their figures, each leading to its leads."""

    model = Sequence

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        sequence, user = self.get_record(), self.request.user
        steps = queries.step_lines(user, sequence)
        context = {
            "record": sequence,
            "line": queries.sequence_lines(user, sequence.pk)[0],
            "steps": steps,
            "has_conditions": any(one.step.condition for one in steps),
            "skipped": queries.skipped_why(user, sequence),
            "may_change": can(user, Verb.CHANGE, sequence),
            "may_enrol": sequence.is_active and can(user, Verb.CHANGE, Lead),
        }
        return render(request, "leads/nurturing/detail.html", context)


class SequenceLookView(ScopedView):
    """Its mails as one lead (`?lead=`, an id; the newest in it) would get them."""

    model = Sequence

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        sequence, user = self.get_record(), self.request.user
        leads = list(trying.leads_to_look_at(user, sequence))
        lead = self._lead(request.GET.get("lead", ""), leads)
        context = {
            "record": sequence,
            "lead": lead,
            "leads": leads if lead in leads or lead is None else [lead, *leads],
            "looks": [(look, new_token()) for look in trying.looks_of(sequence, lead)] if lead else [],
        }
        return render(request, "leads/nurturing/look.html", context)

    def _lead(self, asked: str, leads: list[Lead]) -> Lead | None:
        if not asked:
            return leads[0] if leads else None
        if not asked.isdecimal() or len(asked) > 18:
            raise Http404("There is no such lead.")
        rows = Lead.objects.visible_to(self.request.user).select_related("owner", "product")
        return get_object_or_404(rows, pk=int(asked))


class SequenceTestView(ActionView):
    """One of its mails (`step`) as a lead (`lead`) would get it, to whoever asks."""

    model = Sequence
    verb = Verb.VIEW
    done = "The test is on its way to you."

    def act(self, record: Sequence) -> None:
        keys = [self.request.POST.get(name, "") for name in ("step", "lead")]
        step_key, lead_key = (int(key) if key.isdecimal() and len(key) < 18 else 0 for key in keys)
        step = record.steps.filter(pk=step_key, removed_at=None, kind=StepKind.MAIL).first()
        lead = Lead.objects.visible_to(self.request.user).filter(pk=lead_key).first()
        if step is None or lead is None:
            raise ValidationError("The step or the lead is not there any more: look again.")
        with transaction.atomic():
            if sent_before(user=self.request.user, data=self.request.POST) is None:
                trying.send_test(actor=self.request.user, step=step, lead=lead)

    def get_success_url(self, record: Sequence) -> str:
        lead = self.request.POST.get("lead", "")
        return reverse("leads:sequence_look", args=[record.pk]) + (f"?lead={lead}" if lead.isdecimal() else "")


class SequenceFormView(FormPage):
    model = Sequence
    form_class = SequenceForm
    template_name = "leads/nurturing/form.html"
    list_url_name = "leads:sequence_list"


class SequenceCreateView(SequenceFormView):
    verb = Verb.ADD
    heading = "New sequence"
    submit_label = "Make the sequence"
    done = "“{record}” is there. Bring leads into it from their list, their page or a form."

    def save(self, form: SequenceForm) -> Sequence:
        return actions.create_sequence(actor=self.request.user, fields=form.sequence_fields, steps=form.steps.steps)


class SequenceUpdateView(SequenceFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”. Who is in it goes on by it as it is now."

    def save(self, form: SequenceForm) -> Sequence:
        return actions.change_sequence(
            actor=self.request.user,
            sequence=self.record,
            version=form.cleaned_data["version"],
            fields=form.sequence_fields,
            steps=form.steps.steps,
        )


class SequenceEnrolView(FormPage):
    """Brings the leads of a segment into a sequence."""

    model = Sequence
    form_class = EnrolManyForm
    heading = "Leads for “{record}”"
    submit_label = "Bring them in"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, Lead):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def save(self, form: EnrolManyForm) -> Sequence:
        leads = form.cleaned_data["segment"]
        found = actions.enrol_leads(actor=self.request.user, leads=leads, sequence=self.record)
        self.done = sentence_of(found.count, found.left)
        sequence: Sequence = self.record
        return sequence


class LeadEnrolView(FormPage):
    """Brings one lead into a sequence."""

    model = Lead
    form_class = EnrolForm
    verb = Verb.CHANGE
    heading = "{record.name} into a sequence"
    submit_label = "Begin"
    done = "{record.name} is in the sequence."

    def save(self, form: EnrolForm) -> Lead:
        lead: Lead = self.record
        actions.enrol_lead(actor=self.request.user, lead=lead, sequence=form.cleaned_data["sequence"])
        return lead


class EnrolmentPauseView(ActionView):
    model = Enrolment
    done = "Paused: nothing more happens until you let it go on."

    def act(self, record: Enrolment) -> None:
        actions.pause_enrolment(actor=self.request.user, enrolment=record)


class EnrolmentResumeView(ActionView):
    model = Enrolment
    done = "It goes on."

    def act(self, record: Enrolment) -> None:
        actions.resume_enrolment(actor=self.request.user, enrolment=record)


class EnrolmentStopView(ActionView):
    model = Enrolment
    done = "Stopped."

    def act(self, record: Enrolment) -> None:
        actions.stop_enrolment(actor=self.request.user, enrolment=record)


class LeadBulkView(BulkChangeView):
    """Changes the chosen leads, or brings them into a sequence."""

    model = Lead

    def context(self, data: Any, choice: Choice, rows: Any) -> dict[str, Any]:
        if data.get("op") != ENROL:
            return super().context(data, choice, rows)
        count, writable = count_rows(rows), count_rows(choice.writable(self.request.user))
        return {
            "op": ENROL,
            "title": "Into a sequence",
            "choice": choice,
            "announced": plural(count.value, "lead") if count.is_exact else f"{count} leads",
            "is_less": (writable.value, writable.is_exact) != (count.value, count.is_exact),
            "writable": writable,
            "fields": [],
            "widget": self.enrol_form()["sequence"],
            "action": self.request.path,
            "form_token": data.get("form_token") or new_token(),
            "next": data.get("next", ""),
        }

    def enrol_form(self, data: Any = None) -> EnrolForm:
        return EnrolForm(user=self.request.user, record=Lead(), data=data)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("op") != ENROL:
            return super().post(request)
        form, made = self.enrol_form(request.POST), list[JobRun]()
        if not form.is_valid():
            return self.show("Choose a sequence that is in use.", REFUSED)

        def make() -> str:
            choice = Choice.read(self.label, request.POST)
            announced = request.POST.get("announced", "")[:60]
            sequence = form.cleaned_data["sequence"]
            made.append(
                actions.start_enrolling(actor=self.request.user, choice=choice, sequence=sequence, announced=announced)
            )
            return made[0].get_absolute_url()

        try:
            url = once(user=self.request.user, data=request.POST, make=make)
        except MadeAlready as error:
            return self.lead(error.url)
        except CannotChoose as error:
            return self.show(str(error), REFUSED)
        return self.answer(url, made[0] if made else None)

    def answer(self, url: str, job: JobRun | None) -> HttpResponse:
        if job is None or job.kind != actions.KIND:
            return super().answer(url, job)
        if not self.is_small() or not finish_now(job):
            return self.lead(url)
        job.refresh_from_db()
        messages.success(self.request, sentence_of(job.result["enrolled"], job.result["left"]))
        return self.lead(self.request.POST.get("next") or reverse("leads:lead_list"))


def sentence_of(count: int, left: dict[str, int]) -> str:
    """`12 leads are in the sequence. 3 are not: It runs in a sequence already…`."""
    said = f"{plural(count, 'lead')} {'is' if count == 1 else 'are'} in the sequence."
    for why, number in left.items():
        said += f" {plural(number, 'lead')} left out: {why[:1].lower()}{why[1:]}"
    return said
