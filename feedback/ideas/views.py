"""The pages of suggestions."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_fields, hides
from crm.languages.telling import spoken
from crm.languages.words import Typed
from crm.primary_keys import key_in
from crm.requests import SignedInRequest
from crm.templatetags.figures import in_sentence, plural
from crm.views.base import ActionView, ScopedView
from crm.views.boards import BoardMovePage
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.parts import PartFormPage
from crm.views.records import RecordPage
from feedback.ideas import actions
from feedback.ideas.choices import TOLD, IdeaSource, IdeaState
from feedback.ideas.forms import MoveForm, SuggestionForm, VoteForm
from feedback.ideas.queries import answers_behind, columns_of, search_suggestions, votes_of
from feedback.ideas.specs import state_pill
from feedback.ideas.telling import untold
from feedback.models import Response, Suggestion, SuggestionVote


class SuggestionListView(ListPage):
    model = Suggestion
    heading = "Suggestions"
    name_column = "title"
    default_sort = "-votes"
    search = staticmethod(search_suggestions)
    search_hint = "Words of a suggestion"
    phone = {"votes": "cell-end", "state": "cell-secondary"}
    template_name = "feedback/ideas/suggestion_list.html"
    export_url_name = "feedback:suggestion_export"
    new_url_name = "feedback:suggestion_create"
    new_label = "New suggestion"
    empty_title = "No suggestions yet"
    empty_text = (
        "An answer of a survey becomes one on its page, customers write their own in the portal, or you do here."
    )

    def get_context_data(self) -> dict[str, Any]:
        path, asked = self.request.path, self.request.GET.urlencode()
        ways = [("All", ""), *((state.label, f"state={state.value}") for state in IdeaState)]
        shown = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in ways]
        return super().get_context_data() | {"ways": shown}


class SuggestionExportView(ListExport, SuggestionListView):
    """The list's rows as a file."""


class SuggestionBoardView(ScopedView):
    """The states as columns; `?owner=me` shows the own ones alone."""

    model = Suggestion
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, is_own = self.request.user, request.GET.get("owner") == "me"
        columns = columns_of(user, owner=user if is_own else None)
        shown = [one.pk for column in columns for one in column.cards]
        movable = Suggestion.objects.visible_to(user, Verb.CHANGE).filter(pk__in=shown)
        context = {
            "columns": [
                (one, f"{reverse('feedback:suggestion_list')}?state={one.state.value}{'&owner=me' if is_own else ''}")
                for one in columns
            ],
            "is_empty": not any(one.count for one in columns),
            "may_move": set(movable.values_list("pk", flat=True)),
            "may_add": can(user, Verb.ADD, Suggestion),
            "choices": [
                {"label": "All suggestions", "url": "?", "active": not is_own},
                {"label": "Mine", "url": "?owner=me", "active": is_own},
            ],
        }
        return render(request, "feedback/ideas/board.html", context)


class SuggestionDetailView(RecordPage):
    """A suggestion, who asks for it, and what they were told."""

    model = Suggestion
    template_name = "feedback/ideas/suggestion_detail.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("owner", "touch_point", "product")

    def get_context_data(self) -> dict[str, Any]:
        user, suggestion = self.request.user, cast(Suggestion, self.record)
        votes = votes_of(user, suggestion)
        answers = answers_behind(user, votes)
        hides_words = hides(user, "feedback.suggestionvote.words")
        waiting = untold(suggestion).count() if suggestion.state in TOLD else 0
        return super().get_context_data() | {
            "state_pill": state_pill(suggestion),
            "votes": [(one, "" if hides_words else one.words, one.response_id in answers) for one in votes],
            "unseen": max(suggestion.votes - len(votes), 0),
            "waiting": waiting if "answer" not in hidden_fields(user, Suggestion) and suggestion.answer else 0,
            "states": [(state, state.label) for state in IdeaState if state != suggestion.state],
        }


class SuggestionFormView(FormPage):
    """What making and changing share."""

    model = Suggestion
    form_class = SuggestionForm
    list_url_name = "feedback:suggestion_board"


class SuggestionCreateView(SuggestionFormView):
    """`?response=` begins with what a customer answered, `?contact=` with a customer."""

    verb = Verb.ADD
    heading = "New suggestion"
    submit_label = "Write it down"
    done = "Written down: {record}."

    def get_initial(self) -> dict[str, Any]:
        response, found = self.response, {"owner": self.request.user.pk}
        if response is None:
            asked = key_in(self.request.GET.get("contact", ""))
            return found | ({"contact": asked} if asked else {})
        words = "" if hides(self.request.user, "feedback.response.comment") else response.comment
        about = {"touch_point": response.touch_point_id, "product": response.product_id}
        return found | about | {"contact": response.contact_id, "words": words}

    @property
    def response(self) -> Response | None:
        asked = key_in(self.request.GET.get("response", ""))
        return get_object_or_404(Response.objects.visible_to(self.request.user), pk=asked) if asked else None

    def save(self, form: SuggestionForm) -> Suggestion:
        response, contact = self.response, form.cleaned_data.get("contact")
        is_theirs = response is not None and contact is not None and response.contact_id == contact.pk
        return actions.suggest(
            actor=self.request.user,
            fields=form.suggestion_fields,
            contact=contact,
            words=form.cleaned_data.get("words") or "",
            response=response if is_theirs else None,
            source=IdeaSource.ANSWER if is_theirs else IdeaSource.HAND,
        )


class SuggestionUpdateView(SuggestionFormView):
    verb = Verb.CHANGE
    heading = "Edit: {record}"

    def save(self, form: SuggestionForm) -> Suggestion:
        return actions.change_suggestion(
            actor=self.request.user, suggestion=self.record, version=form.cleaned_data["version"],
            fields=form.suggestion_fields,
        )  # fmt: skip


class SuggestionMoveView(BoardMovePage):
    """What becomes of it; `?state=` marks one."""

    model = Suggestion
    form_class = MoveForm
    verb = Verb.CHANGE
    heading = "What becomes of “{record}”?"
    lane = "state"

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("state", "")
        return {"state": asked, "tells": True} if asked in IdeaState.values else {}

    def save(self, form: MoveForm) -> Suggestion:
        user, version = self.request.user, form.cleaned_data["version"]
        suggestion = actions.move_suggestion(
            actor=user, suggestion=self.record, state=form.cleaned_data["state"], fields=form.moved,
            version=self.record.version if version is None else version,
        )  # fmt: skip
        self.done = spoken(
            self.request, "“%(suggestion)s”: %(state)s.", suggestion=suggestion,
            state=lambda: in_sentence(suggestion.get_state_display()),
        )  # fmt: skip
        if form.cleaned_data["tells"]:
            told = actions.tell_customers(actor=user, suggestion=suggestion)
            self.done = Typed(f"{self.done} {_written_to(self.request, told)}")
        return suggestion


class VoteCreateView(PartFormPage):
    """Another customer asks for it."""

    model = SuggestionVote
    whole_model = Suggestion
    verb = Verb.VIEW
    form_class = VoteForm
    heading = "Who asks for “{record}”?"
    submit_label = "Add"
    done = "Added."

    def save(self, form: VoteForm) -> SuggestionVote:
        return actions.add_vote(
            actor=self.request.user, suggestion=self.whole, contact=form.cleaned_data["contact"],
            words=form.cleaned_data.get("words") or "",
        )  # fmt: skip


class VoteRemoveView(ActionView):
    """Takes the customer who is sent as `contact` off it."""

    model = Suggestion
    done = "Taken off."

    def act(self, record: Suggestion) -> None:
        contacts = Contact.objects.visible_to(self.request.user)
        contact = contacts.filter(pk=key_in(self.request.POST.get("contact", "")) or 0).first()
        if contact is not None:
            actions.remove_vote(actor=self.request.user, suggestion=record, contact=contact)


class SuggestionTellView(ActionView):
    """Writes to who asked for it and was not told yet."""

    model = Suggestion

    def act(self, record: Suggestion) -> None:
        told = actions.tell_customers(actor=self.request.user, suggestion=record)
        self.done = _written_to(self.request, told) if told else _("There is nobody more to be written to.")


def _written_to(request: HttpRequest, count: int) -> str:
    return spoken(request, "%(customers)s written to.", customers=lambda: plural(count, "customer"))
