"""What people type about tickets, parsed: the ticket, a reply, a note, a merge."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import scope_of, team_ids_of
from crm.choices import Scope, Verb
from crm.customfields.forms import CustomFieldsForm
from crm.fields import FilesField, RecordField, SectionedForm, TagsField
from crm.models import Team, User
from orders.models import Product, ProductRegistration
from service.choices import MARKETING_PS, TicketChannel, TicketState
from service.macros.queries import macro_named
from service.models import Macro, Queue, Ticket

LONGEST_TEXT = 50_000
MOST_FILES, LARGEST_FILES = 10, 15 << 20
LONGEST_WORDS = 80  # of a subject that nobody typed
UNSEEN_TICKET = "a ticket you cannot see"


class TicketForm(CustomFieldsForm, forms.ModelForm):
    """A ticket. `record` is the one to change, None for a new one, whose first message is `body`.

    Owner and team can only be given to those whom the person's own right reaches.
    """

    custom_model = "service.ticket"
    layout = (
        ("", (("contact", "channel"), ("subject",), ("body",), ("queue", "priority"), ("kind", "owner"))),
        (
            "More",
            (
                ("requester_name", "requester_email"),
                ("organization",),
                ("product", "registration"),
                ("language",),
                ("tags",),
                ("team", "source"),
                ("external_id",),
            ),
        ),
    )
    contact = RecordField(
        queryset=Contact.objects.none(), url_name="contacts:contact_options", required=False, label="Customer"
    )
    organization = RecordField(
        queryset=Contact.objects.none(), url_name="contacts:organization_options", required=False
    )
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    queue = forms.ModelChoiceField(queryset=Queue.objects.none(), required=False, empty_label=None)
    tags = TagsField(
        required=False,
        words=MARKETING_PS,
        help_text="Between commas. What a complaint is about: product, price, place, promotion, people, process, "
        "physical evidence.",
    )
    body = forms.CharField(
        label="What they said",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Ticket
        fields = (
            "contact",
            "channel",
            "subject",
            "queue",
            "priority",
            "kind",
            "owner",
            "requester_name",
            "requester_email",
            "organization",
            "product",
            "registration",
            "language",
            "tags",
            "team",
            "source",
            "external_id",
        )
        labels = {"channel": "Came by", "external_id": "External id"}

    def __init__(self, *, user: User, record: Ticket | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial={**self._initial_of(record, user), **initial})
        self.record = record
        contacts = Contact.objects.visible_to(user)
        people, firms = cast(RecordField, self.fields["contact"]), cast(RecordField, self.fields["organization"])
        people.reach(contacts, record.contact_id if record else None, UNSEEN_CONTACT)
        firms.reach(contacts.organizations(), record.organization_id if record else None, UNSEEN_ORGANIZATION)
        self._set_choices("product", Product.objects.visible_to(user))
        self._set_pieces(record, user)
        self._set_choices("queue", Queue.objects.visible_to(user))
        self._set_choices("owner", agents_to_give(user, record))
        self._set_choices("team", teams_to_give(user, record))
        if record:
            del self.fields["body"]
            if not Ticket.objects.in_charge_of(user, Verb.CHANGE).filter(pk=record.pk).exists():
                self.fields["owner"].disabled = self.fields["team"].disabled = True
        else:
            self.fields["owner"].required = scope_of(user, Ticket, Verb.ADD) == Scope.OWN
            self.fields["subject"].required = False
            self.fields["subject"].help_text = "Empty: the first words of what they said."
        if not Queue.objects.exists():
            del self.fields["queue"]
        self.add_custom_fields(user, record)

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean(self) -> dict[str, Any]:
        """Of what was said on the phone the first words are subject enough."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.record is None and not cleaned.get("subject") and "subject" not in self.errors:
            cleaned["subject"] = first_words(cleaned.get("body") or "")
            if not cleaned["subject"]:
                self.add_error("subject", "Say what it is about, or what they said.")
        return cleaned

    @property
    def ticket_fields(self) -> dict[str, Any]:
        """The cleaned values of the ticket's own fields."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        return {name: value for name, value in given.items() if name != "queue" or value is not None}

    @property
    def first_words(self) -> str:
        return cast(str, self.cleaned_data.get("body", ""))

    def _set_choices(self, name: str, rows: QuerySet[Any]) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _set_pieces(self, record: Ticket | None, user: User) -> None:
        """The registered pieces of the customer, where there are any."""
        rows = ProductRegistration.objects.visible_to(user).select_related("product")
        rows = rows.filter(contact=record.contact_id) if record and record.contact_id else rows.none()
        if record and record.registration_id:
            rows |= ProductRegistration.objects.filter(pk=record.registration_id)
        self._set_choices("registration", rows)

    @staticmethod
    def _initial_of(record: Ticket | None, user: User) -> dict[str, Any]:
        if record is not None:
            return {"version": record.version}
        first = Queue.objects.values_list("pk", flat=True).first()
        owner = user.pk if scope_of(user, Ticket, Verb.ADD) == Scope.OWN else None
        return {"channel": TicketChannel.PHONE, "queue": first, "owner": owner}


class ReplyForm(SectionedForm, forms.Form):
    """What the customer shall read, and how the ticket stands after it. `seen` is the newest message on the page."""

    layout = (("", (("text",), ("then",), ("attached",))),)
    text = forms.CharField(label="Reply", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}))
    then = forms.ChoiceField(
        label="After it, the ticket is",
        choices=[
            (TicketState.WAITING.value, "waiting for the customer"),
            (TicketState.SOLVED.value, "solved with this"),
            (TicketState.OPEN.value, "still open"),
        ],
        initial=TicketState.WAITING,
        required=False,
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())
    attached = FilesField(
        most=MOST_FILES, limit=LARGEST_FILES, required=False, label="Files", help_text="They go with the mail."
    )
    lacks_macro = False
    macro = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        self.record, self.user = record, user

    def see(self, message: int) -> None:
        """From now on this message has been before their eyes."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = str(message)
        self.data = data

    def clean_macro(self) -> Macro | None:
        """The macro by which it was written, if the person may use it."""
        key: str = self.cleaned_data["macro"]
        macro = macro_named(self.user, key)
        self.lacks_macro = bool(key) and macro is None
        return macro

    def clean(self) -> dict[str, Any]:
        """How the ticket stands after it: as it was said, else as the macro says, else waiting."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        macro = cleaned.get("macro")
        cleaned["then"] = cleaned.get("then") or (macro.then if macro else "") or TicketState.WAITING
        if self.lacks_macro:
            self._forget_macro()
            self.add_error(None, "This macro is not there any more: its changes are left out if you send again.")
        return cleaned

    def _forget_macro(self) -> None:
        data = cast(QueryDict, self.data).copy()
        data["macro"] = ""
        self.data = data


class NoteForm(SectionedForm, forms.Form):
    """What colleagues shall read, and the customer never."""

    layout = (("", (("text",),)),)
    text = forms.CharField(label="Note", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        self.record = record


class HeardForm(SectionedForm, forms.Form):
    """What the customer said by phone, at the desk, in a chat."""

    layout = (("", (("text",), ("channel",))),)
    text = forms.CharField(label="What they said", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}))
    channel = forms.ChoiceField(choices=TicketChannel.choices, initial=TicketChannel.PHONE, required=False)

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        self.record = record

    def clean_channel(self) -> str:
        return self.cleaned_data["channel"] or TicketChannel.PHONE


class MergeForm(SectionedForm, forms.Form):
    """Into which ticket."""

    layout = (("", (("into",),)),)
    into = RecordField(queryset=Ticket.objects.none(), url_name="service:ticket_options", label="Merge into")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Ticket, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial={"version": record.version, **initial})
        self.record = record
        rows = Ticket.objects.visible_to(user, Verb.CHANGE).exclude(pk=record.pk).filter(merged_into=None)
        cast(RecordField, self.fields["into"]).queryset = rows


def first_words(text: str) -> str:
    """A subject made of a text: its first line, shortened at a blank."""
    line = " ".join(next((one for one in text.splitlines() if one.strip()), "").split())
    return line if len(line) <= LONGEST_WORDS else f"{line[:LONGEST_WORDS].rsplit(' ', 1)[0]}…"


def agents_to_give(user: User, record: Ticket | None) -> QuerySet[User]:
    """To whom a person may give a ticket: everybody, those of the own team, or only themselves; and who has it now."""
    scope = scope_of(user, Ticket, Verb.CHANGE if record else Verb.ADD)
    now = Q(pk=record.owner_id if record else None)
    people = User.objects.visible_to(user)
    if scope == Scope.ALL:
        return people.filter(Q(is_active=True) | now)
    allowed = Q(pk=user.pk) | now
    return people.filter(allowed | Q(team__in=team_ids_of(user)) if scope == Scope.TEAM else allowed)


def teams_to_give(user: User, record: Ticket | None) -> QuerySet[Team]:
    """Teams to which a person may give a ticket: all, or the own one and those below it; and the one it has now."""
    if scope_of(user, Ticket, Verb.CHANGE if record else Verb.ADD) == Scope.ALL:
        return Team.objects.visible_to(user)
    keys = [*team_ids_of(user), record.team_id if record else None]
    return Team.objects.visible_to(user).filter(pk__in=[key for key in keys if key])
