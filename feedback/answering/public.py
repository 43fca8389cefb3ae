"""The pages of a survey for who was asked. Opening one changes nothing, whatever stands in its address: programs open
links, too. A link that is guessed, altered, over or of something else leads to one plain page that tells nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.company import company_at_hand
from crm.foreign.tokens import Purpose, make_token, read_token
from feedback.actions.answering import (
    AnsweredAlready,
    NotOpen,
    Said,
    TooMany,
    answer_invitation,
    answer_openly,
    is_changeable,
    said_before,
)
from feedback.actions.refusing import ask_no_more
from feedback.answering.form import AnswerForm, initial_of
from feedback.answering.links import Opened, invited_by, opened_by
from feedback.choices import HIGHEST, QuestionKind
from feedback.languages import NAMES, language_wanted, said_in, words_in
from feedback.models import Invitation, Question

STAMP, TRAP = "stamp", "website_address"
FASTEST = dt.timedelta(seconds=2)
STAMP_GOOD_FOR = dt.timedelta(hours=24)
REFUSED, FLOODED = 422, 429
MARKS = [str(score) for score in range(HIGHEST + 1)]


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class PublicView(View):
    """What the public pages share: no session and no cookie, so that it works in any program that shows a mail."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with company_at_hand() as company:
            request.company = company  # type: ignore[attr-defined]
            is_open = self.opens(kwargs["token"])
            response = super().dispatch(request, *args, **kwargs) if is_open else void(request)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def opens(self, token: str) -> bool:
        """Whether the link opens this page; what it opens is read along."""
        raise NotImplementedError


class PublicSurveyView(PublicView):
    """The questions and the answers to them. `?lang=` chooses a language, `?score=` marks a score, no more."""

    link: Opened

    def opens(self, token: str) -> bool:
        found = opened_by(token)
        if found is None:
            return False
        self.link, asked = found, self.request.GET.get("lang", "")
        accepted = self.request.headers.get("Accept-Language", "")
        self.language = language_wanted(found.survey.languages, asked, accepted)
        self.questions = questions_of(found.survey)
        return True

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if "thanks" in request.GET:
            return self.thank()
        before = self.link.invitation.response if self.link.invitation else None
        if before is not None and not is_changeable(before):
            return self.thank(is_over=True)
        said = said_before(before) if before else self._marked(request.GET)
        return self.show(self.form(said=initial_of(self.questions, said)), is_change=before is not None)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = self.form(data=request.POST)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        try:
            if self.link.invitation:
                answer_invitation(invitation=self.link.invitation, answers=form.answers, language=self.language)
            elif refused := self.take_openly(request, form):
                return refused
        except TooMany:
            return self.show(form, status=FLOODED, told=form.words["flooded"])
        except AnsweredAlready:
            return self.thank(is_over=True)
        except NotOpen:
            return void(request)
        return redirect(f"{request.path}?thanks=1&lang={self.language}")

    def take_openly(self, request: HttpRequest, form: AnswerForm) -> HttpResponse | None:
        """Take what came by the open link; a page in place of it where it has to be sent once more."""
        if request.POST.get(TRAP):  # a machine is thanked like anybody
            return None
        stamp = request.POST.get(STAMP, "")
        age = _age(stamp, self.link.survey.pk)
        if age is None or age < FASTEST:
            return self.show(form, told=form.words["again"])
        ip = str(get_adapter().get_client_ip(request))
        answer_openly(survey=self.link.survey, answers=form.answers, ip=ip, stamp=stamp, language=self.language)
        return None

    def form(self, data: QueryDict | None = None, said: dict[int, Said] | None = None) -> AnswerForm:
        return AnswerForm(
            survey=self.link.survey, questions=self.questions, language=self.language, data=data, said=said
        )

    def _marked(self, asked: QueryDict) -> dict[int, Said]:
        """The score that a link of the mail names, marked in the form and not yet said."""
        first = next((one for one in self.questions if one.kind == QuestionKind.NPS), None)
        score = asked.get("score", "")
        return {first.pk: Said(Decimal(score))} if first and score in MARKS else {}

    def show(self, form: AnswerForm, *, status: int = 200, told: str = "", is_change: bool = False) -> HttpResponse:
        survey = self.link.survey
        stamp = {"survey": survey.pk, "at": timezone.now().timestamp()}
        context = {
            **page_of(survey, form, self.language),
            "told": told or (form.words["wrong"] if form.errors else ""),
            "is_change": is_change,
            "stamp": "" if self.link.invitation else make_token(Purpose.FORM, stamp, STAMP_GOOD_FOR),
        }
        return render(self.request, "feedback/public/survey.html", context, status=status)

    def thank(self, *, is_over: bool = False) -> HttpResponse:
        survey, words = self.link.survey, words_in(self.language)
        context = {
            "survey": survey,
            "language": self.language,
            "words": words,
            "text": said_in(survey, self.language, "thanks", survey.thanks) or words["thanks_text"],
            "is_over": is_over,
            "change_url": self.request.path if self.link.invitation and not is_over else "",
        }
        return render(self.request, "feedback/public/thanks.html", context)


class PublicRefusalView(PublicView):
    """Be asked no more: a look shows a button, the button (or the one click of a mail program, RFC 8058) does it."""

    invitation: Invitation

    def opens(self, token: str) -> bool:
        found = invited_by(token)
        if found is None:
            return False
        self.invitation = found
        return True

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show(is_done=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        ask_no_more(invitation=self.invitation)
        return self.show(is_done=True)

    def show(self, *, is_done: bool) -> HttpResponse:
        return render(self.request, "feedback/public/refusal.html", {"is_done": is_done})


def page_of(survey: Any, form: AnswerForm, language: str) -> dict[str, Any]:
    """What the page of the questions shows in any case."""
    return {
        "survey": survey,
        "title": said_in(survey, language, "title", survey.title or survey.name),
        "intro": said_in(survey, language, "intro", survey.intro),
        "form": form,
        "blocks": form.blocks,
        "words": form.words,
        "language": language,
        "languages": [(code, NAMES.get(code, code)) for code in survey.languages],
    }


def void(request: HttpRequest) -> HttpResponse:
    """The one page of every link that opens nothing."""
    return render(request, "feedback/public/void.html", status=404)


def _age(stamp: str, survey_id: int) -> dt.timedelta | None:
    """How long ago the page was shown; None for a stamp that is not of this survey, or too old."""
    found = read_token(Purpose.FORM, stamp) if stamp else None
    if found is None or found.get("survey") != survey_id:
        return None
    return dt.timedelta(seconds=timezone.now().timestamp() - found["at"])


def questions_of(survey: Any) -> list[Question]:
    """The questions that are asked, in their order."""
    return list(survey.questions.filter(is_asked=True).order_by("position", "pk"))
