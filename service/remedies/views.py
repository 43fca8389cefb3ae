"""The pages of compensation."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.languages.telling import spoken
from crm.languages.words import in_words
from crm.requests import SignedInRequest
from crm.templatetags.figures import day_and_time, money, number, percent
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.parts import PartFormPage
from crm.views.records import RecordPage
from service.models import Compensation, Ticket
from service.remedies import actions
from service.remedies.choices import RemedyState
from service.remedies.figures import Again, RemedyFigures, remedy_figures
from service.remedies.forms import CompensationForm, WordsForm
from service.remedies.limits import may_decide
from service.remedies.queries import ledger_of, scope_for, search_compensations
from service.remedies.specs import AMOUNT, state_pill

PERIODS = ((30, _("30 days")), (90, _("90 days")), (365, _("A year")))


class CompensationListView(ListPage):
    model = Compensation
    heading = "Compensation"
    name_column = "remedy"
    default_sort = "-added_on"
    search = staticmethod(search_compensations)
    search_hint = "Ticket or customer"
    phone = {"amount": "cell-end", "customer": "cell-secondary", "state": "cell-secondary-end"}
    export_url_name = "service:compensation_export"
    template_name = "service/remedies/compensation_list.html"
    empty_title = "Nothing was given yet"
    empty_text = "On a ticket's page, “Make it good” (m) gives a refund, a credit, a gift or points."

    def get_context_data(self) -> dict[str, Any]:
        path, asked = self.request.path, self.request.GET.urlencode()
        ways = (("Awaiting approval", "state=awaiting"), ("Granted", "state=granted"), ("All", ""))
        shown = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in ways]
        return super().get_context_data() | {"ways": shown}


class CompensationExportView(ListExport, CompensationListView):
    """The list's rows as a file."""


class CompensationDetailView(RecordPage):
    model = Compensation
    template_name = "service/remedies/compensation_detail.html"
    own_tab = ("ledger", _("Ledger"))

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("ticket", "contact", "asked_by", "decided_by")

    def get_context_data(self) -> dict[str, Any]:
        user, compensation = self.request.user, cast(Compensation, self.record)
        shows_money = not hides(user, AMOUNT)
        state = compensation.state_at(timezone.now())
        is_open = state == RemedyState.AWAITING
        may_change = can(user, Verb.CHANGE, compensation)
        can_decide = is_open and shows_money and may_decide(user, compensation)
        return super().get_context_data() | {
            "state_pill": state_pill(compensation),
            "entries": ledger_of(compensation),
            "shows_money": shows_money,
            "approvers": list(compensation.approvers.select_related("user")),
            "is_open": is_open,
            "can_decide": can_decide,
            "is_over": state == RemedyState.EXPIRED,
            "can_withdraw": is_open and may_change and not can_decide,
            "can_reverse": compensation.is_granted and shows_money and may_change,
            "scope": scope_for(user, compensation.contact_id) if shows_money else None,
        }


class CompensationCreateView(PartFormPage):
    """Gives something to the customer of a ticket, or asks whoever may."""

    model = Compensation
    whole_model = Ticket
    form_class = CompensationForm
    template_name = "service/remedies/compensation_form.html"
    heading = "Make it good: {record}"
    submit_label = "Give it"

    def save(self, form: CompensationForm) -> Compensation:
        compensation = actions.compensate(actor=self.request.user, ticket=self.whole, **form.given)
        if compensation.is_awaiting:
            names = ", ".join(one.user.name for one in compensation.approvers.select_related("user"))
            self.done = spoken(
                self.request,
                "This is beyond your limit. Asked to approve it until %(until)s: %(names)s.",
                until=lambda: day_and_time(cast(dt.datetime, compensation.decide_by)),
                names=names,
            )
        else:
            self.done = spoken(self.request, "%(compensation)s: given.", compensation=compensation)
        return compensation

    def get_context_data(self, form: Any) -> dict[str, Any]:
        user, contact = self.request.user, self.whole.contact_id
        is_shown = contact is not None and not hides(user, AMOUNT)
        scope = scope_for(user, contact) if is_shown else None
        return super().get_context_data(form) | {"scope": scope, "has_customer": contact is not None}


class DecisionPage(FormPage):
    """What these pages share: nothing of the record is typed over, so the second to decide is told what happened."""

    model = Compensation
    verb = Verb.CHANGE
    form_class = WordsForm
    list_url_name = "service:compensation_list"
    label = "Words"

    def make_form(self, data: Any = None) -> Any:
        form = super().make_form(data)
        form.fields["words"].label = self.label
        return form

    def act(self, **given: Any) -> Any:
        raise NotImplementedError

    def save(self, form: WordsForm) -> Any:
        version = form.cleaned_data["version"]
        return self.act(
            actor=self.request.user,
            compensation=self.record,
            version=self.record.version if version is None else version,
            words=form.cleaned_data["words"],
        )


class CompensationApproveView(DecisionPage):
    heading = "Approve: {record}"
    submit_label = "Approve"
    done = "Approved and given: {record}."
    label = "Words to who asked"

    def act(self, **given: Any) -> Compensation:
        return actions.approve_compensation(**given)


class CompensationRefuseView(DecisionPage):
    heading = "Do not approve: {record}"
    submit_label = "Refuse"
    done = "Not approved: {record}."
    label = "Why not?"

    def act(self, **given: Any) -> Compensation:
        return actions.refuse_compensation(**given)


class CompensationReverseView(DecisionPage):
    heading = "Take back: {record}"
    submit_label = "Take it back"
    done = "Taken back: {record}."
    label = "Why?"

    def act(self, **given: Any) -> Compensation:
        return actions.reverse_compensation(**given)


class CompensationWithdrawView(ActionView):
    model = Compensation
    done = "It is asked for no more."

    def act(self, record: Compensation) -> None:
        actions.withdraw_compensation(actor=self.request.user, compensation=record)


class CompensationFiguresView(ScopedView):
    """What it costs, and who bought again; `?days=` back from now."""

    model = Compensation
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 365
        found = remedy_figures(self.request.user, since=timezone.now() - dt.timedelta(days=days))
        context = {
            "found": found,
            "figures": _cards(found, self.request.company.currency),
            "periods": PERIODS,
            "days": days,
            "decided": [(RemedyState(state).label, count) for state, count in sorted(found.decided.items())],
            "back": [(label, one) for label, one in _back(found) if one is not None],
            "currency": self.request.company.currency,
        }
        return render(request, "service/remedies/figures.html", context)


def _back(found: RemedyFigures) -> list[tuple[str, Again | None]]:
    return [("Given something", found.again), ("Complaint solved without", found.without)]


def _cards(found: RemedyFigures, currency: str) -> list[dict[str, Any]]:
    decided = found.decided
    asked = sum(decided.values())
    note = in_words("%(count)s asked for beyond a limit", count=number(asked))
    cards = [{"label": "Given", "value": number(found.given.count), "note": note}]
    if found.given.cost is not None:
        cards.append({"label": "Cost", "value": money(found.given.cost, currency), "note": "in the company's currency"})
        if found.per_complaint is not None:
            note = in_words(
                "over %(count)s complaints, %(good)s made good",
                count=number(found.complaints), good=number(found.complaints_made_good),
            )  # fmt: skip
            cards.append({"label": "Cost per complaint", "value": money(found.per_complaint, currency), "note": note})
    late = decided.get(RemedyState.EXPIRED, 0)
    cards.append({"label": "Not decided in time", "value": number(late), "note": "nothing was given"})
    if found.again is not None and found.again.share is not None:
        low, high = found.again.interval
        note = in_words(
            "within %(days)s days; 95 %%: %(low)s to %(high)s, n = %(count)s",
            days=number(found.days), low=percent(low), high=percent(high), count=number(found.again.count),
        )  # fmt: skip
        cards.append({"label": "Bought again", "value": percent(found.again.share), "note": note})
    return cards
