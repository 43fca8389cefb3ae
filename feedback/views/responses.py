"""The list of answers and one response."""

from __future__ import annotations

from typing import Any

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.views.base import ActionView
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from feedback.actions import follow_up, tag_response
from feedback.choices import SevenP
from feedback.models import Answer, Response, Suggestion
from feedback.queries import answers_of, search_responses

WAYS = (
    ("All", ""),
    ("Detractors", "group=detractor"),
    ("Promoters", "group=promoter"),
    ("With a comment", "commented=yes"),
)


class ResponseListView(ListPage):
    model = Response
    heading = "Answers"
    name_column = "customer"
    default_sort = "-told_at"
    search = staticmethod(search_responses)
    search_hint = "Words of a comment, or a customer"
    phone = {"nps": "cell-end", "comment": "cell-secondary", "told_at": "cell-secondary-end"}
    template_name = "feedback/response_list.html"
    import_url_name = "crm:import_list"
    export_url_name = "feedback:response_export"
    empty_title = "No answers yet"
    empty_text = "What customers answer to your surveys stands here; answers of other tools come in by an import."

    def get_context_data(self) -> dict[str, Any]:
        path, asked = self.request.path, self.request.GET.urlencode()
        ways = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in WAYS]
        return super().get_context_data() | {"ways": ways}


class ResponseExportView(ListExport, ResponseListView):
    """The list's rows as a file."""


class ResponseDetailView(RecordPage):
    """What one customer answered, question by question."""

    model = Response
    template_name = "feedback/response_detail.html"
    verb = Verb.VIEW

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .select_related("survey", "contact", "touch_point", "product", "agent", "follow_up__owner")
        )

    def get_context_data(self) -> dict[str, Any]:
        hides_answers = bool({"value", "comment", "choice"} & hidden_fields(self.request.user, Answer))
        hidden = hidden_fields(self.request.user, Response)
        answers = [] if hides_answers else answers_of(self.record, without=hidden)
        return super().get_context_data() | {
            "answers": answers,
            "hides_answers": hides_answers,
            "ticket": self._ticket(),
            "may_suggest": can(self.request.user, Verb.ADD, Suggestion),
            "suggestions": Suggestion.objects.visible_to(self.request.user).filter(given__response=self.record),
            "tags": [(tag.value, tag.label, tag.value in (self.record.tags or ())) for tag in SevenP],
        }

    def _ticket(self) -> Any:
        """The ticket about it, for who may see that."""
        ticket = self.record.follow_up
        return ticket if ticket is not None and can(self.request.user, Verb.VIEW, ticket) else None


class FollowUpView(ActionView):
    """Opens a ticket about what was said, and leads there."""

    model = Response
    done = "This is the ticket about what they said."

    def act(self, record: Response) -> None:
        self.ticket = follow_up(actor=self.request.user, response=record)

    def get_success_url(self, record: Response) -> str:
        ticket = getattr(self, "ticket", None)
        may_see = ticket is not None and can(self.request.user, Verb.VIEW, ticket)
        return ticket.get_absolute_url() if ticket is not None and may_see else record.get_absolute_url()


class ResponseTagView(ActionView):
    """Says what the comment is about, in place of what was guessed."""

    model = Response
    done = "Kept: this is what the comment is about."

    def act(self, record: Response) -> None:
        tag_response(actor=self.request.user, response=record, tags=self.request.POST.getlist("tags"))
