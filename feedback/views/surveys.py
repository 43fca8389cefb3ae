"""Surveys: the list, one with what came of it, its form, its steps, its languages, and whom it is sent to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.filtering.trees.nodes import TreeProblem
from crm.once import MadeAlready, new_token, once
from crm.views.base import ActionView, ScopedView
from crm.views.forms import CONFLICT, REFUSED, FormPage
from crm.views.lists import ListPage
from crm.views.records import RecordPage
from feedback import actions
from feedback.answering.form import AnswerForm
from feedback.answering.links import link_to
from feedback.answering.public import page_of, questions_of
from feedback.asking.audience import audience_of, segment
from feedback.asking.sending import start_sending
from feedback.choices import LeftOut, SurveyKind
from feedback.forms import AskForm, SurveyForm, TranslationForm
from feedback.languages import NAMES
from feedback.models import Answer, Invitation, Survey
from feedback.queries import search_invitations
from feedback.ready import READY
from feedback.results import asked_by, figures_of

TRIGGERS: dict[str, str] = {SurveyKind.CSAT: "ticket", SurveyKind.REVIEW: "order"}


class SurveyListView(ListPage):
    model = Survey
    heading = "Surveys"
    default_sort = "-created_at"
    search_hint = "Name of a survey"
    phone = {"state": "cell-end", "kind": "cell-secondary", "created_at": "cell-secondary-end"}
    new_url_name = "feedback:survey_choose"
    new_label = "New survey"
    edit_path = "edit/"
    empty_title = "No surveys yet"
    empty_text = "Ask customers what they think: begin with a ready survey, or bring in answers of another tool."


class SurveyChooseView(ScopedView):
    """The ready surveys to begin with."""

    model = Survey
    verb = Verb.ADD

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = [(kind, SurveyKind(kind).label, READY[kind]) for kind in READY]
        return render(request, "feedback/survey_choose.html", {"kinds": kinds})


class SurveyDetailView(RecordPage):
    """A survey: who was asked and answered, and each question in figures."""

    model = Survey
    template_name = "feedback/survey_detail.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("owner", "touch_point")

    def get_context_data(self) -> dict[str, Any]:
        survey, user = self.record, self.request.user
        hides_answers = bool({"value", "choice", "comment"} & hidden_fields(user, Answer))
        answers_url = f"{reverse('feedback:response_list')}?survey={survey.pk}"
        return super().get_context_data() | {
            "asked": asked_by(user, survey),
            "figures": [] if hides_answers else figures_of(user, survey),
            "answers_url": answers_url,
            "invitations_url": f"{reverse('feedback:invitation_list')}?survey={survey.pk}",
            "open_link": link_to(survey.open_token) if survey.open_token and survey.is_open else "",
            "languages": [NAMES.get(code, code) for code in survey.languages],
        }


class SurveyFormView(FormPage):
    model = Survey
    form_class = SurveyForm
    template_name = "feedback/survey_form.html"
    list_url_name = "feedback:survey_list"


class SurveyCreateView(SurveyFormView):
    """`?kind=` brings a ready survey along."""

    verb = Verb.ADD
    heading = "New survey"
    submit_label = "Make the survey"
    done = "“{record}” is a draft: look at it, then open it."

    def get_initial(self) -> dict[str, Any]:
        kind = self.request.GET.get("kind", "")
        if kind not in READY:
            return {}
        ready = READY[kind]
        return {
            "kind": kind, "title": ready.title, "intro": ready.intro, "mail_subject": ready.mail_subject,
            "trigger": TRIGGERS.get(kind, ""),
        }  # fmt: skip

    def save(self, form: SurveyForm) -> Survey:
        questions = form.questions.questions
        return actions.create_survey(actor=self.request.user, fields=form.survey_fields, questions=questions)


class SurveyUpdateView(SurveyFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: SurveyForm) -> Survey:
        return actions.change_survey(
            actor=self.request.user,
            survey=self.record,
            version=form.cleaned_data["version"],
            fields=form.survey_fields,
            questions=form.questions.questions,
        )


class SurveyTranslateView(FormPage):
    """`?language=`: its texts in that language."""

    model = Survey
    form_class = TranslationForm
    verb = Verb.CHANGE
    template_name = "feedback/survey_translate.html"
    heading = "{record} in another language"
    done = "Saved: whoever’s browser asks for that language reads it."

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("language", "")
        others = [code for code in NAMES if code != self.record.language]
        return {"language": asked if asked in others else others[0]}

    def get_context_data(self, form: Any) -> dict[str, Any]:
        others = [(code, name) for code, name in NAMES.items() if code != self.record.language]
        return super().get_context_data(form) | {"languages": others, "chosen": form["language"].value()}

    def save(self, form: TranslationForm) -> Survey:
        return actions.translate_survey(
            actor=self.request.user,
            survey=self.record,
            version=form.cleaned_data["version"],
            language=form.cleaned_data["language"],
            texts=form.texts,
        )


class SurveyLookView(ScopedView):
    """The public page as who is asked gets it, without a way to send it."""

    model = Survey

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        survey = self.get_record()
        asked = request.GET.get("lang", "")
        language = asked if asked in survey.languages else survey.language
        form = AnswerForm(survey=survey, questions=questions_of(survey), language=language)
        return render(request, "feedback/public/survey.html", {**page_of(survey, form, language), "is_look": True})


class SurveyOpenView(ActionView):
    model = Survey
    done = "“{record}” is open: it can be answered and sent."

    def act(self, record: Survey) -> None:
        actions.open_survey(actor=self.request.user, survey=record)


class SurveyCloseView(ActionView):
    model = Survey
    done = "“{record}” is closed: its links open nothing any more."

    def act(self, record: Survey) -> None:
        actions.close_survey(actor=self.request.user, survey=record)


class OpenLinkView(ActionView):
    """Gives an open link, a new one each time; with `off` it is taken away."""

    model = Survey
    done = "Done."

    def act(self, record: Survey) -> None:
        is_on = not self.request.POST.get("off")
        self.done = _("There is a new open link.") if is_on else _("The open link opens nothing any more.")
        actions.switch_open_link(actor=self.request.user, survey=record, is_on=is_on)


class SurveyAskView(ScopedView):
    """Sends a survey to a segment (`?segment=`): first the numbers, then it goes out as a job."""

    model = Survey
    verb = Verb.CHANGE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(self._form(request.GET if "segment" in request.GET else None))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        survey, form = self.get_record(), self._form(request.POST)
        if not form.is_valid() or not survey.is_open:
            return self.show(form, REFUSED)

        def make() -> str:
            return start_sending(actor=self.request.user, survey=survey, view=form.view).get_absolute_url()

        try:
            return redirect(once(user=self.request.user, data=request.POST, make=make))
        except MadeAlready as error:
            form.add_error(None, error)
            return self.show(form, CONFLICT)

    def _form(self, data: Any) -> AskForm:
        return AskForm(user=self.request.user, record=self.get_record(), data=data)

    def show(self, form: AskForm, status: int = 200) -> HttpResponse:
        survey, audience, problem = self.get_record(), None, ""
        if form.is_bound and form.is_valid() and survey.is_open:
            try:
                audience = audience_of(segment(self.request.user, form.view), survey)
            except TreeProblem as error:
                problem = str(error)
        context = {
            "record": survey,
            "form": form,
            "audience": audience,
            "problem": problem,
            "left": [(LeftOut(reason).label, count) for reason, count in audience.left.items()] if audience else [],
            "form_token": new_token(),
        }
        return render(self.request, "feedback/survey_ask.html", context, status=status)


class InvitationListView(ListPage):
    """Who was asked, and who did not answer."""

    model = Invitation
    heading = "People asked"
    name_column = "customer"
    default_sort = "-asked_at"
    search = staticmethod(search_invitations)
    search_hint = "Name of a customer"
    phone = {"answered": "cell-end", "survey": "cell-secondary", "asked_at": "cell-secondary-end"}
    empty_title = "Nobody was asked yet"
    empty_text = "Open a survey and send it to a segment, or let it go out after a ticket or an order."
