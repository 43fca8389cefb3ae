"""What people type about links, a matter that is split off, and the incidents of a problem."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from crm.fields import RecordField, SectionedForm
from crm.models import User
from service.choices import LinkKind, Priority, TicketState
from service.forms import LONGEST_TEXT
from service.macros.filling import FIELDS
from service.models import Message, Queue, Ticket
from service.queries import family_of

KINDS = [(kind.value, f"{kind.label} …") for kind in (LinkKind.INCIDENT, LinkKind.DUPLICATE, LinkKind.RELATED)]


class LinkForm(SectionedForm, forms.Form):
    """Another ticket, and what this one is to it."""

    layout = (("", (("kind",), ("other",))),)
    kind = forms.ChoiceField(label="This ticket is", choices=KINDS, initial=LinkKind.INCIDENT)
    other = RecordField(queryset=Ticket.objects.none(), url_name="service:ticket_options", label="Ticket")

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        self.record = record
        cast(RecordField, self.fields["other"]).queryset = Ticket.objects.visible_to(user).exclude(pk=record.pk)


class SplitForm(SectionedForm, forms.Form):
    """The subject and the place of the new ticket; the message is chosen on the page of the first one."""

    layout = (("", (("subject",), ("queue", "priority"))),)
    subject = forms.CharField(max_length=300)
    queue = forms.ModelChoiceField(queryset=Queue.objects.none(), empty_label=None)
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.NORMAL)
    message = forms.ModelChoiceField(
        queryset=Message.objects.none(), widget=forms.HiddenInput(),
        error_messages={"required": "The customer has said nothing in this ticket that could be split off."},
    )  # fmt: skip

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        self.record = record
        cast(forms.ModelChoiceField, self.fields["queue"]).queryset = Queue.objects.visible_to(user)
        said = Message.objects.filter(ticket__in=family_of(record), kind="in")
        cast(forms.ModelChoiceField, self.fields["message"]).queryset = said

    @property
    def split_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("subject", "queue", "priority")}


class IncidentsForm(SectionedForm, forms.Form):
    """What all of them shall read, with fields, and how their tickets stand after it."""

    layout = (("", (("text",), ("then",))),)
    text = forms.CharField(
        label="Reply", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Fields are filled in for each of them: {{first_name|there}}.",
    )  # fmt: skip
    then = forms.ChoiceField(
        label="After it, the tickets are",
        choices=[
            (TicketState.SOLVED.value, "solved with this"),
            (TicketState.WAITING.value, "waiting for the customer"),
        ],
    )

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        self.record = record

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        FIELDS.check(text)
        return text
