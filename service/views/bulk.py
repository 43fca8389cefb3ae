"""What is done with many chosen tickets of the list."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from crm.bulk.choosing import CannotChoose, Choice
from crm.filtering.counting import count_rows
from crm.jobs import finish_now
from crm.languages.telling import spoken_refusal
from crm.models import JobRun, User
from crm.once import MadeAlready, new_token, once
from crm.templatetags.figures import plural
from crm.views.bulk import BulkChangeView
from crm.views.forms import REFUSED
from service.actions.many import KIND, MACRO, STEPS, start_steps
from service.models import Macro, Ticket


class MacroChoice(forms.Form):
    """Which macro."""

    macro = forms.ModelChoiceField(
        queryset=Macro.objects.none(), empty_label=None,
        help_text="What it says is sent to each of them, with the fields of their ticket.",
    )  # fmt: skip

    def __init__(self, *, user: User, data: Any = None) -> None:
        super().__init__(data)
        rows = Macro.objects.visible_to(user).in_use().order_by("-used_count", "name")
        cast(forms.ModelChoiceField, self.fields["macro"]).queryset = rows


class TicketBulkView(BulkChangeView):
    """Changes the chosen tickets, or does one step for each of them."""

    model = Ticket

    def context(self, data: Any, choice: Choice, rows: Any) -> dict[str, Any]:
        step = data.get("op", "")
        if step not in STEPS:
            return super().context(data, choice, rows)
        count, writable = count_rows(rows), count_rows(choice.writable(self.request.user))
        return {
            "op": step,
            "title": STEPS[step],
            "choice": choice,
            "announced": plural(count.value, "ticket") if count.is_exact else f"{count} tickets",
            "is_less": (writable.value, writable.is_exact) != (count.value, count.is_exact),
            "writable": writable,
            "fields": [],
            "widget": MacroChoice(user=self.request.user)["macro"] if step == MACRO else None,
            "action": self.request.path,
            "form_token": data.get("form_token") or new_token(),
            "next": data.get("next", ""),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        step, made, macro = request.POST.get("op", ""), list[JobRun](), None
        if step not in STEPS:
            return super().post(request)
        if step == MACRO:
            form = MacroChoice(user=self.request.user, data=request.POST)
            if not form.is_valid():
                return self.show("Choose a macro that is in use.", REFUSED)
            macro = form.cleaned_data["macro"]

        def make() -> str:
            choice = Choice.read(self.label, request.POST)
            announced = request.POST.get("announced", "")[:60]
            made.append(
                start_steps(actor=self.request.user, choice=choice, step=step, macro=macro, announced=announced)
            )
            return made[0].get_absolute_url()

        try:
            url = once(user=self.request.user, data=request.POST, make=make)
        except MadeAlready as error:
            return self.lead(error.url)
        except CannotChoose as error:
            return self.show(str(error), REFUSED)
        except ValidationError as error:
            return self.show(spoken_refusal(self.request, error), REFUSED)
        return self.answer(url, made[0] if made else None)

    def answer(self, url: str, job: JobRun | None) -> HttpResponse:
        if job is None or job.kind != KIND:
            return super().answer(url, job)
        if not self.is_small() or not finish_now(job):
            return self.lead(url)
        job.refresh_from_db()
        messages.success(self.request, sentence_of(job.result["done"], job.result["left"]))
        back = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {self.request.get_host()})
        return self.lead(back if is_ours else reverse("service:ticket_list"))


def sentence_of(count: int, left: dict[str, int]) -> str:
    """`Done for 12 tickets. 3 tickets left out: This ticket has no e-mail address…`."""
    said = f"Done for {plural(count, 'ticket')}."
    for why, number in left.items():
        said += f" {plural(number, 'ticket')} left out: {why[:1].lower()}{why[1:]}"
    return said
