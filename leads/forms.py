"""What people type about leads, parsed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.choices import CallOutcome, Channel, Direction
from contacts.countries import country_code
from contacts.forms import check_phone
from crm.access import scope_of, team_ids_of
from crm.choices import Scope, Verb
from crm.company import company_today
from crm.conflicts import opened_state
from crm.customfields.forms import CustomFieldsForm
from crm.fields import RecordField, SectionedForm, TagsField
from crm.models import Team, User
from crm.templatetags.figures import full_day
from leads.choices import LeadStatus, LostReason
from leads.models import Lead
from orders.models import Product

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
KNOWN_SOURCES = 30
STANDING = "Status"
FOLLOW_UPS = (("", "no follow-up"), ("1", "tomorrow"), ("3", "in 3 days"), ("7", "in a week"), ("30", "in a month"))


NAMED_BY = ("name", "first_name", "last_name", "organization", "email", "phone")
WHO = "Who is it? A name, an organization, an e-mail address or a number is needed."


def people_to_give(user: User, record: Lead | None) -> QuerySet[User]:
    """Whom a person may put in charge: everybody, those of the own team, or only themselves; and who is so now."""
    scope = scope_of(user, Lead, Verb.CHANGE if record else Verb.ADD)
    people = User.objects.visible_to(user)
    kept = Q(pk=record.owner_id if record else None)
    if scope == Scope.ALL:
        return people.filter(Q(is_active=True) | kept)
    allowed = Q(pk=user.pk) | kept
    return people.filter(allowed | Q(team__in=team_ids_of(user)) if scope == Scope.TEAM else allowed)


def teams_to_give(user: User, record: Lead | None) -> QuerySet[Team]:
    """Teams that a person may put in charge: all, or the own one and those below it; and the one it has now."""
    if scope_of(user, Lead, Verb.CHANGE if record else Verb.ADD) == Scope.ALL:
        return Team.objects.visible_to(user)
    keys = [*team_ids_of(user), record.team_id if record else None]
    return Team.objects.visible_to(user).filter(pk__in=[key for key in keys if key])


class LeadForm(CustomFieldsForm, forms.ModelForm):
    """A lead as it came in. The first four fields are all that a quick capture needs."""

    custom_model = "leads.lead"
    layout = (
        ("", (("first_name", "last_name"), ("email", "source"), ("phone", "organization"))),
        ("What they want", (("product", "market"), ("message",))),
        ("Where they are", (("city", "postal_code"), ("country", "language"), ("industry", "tags"))),
        ("Where they come from", (("list_kind", "list_name"), ("campaign",), ("utm_source", "utm_medium"),
                                  ("utm_campaign", "utm_term"), ("utm_content", "external_id"))),
        ("In charge", (("owner", "team"),)),
    )  # fmt: skip

    product = RecordField(
        queryset=Product.objects.none(), url_name="orders:product_options", required=False, label="Interest"
    )
    tags = TagsField(required=False, help_text="Between commas.")
    phone = forms.CharField(max_length=60, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Lead
        fields = (
            "name", "first_name", "last_name", "email", "source", "phone", "organization", "product", "market",
            "message", "city", "postal_code", "country", "language", "industry", "tags", "list_kind", "list_name",
            "campaign", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "external_id",
            "owner", "team",
        )  # fmt: skip
        labels = {"list_kind": "Came from a", "message": "What they wrote", "external_id": "External id"}
        widgets = {"message": forms.Textarea(attrs={"rows": 3}), "name": forms.HiddenInput()}

    def __init__(self, *, user: User, record: Lead | None, initial: dict[str, Any], data: Any = None) -> None:
        self.user, self.record = user, record
        mine = {"owner": user.pk, "team": user.team_id} if record is None else {}
        version = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**mine, **version, **initial})
        self.fields["name"].required = False
        products = Product.objects.visible_to(user).current()
        cast(RecordField, self.fields["product"]).reach(
            products, record.product_id if record else None, "a product you cannot see"
        )
        self._offer("owner", people_to_give(user, record))
        self._offer("team", teams_to_give(user, record))
        if record and not Lead.objects.in_charge_of(user, Verb.CHANGE).filter(pk=record.pk).exists():
            for name in ("owner", "team"):
                self.fields[name].disabled = True
        if record is None and scope_of(user, Lead, Verb.ADD) == Scope.OWN:
            self.fields["owner"].required = True
        for name, attrs in (
            ("first_name", {"autofocus": True}), ("source", {"list": "lead-sources"}), ("email", {"type": "email"}),
        ):  # fmt: skip
            self.fields[name].widget.attrs.update(attrs)
        self.add_custom_fields(user, record)

    def clean_phone(self) -> str:
        text: str = self.cleaned_data["phone"].strip()
        if text and (not self.record or text != self.record.phone):
            try:
                check_phone(text)
            except ValidationError as error:
                raise ValidationError(
                    "This is not a phone number; write it with its country, such as +44 113 496 0188."
                ) from error
        return text

    def clean_email(self) -> str:
        """An address; what a file brought stays as it is until it is touched."""
        typed = str(self.cleaned_data["email"]).strip()
        if typed and "email" in self.changed_data:
            validate_email(typed)
        return typed

    def clean_country(self) -> str:
        """Two letters where the name is known, else as typed."""
        typed = str(self.cleaned_data["country"]).strip()
        return country_code(typed) or typed if typed else ""

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"]).strip().lower()

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name, getattr(self.record, name, "")) for name in NAMED_BY):
            shown = (name for name in NAMED_BY[1:] if name in self.fields and name not in self.hidden_names)
            self.add_error(next(shown, None), WHO)
        typed = " ".join(part for part in (cleaned.get("first_name"), cleaned.get("last_name")) if part)
        if typed and {"first_name", "last_name"} & set(self.changed_data):
            cleaned["name"] = typed
        return cleaned

    @property
    def lead_fields(self) -> dict[str, Any]:
        """The cleaned values of the lead's own fields."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}

    def _offer(self, name: str, rows: QuerySet[Any]) -> None:
        field = cast(forms.ModelChoiceField, self.fields[name])
        field.queryset, field.empty_label = rows, "nobody" if name == "owner" else "no team"


class TouchForm(SectionedForm, forms.Form):
    """A call, a mail, a meeting with a lead; what was said, what came of it, and when to go on."""

    channel = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (Channel.PHONE, Channel.EMAIL, Channel.MEETING, Channel.CHAT)],
        initial=Channel.PHONE,
        label="How",
    )
    direction = forms.ChoiceField(
        choices=[(Direction.OUTBOUND, "we to them"), (Direction.INBOUND, "they to us")],
        initial=Direction.OUTBOUND,
        label="Who",
    )
    outcome = forms.ChoiceField(choices=[("", "–"), *CallOutcome.choices], required=False)
    text = forms.CharField(
        max_length=20_000,
        required=False,
        label="What was said",
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "What was said? The first line becomes the title."}),
    )
    follow_up = forms.ChoiceField(choices=FOLLOW_UPS, required=False, label="Follow-up")

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        self.user, self.lead = user, lead
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("text") and not cleaned.get("outcome"):
            raise ValidationError("Say what came of it, or what was said.")
        return cleaned

    @property
    def touch(self) -> dict[str, Any]:
        given = self.cleaned_data
        first, _, rest = given["text"].strip().partition("\n")
        title = first[:200] or f"{Channel(given['channel']).label}: {given['outcome']}"
        body = rest.strip() if len(first) <= 200 else given["text"]
        return {
            "channel": given["channel"],
            "direction": given["direction"],
            "outcome": given["outcome"],
            "subject": title,
            "body": body,
        }

    @property
    def task_fields(self) -> dict[str, Any] | None:
        """The follow-up as a task of the person; None where none is wanted."""
        days = self.cleaned_data["follow_up"]
        if not days:
            return None
        due = timezone.localdate() + dt.timedelta(days=int(days))
        return {"kind": "call", "title": f"Go on with {self.lead.name}"[:200], "due_on": due}


class MoveForm(SectionedForm, forms.Form):
    """Not yet, until a day; or not pursued, for a reason."""

    layout = (("", (("status",), ("recycle_on", "lost_reason"), ("reason",))),)
    status = forms.ChoiceField(
        label="",
        choices=[
            (LeadStatus.WORKING, "Work on it"),
            (LeadStatus.NURTURING, "Not yet: come back on a day"),
            (LeadStatus.DISQUALIFIED, "Not pursued"),
        ],
        widget=forms.RadioSelect(),
    )
    recycle_on = forms.DateField(required=False, label="Comes back on", widget=DAY)
    lost_reason = forms.ChoiceField(choices=[("", "–"), *LostReason.choices], required=False, label="Why")
    reason = forms.CharField(max_length=200, required=False, label="In your words")

    def __init__(self, *, user: User, record: Lead, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        self.lead = record
        known: dict[str, Any] = {"status": LeadStatus.NURTURING, "lost_reason": record.lost_reason}
        known["recycle_on"] = record.recycle_on or company_today() + dt.timedelta(days=90)
        if record.status == LeadStatus.DISQUALIFIED:
            known["status"] = record.status
        super().__init__(data, initial=known | (initial or {}))

    def further_state(self) -> dict[str, list[str]]:
        return standing_of(self.lead, self.data)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        status = cleaned.get("status")
        if status == LeadStatus.NURTURING:
            if not cleaned.get("recycle_on") and "recycle_on" not in self.errors:
                self.add_error("recycle_on", "On which day is it worked on again?")
            elif cleaned.get("recycle_on") and cleaned["recycle_on"] <= company_today():
                self.add_error("recycle_on", "Choose a day that lies ahead.")
        if status == LeadStatus.DISQUALIFIED and not cleaned.get("lost_reason"):
            self.add_error("lost_reason", "Why is it not pursued?")
        return cleaned

    @property
    def move(self) -> dict[str, Any]:
        given = self.cleaned_data
        is_not_yet, is_lost = given["status"] == LeadStatus.NURTURING, given["status"] == LeadStatus.DISQUALIFIED
        return {
            "status": given["status"],
            "reason": given["reason"],
            "recycle_on": given["recycle_on"] if is_not_yet else None,
            "lost_reason": given["lost_reason"] if is_lost else "",
        }


class ScoreForm(SectionedForm, forms.Form):
    """A score by hand; empty lets the rules and the model speak again."""

    layout = (("", (("score",),)),)
    score = forms.IntegerField(
        min_value=0, max_value=100, required=False, help_text="0 to 100; empty: as the rules and the model say."
    )

    def __init__(self, *, user: User, record: Lead, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        super().__init__(data, initial={"score": record.hand_score, **(initial or {})})


def standing_of(lead: Lead, data: Mapping[str, Any]) -> dict[str, list[str]]:
    """Where a lead stands, for who means to move it while somebody else does; of what was sent, where it stood then."""
    then = opened_state(data).get(STANDING)
    until = f" until {full_day(lead.recycle_on)}" if lead.recycle_on else ""
    why = f": {lead.get_lost_reason_display().lower()}" if lead.lost_reason else ""
    return {STANDING: then or [f"{lead.get_status_display()}{until}{why}"]}


def known_sources(user: User) -> Sequence[str]:
    """Sources that leads came from before, for the field that asks for one."""
    rows = Lead.objects.visible_to(user).exclude(source="").order_by().values_list("source", flat=True)
    recent = rows.order_by("-created_at")[:500]
    return list(dict.fromkeys(recent))[:KNOWN_SOURCES]
