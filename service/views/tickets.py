"""The list of tickets, a ticket's page, its form and its steps."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext_noop as _
from django.views import View

from contacts.composing.views import FileAddView
from crm.access import veil
from crm.catalogue import unseen_words
from crm.choices import Verb
from crm.customfields.showing import fact_lines
from crm.field_rights import mask
from crm.hanging import text_key_of
from crm.models import User
from crm.primary_keys import key_in
from crm.requests import SignedInRequest
from crm.views.base import ActionView
from crm.views.cells import CellEditView
from crm.views.facts import FactPage
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from service import actions
from service.channels.replies import chat_of
from service.choices import PRIORITY_TONES, STATE_TONES
from service.forms import MergeForm, TicketForm
from service.layouts import FORM
from service.models import Ticket
from service.queries import beside, conversation_of, other_tickets, read_ticket, search_tickets, ties_of, watchers_of

MOST_OPTIONS = 20
BESIDE = (("mine", "Mine"), ("queue", "Queue"), ("free", "Nobody's"))
FACTS: dict[str, tuple[str, ...]] = {
    "subject": ("subject",),
    "contact": ("contact",),
    "requester_email": ("requester_name", "requester_email"),
    "organization": ("organization",),
    "owner": ("owner", "team"),
    "queue": ("queue",),
    "priority": ("priority",),
    "kind": ("kind",),
    "product": ("product", "registration"),
    "language": ("language",),
    "tags": ("tags",),
    "channel": ("channel", "source"),
    "external_id": ("external_id",),
}


class TicketListView(ListPage):
    model = Ticket
    heading = "Tickets"
    name_column = "subject"
    default_sort = "-opened_at"
    template_name = "service/ticket_list.html"
    search = staticmethod(search_tickets)
    search_hint = "Subject, number, customer or e-mail"
    phone = {"state": "cell-end", "customer": "cell-secondary", "waiting_since": "cell-secondary-end"}
    new_url_name = "service:ticket_create"
    new_label = "New ticket"
    import_url_name = "crm:import_list"
    export_url_name = "service:ticket_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "service:ticket_bulk"
    further_bulk = (("macro", "Macro", ""), ("solve", "Solve", ""), ("close", "Close", ""))
    empty_title = "No tickets yet"
    empty_text = "What customers write to a mailbox for service stands here; or write down what you were told (n k)."

    def get_context_data(self) -> dict[str, Any]:
        """With short ways to what is at hand; the open one is marked."""
        ways = (
            ("Unsolved", "at_hand=unsolved"),
            ("Mine", f"at_hand=unsolved&owner={self.request.user.pk}"),
            ("Nobody’s", "at_hand=free"),
            ("Late", "at_hand=late"),
            ("Waits for us", "at_hand=waits"),
            ("Waits for them", "at_hand=theirs"),
            ("All", ""),
        )
        path, asked = self.request.path, self.request.GET.urlencode()
        shown = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in ways]
        return super().get_context_data() | {"ways": shown}


class TicketExportView(ListExport, TicketListView):
    """The list's rows as a file."""


class TicketCellView(CellEditView):
    """Changes one cell of the list."""

    model = Ticket
    list_url_name = "service:ticket_list"


class TicketDetailView(RecordPage):
    """Three panes: the tickets beside it, what was said, who the customer is. `?in=` names the list beside it."""

    model = Ticket
    template_name = "service/ticket_detail.html"
    own_tab = ("", _("Conversation"))

    def read_record(self, key: int) -> Ticket:
        ticket = read_ticket(self.request.user, key)
        if ticket is None:
            raise Http404
        return ticket

    def get_context_data(self) -> dict[str, Any]:
        ticket, user = self.record, self.request.user
        context = super().get_context_data()
        if not self.tab:
            talk = conversation_of(ticket)
            chat = chat_of(ticket)
            reply_to = str(chat[1]) if chat is not None else ticket.requester_email
            context |= {"talk": talk, "seen": talk.newest, "record_key": text_key_of(ticket), "reply_to": reply_to}
        if self.is_tab_alone:
            return context
        return context | {
            "state_tone": STATE_TONES.get(ticket.state, "neutral"),
            "priority_tone": PRIORITY_TONES.get(ticket.priority, ""),
            "own_facts": fact_lines(user, ticket),
            "others": other_tickets(user, ticket),
            **self._tied(ticket),
            **self._beside(ticket),
        }

    def _tied(self, ticket: Ticket) -> dict[str, Any]:
        """Linked tickets, and how many of them are unsolved incidents of this one; who watches it."""
        user, watchers = self.request.user, watchers_of(ticket)
        ties = ties_of(ticket, user)
        incidents = [one for one in ties if one.is_incident and one.ticket.is_unsolved]
        for tie in ties:
            mask(user, tie.ticket)
        return {
            "ties": ties,
            "incidents": len(incidents),
            "watchers": [one.name for one in watchers],
            "is_watched": user.pk in {one.pk for one in watchers},
        }

    def _beside(self, ticket: Ticket) -> dict[str, Any]:
        """The narrow list, and the tickets before and after this one in it."""
        asked = self.request.GET.get("in", "")
        which = asked if asked in dict(BESIDE) else "mine" if ticket.owner_id == self.request.user.pk else "queue"
        rows = list(beside(self.request.user, ticket, which))
        veil(self.request.user, rows, unseen_words("service.ticket"))
        for row in rows:
            mask(self.request.user, row)
        keys = [row.pk for row in rows]
        place = keys.index(ticket.pk) if ticket.pk in keys else -1
        after = rows[place + 1] if place + 1 < len(rows) else None
        return {
            "which": which,
            "lists": BESIDE,
            "beside": rows,
            "after": after if after is None or after.pk != ticket.pk else None,
            "before": rows[place - 1] if place > 0 else None,
        }


class TicketFormView(FormPage):
    """What opening and changing a ticket share."""

    model = Ticket
    form_class = TicketForm
    layout_place = FORM.name
    list_url_name = "service:ticket_list"


class TicketCreateView(TicketFormView):
    verb = Verb.ADD
    heading = "New ticket"
    submit_label = "Open the ticket"
    done = "{record.number} is open."

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("contact", "")
        return {"contact": asked} if asked.isdecimal() else {}

    def save(self, form: TicketForm) -> Ticket:
        return actions.open_ticket(
            actor=self.request.user, fields=form.ticket_fields, body=form.first_words, custom=form.custom
        )


def _saved(user: User, ticket: Ticket, form: TicketForm) -> Ticket:
    return actions.change_ticket(
        actor=user,
        ticket=ticket,
        version=form.cleaned_data["version"],
        fields=form.ticket_fields,
        custom=form.custom,
    )


class TicketUpdateView(TicketFormView):
    verb = Verb.CHANGE
    heading = "Edit {record.number}"
    done = "Saved {record.number}."

    def save(self, form: TicketForm) -> Ticket:
        return _saved(self.request.user, self.record, form)


class TicketFactView(FactPage, TicketFormView):
    """`?fact=` names it."""

    heading = "Edit {record.number}"
    done = "Saved {record.number}."

    facts = FACTS
    template_name = "service/_fact_form.html"

    def save(self, form: TicketForm) -> Ticket:
        return _saved(self.request.user, self.record, form)


class TicketFileView(FileAddView):
    """A file for the ticket."""

    model = Ticket


class TicketMergeView(FormPage):
    """Into which other ticket this one goes; `?into=` chooses one. Those of the same customer are offered."""

    model = Ticket
    form_class = MergeForm
    verb = Verb.CHANGE
    template_name = "service/merge_form.html"
    heading = "Merge {record.number}"
    submit_label = "Merge"
    done = "Merged: it goes on here."

    def get_initial(self) -> dict[str, Any]:
        return {"into": key_in(self.request.GET.get("into", ""))}

    def get_context_data(self, form: Any) -> dict[str, Any]:
        others = [one for one in other_tickets(self.request.user, self.record) if not one.is_merged]
        return super().get_context_data(form) | {"others": others}

    def save(self, form: MergeForm) -> Ticket:
        return actions.merge_ticket(actor=self.request.user, ticket=self.record, into=form.cleaned_data["into"])


class TicketStepView(ActionView):
    """What the steps of a ticket share."""

    request: SignedInRequest
    model = Ticket


class TicketTakeView(TicketStepView):
    done = "{record.number} is yours."

    def act(self, record: Ticket) -> None:
        actions.take_ticket(actor=self.request.user, ticket=record)


class TicketSolveView(TicketStepView):
    done = "{record.number} is solved."

    def act(self, record: Ticket) -> None:
        actions.solve_ticket(actor=self.request.user, ticket=record)


class TicketReopenView(TicketStepView):
    done = "{record.number} is open again."

    def act(self, record: Ticket) -> None:
        actions.reopen_ticket(actor=self.request.user, ticket=record)


class TicketCloseView(TicketStepView):
    done = "{record.number} is closed. What the customer writes from now on is a new ticket."

    def act(self, record: Ticket) -> None:
        actions.close_ticket(actor=self.request.user, ticket=record)


class TicketUnmergeView(TicketStepView):
    done = "{record.number} stands alone again."

    def act(self, record: Ticket) -> None:
        actions.unmerge_ticket(actor=self.request.user, ticket=record)


class TicketOptionsView(View):
    """Tickets for a select field: `?q=` words or a number; at most 20, the newest first."""

    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        text = request.GET.get("q", "").replace("\0", "")[:200]
        rows = search_tickets(Ticket.objects.visible_to(self.request.user), text, self.request.user)
        found = rows.order_by("-opened_at", "-pk").values_list("pk", "subject")[:MOST_OPTIONS]
        return JsonResponse({"options": [{"value": str(pk), "text": f"#{pk} {subject}"} for pk, subject in found]})
