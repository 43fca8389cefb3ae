"""The pages of customers who ended."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_noop as _

from crm.choices import Verb
from crm.company import company_today
from crm.languages.words import in_words
from crm.requests import SignedInRequest
from crm.templatetags.figures import number, percent, whole_money
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.parts import PartFormPage
from crm.views.records import RecordPage
from service.defectors import actions
from service.defectors.figures import DefectionFigures, defection_figures
from service.defectors.forms import AttemptForm, DefectionForm, ResultForm
from service.defectors.queries import after_this, attempts_of, search_defections
from service.defectors.specs import state_pill
from service.models import Defection, Ticket, WinBackAttempt

PERIODS = ((90, _("90 days")), (365, _("A year")), (1_095, _("Three years")))


class DefectionListView(ListPage):
    model = Defection
    heading = "Customers who ended"
    name_column = "customer"
    default_sort = "-ended_on"
    search = staticmethod(search_defections)
    search_hint = "Customer"
    phone = {"state": "cell-end", "reason": "cell-secondary", "worth_amount": "cell-secondary-end"}
    new_url_name = "service:defection_create"
    new_label = "Somebody ended"
    export_url_name = "service:defection_export"
    template_name = "service/defectors/defection_list.html"
    empty_title = "Nobody ended"
    empty_text = "Whose contract ends, who stops buying, or who says so in a ticket comes onto this list overnight."

    def get_context_data(self) -> dict[str, Any]:
        path, asked = self.request.path, self.request.GET.urlencode()
        ways = (
            ("To be asked", "state=open&sort=-worth_amount"),
            ("Tried", "state=tried&sort=-worth_amount"),
            ("Won back", "state=won"),
            ("All", ""),
        )
        shown = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in ways]
        return super().get_context_data() | {"ways": shown}


class DefectionExportView(ListExport, DefectionListView):
    """The list's rows as a file."""


class DefectionDetailView(RecordPage):
    model = Defection
    template_name = "service/defectors/defection_detail.html"
    own_tab = ("attempts", _("Attempts"))

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "owner", "subscription")

    def get_context_data(self) -> dict[str, Any]:
        defection = cast(Defection, self.record)
        return super().get_context_data() | {
            "state_pill": state_pill(defection),
            "attempts": attempts_of(defection),
            "said_in": Ticket.objects.visible_to(self.request.user).filter(pk=defection.ticket_id or 0).first(),
            "after": after_this(self.request.user, defection) if defection.worth_amount is not None else None,
        }


class DefectionFormView(FormPage):
    """What writing down and changing share."""

    model = Defection
    form_class = DefectionForm
    list_url_name = "service:defection_list"


class DefectionCreateView(DefectionFormView):
    """`?ticket=` takes the customer of a ticket, in which they said so; `?contact=` the customer alone."""

    verb = Verb.ADD
    heading = "A customer ended"
    submit_label = "Put on the list"
    done = "{record} is on the list."

    def get_initial(self) -> dict[str, Any]:
        ticket, asked = self.ticket, self.request.GET.get("contact", "")
        contact = str(ticket.contact_id or "") if ticket else asked
        found = {"contact": contact} if contact.isdecimal() and len(contact) < 19 else {}
        return {"ended_on": company_today(), "owner": self.request.user.pk, **found}

    @property
    def ticket(self) -> Ticket | None:
        asked = self.request.GET.get("ticket", "")
        if not (asked.isdecimal() and len(asked) < 19):
            return None
        return get_object_or_404(Ticket.objects.visible_to(self.request.user), pk=int(asked))

    def save(self, form: DefectionForm) -> Defection:
        contact, ticket = form.cleaned_data["contact"], self.ticket
        is_theirs = ticket is not None and ticket.contact_id == contact.pk
        return actions.note_defection(
            actor=self.request.user, contact=contact, fields=form.defection_fields, ticket=ticket if is_theirs else None
        )


class DefectionUpdateView(DefectionFormView):
    verb = Verb.CHANGE
    heading = "Edit: {record}"
    done = "Saved."

    def save(self, form: DefectionForm) -> Defection:
        return actions.change_defection(
            actor=self.request.user, defection=self.record, version=form.cleaned_data["version"],
            fields=form.defection_fields,
        )  # fmt: skip


class AttemptCreateView(PartFormPage):
    """Adds an attempt to win a customer back."""

    model = WinBackAttempt
    whole_model = Defection
    form_class = AttemptForm
    heading = "Win back: {record}"
    submit_label = "Write it down"
    done = "Written down."

    def save(self, form: AttemptForm) -> WinBackAttempt:
        return actions.try_to_win_back(actor=self.request.user, defection=self.whole, fields=form.attempt_fields)


class DefectionSettleView(FormPage):
    """How it came out: nothing is typed over, the second to say is told what stands there."""

    model = Defection
    form_class = ResultForm
    verb = Verb.CHANGE
    heading = "Result: {record}"
    submit_label = "Save the result"
    done = "The result is saved."

    def save(self, form: ResultForm) -> Defection:
        version = form.cleaned_data["version"]
        return actions.settle_defection(
            actor=self.request.user, defection=self.record, state=form.cleaned_data["state"],
            version=self.record.version if version is None else version, reason=form.cleaned_data["reason"],
        )  # fmt: skip


class DefectionReopenView(ActionView):
    model = Defection
    done = "It is worked on again."

    def act(self, record: Defection) -> None:
        actions.reopen_defection(actor=self.request.user, defection=record)


class DefectionFiguresView(ScopedView):
    """Why they went and how it came out; `?days=` back from today."""

    model = Defection
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 365
        found = defection_figures(self.request.user, since=company_today() - dt.timedelta(days=days))
        currency = self.request.company.currency
        context = {
            "found": found,
            "figures": _cards(found, currency),
            "periods": PERIODS,
            "days": days,
            "currency": currency,
            "groups": (("Why they went", "Reason", found.by_reason), ("How we know", "Source", found.by_source),
                       ("Does trying help?", "", (found.tried, found.untried))),
        }  # fmt: skip
        return render(request, "service/defectors/figures.html", context)


def _cards(found: DefectionFigures, currency: str) -> list[dict[str, Any]]:
    whole = found.whole
    cards = [
        {
            "label": "Ended",
            "value": number(whole.count),
            "note": in_words("%(count)s without a result", count=number(whole.waiting)),
        },
        {
            "label": "Tried to win back",
            "value": number(whole.tried),
            "note": in_words("of %(count)s", count=number(whole.count)),
        },
    ]
    if whole.share is not None:
        low, high = whole.interval
        note = in_words(
            "of those won or lost; 95 %%: %(low)s to %(high)s, n = %(count)s",
            low=percent(low), high=percent(high), count=number(whole.settled),
        )  # fmt: skip
        cards.append({"label": "Won back", "value": percent(whole.share), "note": note})
    if whole.worth is not None:
        cards.append({"label": "Worth a year", "value": whole_money(whole.worth, currency), "note": "of all who ended"})
        cards.append({"label": "Of it back", "value": whole_money(whole.worth_won, currency), "note": "a year"})
    return cards
