"""The composer of a record's page: each form has an address of its own, and one action behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from contacts import actions
from contacts.choices import PointKind
from contacts.composing.answering import mail_to_answer
from contacts.composing.forms import CallForm, MailDraftForm, MailForm, MeetingForm, NoteForm, TaskComposerForm
from contacts.composing.mails import send_to_contact
from contacts.composing.place import AT_CONTACT, Place, about_of
from contacts.forms import InteractionForm
from contacts.history import composer_context, history_context
from contacts.models import Contact, Interaction
from contacts.queries import points_shown
from crm.access import can
from crm.agenda.actions import create_task
from crm.choices import Verb
from crm.languages.speaking import spoken_in
from crm.languages.telling import spoken_refusal
from crm.models import Attachment, Note, Task
from crm.notes.actions import add_note, attach_file, draft_of, keep_draft
from crm.once import sent_before
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.forms import REFUSED


class ComposerView(ScopedView):
    """Takes one form of the composer. The answer is a fresh form, with the timeline as it is now.

    A form that is refused comes back as it was typed; the other forms of the page are left alone. On the pages of other
    records than contacts, `model` and `place` say which.
    """

    model: type[models.Model] = Contact
    place = AT_CONTACT
    http_method_names = ["post"]
    request: SignedInRequest
    kind = ""
    adds: type[models.Model] = Interaction
    form_class: Any = None
    done = ""

    def act(self, record: Any, form: Any) -> None:
        """Do it; a `ValidationError` goes back into the form."""
        raise NotImplementedError

    def make_form(self, people: Sequence[Contact], data: Any = None) -> Any:
        return self.form_class(data, user=self.request.user, people=people)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record = self.get_record()
        if not can(self.request.user, Verb.ADD, self.adds):
            raise PermissionDenied
        people = self.place.people(self.request.user, record)
        if self.kind not in self.place.kinds(people):
            messages.error(request, "Nobody is known whom this could be with: name a person or an organization first.")
            return redirect(record)
        form = self.make_form(people, request.POST)
        if form.is_valid():
            self._do(record, form)
        if form.errors:
            return self._answer(record, people, form, REFUSED)
        if not request.headers.get("HX-Request"):
            messages.success(request, self.done)
            return redirect(record)
        return self._answer(record, people, self.make_form(people), 200)

    def _do(self, record: Any, form: Any) -> None:
        try:
            with transaction.atomic():
                if sent_before(user=self.request.user, data=self.request.POST) is None:
                    self.act(record, form)
        except ValidationError as error:
            _add_error(form, error)

    def _answer(self, record: Any, people: Sequence[Contact], form: Any, status: int) -> HttpResponse:
        is_part = bool(self.request.headers.get("HX-Request"))
        with translation.override(spoken_in(self.request)):  # titles of the timeline are made as it is read
            context = part_context(self.request, self.place, record, people, self.kind, form)
            if is_part and status == 200:
                context |= history_context(self.request, record, self.place, people) | {"said": self.done}
                context[f"{self.kind}_form"] = form
        if not is_part:
            return render(self.request, "contacts/composer_page.html", context, status=status)
        return render(self.request, "contacts/composer/_answer.html", context, status=status)


class NoteCreateView(ComposerView):
    kind, form_class, adds, done = "note", NoteForm, Note, "Noted."

    def act(self, record: Any, form: NoteForm) -> None:
        text = form.cleaned_data["text"]
        add_note(actor=self.request.user, record=record, text=text, mentioned=form.mentioned)


class CallCreateView(ComposerView):
    kind, form_class, done = "call", CallForm, "The call is logged."

    def act(self, record: Any, form: CallForm) -> None:
        actions.log_interaction(actor=self.request.user, contact=form.contact, about=about_of(record), **form.touch)
        if fields := form.task_fields:
            create_task(actor=self.request.user, record=record, fields=fields)


class MeetingCreateView(ComposerView):
    kind, form_class, done = "meeting", MeetingForm, "The meeting is in."

    def act(self, record: Any, form: MeetingForm) -> None:
        user = self.request.user
        if form.lies_ahead:
            create_task(actor=user, record=record, fields=form.task_fields, mentioned=form.mentioned)
        else:
            actions.log_interaction(actor=user, contact=form.contact, about=about_of(record), **form.touch)


class TaskCreateView(ComposerView):
    kind, form_class, adds, done = "task", TaskComposerForm, Task, "The task is in."

    def make_form(self, people: Sequence[Contact], data: Any = None) -> Any:
        return TaskComposerForm(data, user=self.request.user)

    def act(self, record: Any, form: TaskComposerForm) -> None:
        create_task(actor=self.request.user, record=record, fields=form.task_fields, mentioned=form.mentioned)


class MailSendView(ComposerView):
    kind, form_class, done = "mail", MailForm, "The mail is on its way."

    def act(self, record: Any, form: MailForm) -> None:
        cleaned = form.cleaned_data
        answered = None
        if cleaned["answers"]:
            answered = mail_to_answer(self.request.user, list(form.people.values()), cleaned["answers"])
            if answered is None:
                raise ValidationError("The mail that this answers is not there any more: write a new one instead.")
        send_to_contact(
            actor=self.request.user,
            contact=form.contact,
            to=cleaned["to"],
            subject=cleaned["subject"],
            text=cleaned["text"],
            quoted=cleaned["quoted"],
            headers=answered.headers if answered else {},
            mentioned=form.mentioned,
            about=about_of(record),
        )


class MailDraftKeepView(ScopedView):
    """Keeps what is typed of a mail, while it is typed."""

    model: type[models.Model] = Contact
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record, form = self.get_record(), MailDraftForm(request.POST)
        if not form.is_valid():
            return HttpResponse("This is too long to be kept.", status=REFUSED, content_type="text/plain")
        draft = keep_draft(actor=self.request.user, record=record, **form.cleaned_data)
        return HttpResponse("Draft kept" if draft else "", content_type="text/plain")


class InteractionCreateView(ComposerView):
    """Any other touch: a chat, a visit to the shop, a delivery."""

    kind, form_class, done = "other", InteractionForm, "It is logged."

    def make_form(self, people: Sequence[Contact], data: Any = None) -> Any:
        return InteractionForm(data)

    def act(self, record: Any, form: InteractionForm) -> None:
        actions.log_interaction(actor=self.request.user, contact=record, **form.touch)


class FileAddView(ScopedView):
    """A file for the record, from its tab of files."""

    model: type[models.Model] = Contact
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record, upload = self.get_record(), request.FILES.get("file")
        if not can(self.request.user, Verb.ADD, Attachment):
            raise PermissionDenied
        if upload is None:
            messages.error(request, "Choose a file first.")
        else:
            self._attach(record, upload)
        return redirect(f"{record.get_absolute_url()}?tab=files")

    def _attach(self, record: Any, upload: Any) -> None:
        user, data = self.request.user, self.request.POST
        try:
            with transaction.atomic():
                if sent_before(user=user, data=data, files=self.request.FILES) is None:
                    attach_file(actor=user, record=record, upload=upload)
        except ValidationError as error:
            messages.error(self.request, spoken_refusal(self.request, error))
        else:
            messages.success(self.request, "The file is in.")


PARTS: dict[str, type[ComposerView]] = {
    view.kind: view
    for view in (
        NoteCreateView, CallCreateView, MailSendView, MeetingCreateView, TaskCreateView, InteractionCreateView,
    )
}  # fmt: skip


class ComposerPartView(ScopedView):
    """One form of the composer, `?kind=`: fetched when its tab is opened; a page of its own without scripts. With
    `&answer=`, the id of a touch, a mail is the answer to that one."""

    model: type[models.Model] = Contact
    place = AT_CONTACT
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record, kind = self.get_record(), request.GET.get("kind", "note")
        people = self.place.people(self.request.user, record)
        if kind not in self.place.kinds(people):
            raise Http404("There is no such form.")
        view = PARTS[kind]()
        view.setup(request, *args, **kwargs)
        form = view.make_form(people)
        if kind == "mail" and "answer" in request.GET:
            form.initial |= self._answer(people)
        context = part_context(self.request, self.place, record, people, kind, form)
        is_part = bool(request.headers.get("HX-Request"))
        return render(request, f"contacts/composer/_{kind}.html" if is_part else "contacts/composer_page.html", context)

    def _answer(self, people: Sequence[Contact]) -> dict[str, Any]:
        """What the form of an answer begins with."""
        asked = self.request.GET["answer"]
        key = int(asked) if asked.isdecimal() and len(asked) < 18 else None
        answered = mail_to_answer(self.request.user, people, key)
        if answered is None:
            raise Http404("There is no such mail.")
        names = ("to", "subject", "quoted")
        return {"answers": answered.touch.pk, **{name: getattr(answered, name) for name in names}}


def part_context(
    request: SignedInRequest, place: Place, record: Any, people: Sequence[Contact], kind: str, form: Any
) -> dict[str, Any]:
    """What the template of one form of the composer needs."""
    context = composer_context(request, record, place, people)
    context |= {"record": record, "kind": kind, f"{kind}_form": form, "part": f"contacts/composer/_{kind}.html"}
    if kind == "mail":
        shown = points_shown(request.user).filter(contact__in=people, kind=PointKind.EMAIL).order_by("id")
        place_of = {one.pk: at for at, one in enumerate(people)}
        emails = [point.value for point in sorted(shown, key=lambda point: place_of[point.contact_id])]
        is_fresh = not (form.is_bound or form.initial.get("answers"))
        context |= {"emails": emails, "draft": draft_of(request.user, record) if is_fresh else None}
    return context


def _add_error(form: Any, error: ValidationError) -> None:
    """A refusal of an action, at its field where the form has it."""
    if hasattr(error, "error_dict"):
        known = {name: errors for name, errors in error.error_dict.items() if name in form.fields}
        rest = [one for name, errors in error.error_dict.items() if name not in form.fields for one in errors]
        for name, errors in known.items():
            form.add_error(name, errors)
        if rest:
            form.add_error(None, rest)
    else:
        form.add_error(None, error)
