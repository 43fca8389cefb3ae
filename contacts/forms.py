"""What people type about contacts, parsed: the record's form and the composer of an interaction."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet

from contacts.actions import ADDRESS_FIELDS, PointInput
from contacts.choices import Channel, ContactKind, Direction, PointKind
from contacts.countries import country_code
from contacts.markets.checking import check_required
from contacts.markets.queries import market_choices
from contacts.models import AcquiredList, Contact, Interaction
from contacts.normalising import normalise_phone
from contacts.queries import UNSEEN_ORGANIZATION
from crm.access import scope_of, team_ids_of
from crm.choices import Scope, Verb
from crm.company import company_today
from crm.customfields.forms import CustomFieldsForm
from crm.fields import LinesField, RecordField, TagsField
from crm.models import Team, Territory, User
from crm.once import new_token
from crm.reach import reach_of

POINT_FIELDS = {"emails": PointKind.EMAIL, "phones": PointKind.PHONE, "handles": PointKind.HANDLE}
PERSON_ONLY = ("first_name", "last_name", "organization", "birthday")
ORGANIZATION_ONLY = ("parent", "employees", "revenue")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST_LEVELS = 50


def check_phone(line: str) -> None:
    """Refuse a line without enough digits to be a number."""
    if len([sign for sign in normalise_phone(line) if sign.isdigit()]) < 3:
        raise ValidationError("this is not a phone number; write it with its country, such as +44 113 496 0188.")


class ContactForm(CustomFieldsForm, forms.ModelForm):
    """A person or an organization with its ways to be reached and its main address.

    `record` is the contact to change (its kind is fixed), None for a new one. Owner and team can only be given to
    those whom the person's own right reaches.
    """

    custom_model = "contacts.contact"
    layout = (
        ("", (("kind",),)),
        (
            "Name",
            (("name",), ("first_name", "last_name"), ("organization",), ("parent",), ("external_id", "created_on")),
        ),
        ("How to reach them", (("emails", "phones"), ("handles", "website"))),
        ("Address", (("street",), ("postal_code", "city"), ("region", "country"))),
        ("In charge", (("owner", "team"), ("territory",))),
        (
            "More",
            (
                ("markets", "tags"),
                ("industry", "birthday"),
                ("employees", "revenue"),
                ("potential",),
                ("source", "list_kind"),
                ("acquired_lists",),
                ("review_on", "review_days"),
            ),
        ),
    )

    name = forms.CharField(max_length=300, required=False)
    organization = RecordField(
        queryset=Contact.objects.none(), url_name="contacts:organization_options", required=False, label="Works at"
    )
    parent = RecordField(
        queryset=Contact.objects.none(), url_name="contacts:organization_options", required=False, label="Belongs to"
    )
    markets = forms.MultipleChoiceField(
        choices=market_choices, required=False, widget=forms.SelectMultiple(attrs={"data-pick": "many"})
    )
    acquired_lists = forms.ModelMultipleChoiceField(
        queryset=AcquiredList.objects.none(),
        required=False,
        label="On the lists",
        widget=forms.SelectMultiple(attrs={"data-pick": "many"}),
        help_text="Lists that they came with, gathered or bought.",
    )
    tags = TagsField(required=False, help_text="Between commas.")
    emails = LinesField(
        check=validate_email, required=False, label="E-mail", help_text="One a line, the main one first."
    )
    phones = LinesField(check=check_phone, required=False, label="Phone", help_text="One a line, the main one first.")
    handles = LinesField(required=False, label="Social handles", help_text="One a line.")
    street = forms.CharField(max_length=300, required=False)
    postal_code = forms.CharField(max_length=32, required=False)
    city = forms.CharField(max_length=150, required=False)
    region = forms.CharField(max_length=150, required=False)
    country = forms.CharField(max_length=80, required=False, help_text="The name or its two letters.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    opened_as = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Contact
        fields = (
            "kind",
            "name",
            "first_name",
            "last_name",
            "organization",
            "parent",
            "external_id",
            "created_on",
            "website",
            "owner",
            "team",
            "territory",
            "markets",
            "tags",
            "industry",
            "birthday",
            "employees",
            "revenue",
            "potential",
            "source",
            "list_kind",
            "review_on",
            "review_days",
        )
        labels = {"external_id": "External id", "created_on": "Customer since", "list_kind": "Came from a"}
        widgets = {"birthday": DAY, "created_on": DAY, "review_on": DAY, "kind": forms.RadioSelect()}

    def __init__(self, *, user: User, record: Contact | None, initial: dict[str, Any], data: Any = None) -> None:
        self.user, self.record = user, record
        super().__init__(data=data, instance=record, initial={**self._initial_of(record, user), **initial})
        reachable = Contact.objects.visible_to(user).organizations()
        for name in ("organization", "parent"):
            kept = getattr(record, f"{name}_id") if record else None
            cast(RecordField, self.fields[name]).reach(reachable, kept, UNSEEN_ORGANIZATION)
        self._set_choices("acquired_lists", AcquiredList.objects.visible_to(user))
        self._set_choices("owner", people_to_give(user, record))
        self._set_choices("team", teams_to_give(user, record))
        self._offer_territories(user, record)
        if record and not Contact.objects.in_charge_of(user, Verb.CHANGE).filter(pk=record.pk).exists():
            for name in ("owner", "team", "territory"):
                self.fields[name].disabled = True
        self.fields["kind"].label = ""
        self.add_custom_fields(user, record)
        if record:
            self._fix_kind(record.kind)
        if self._is_bound_to_self():
            self.fields["owner"].required = True

    def clean_country(self) -> str:
        """Two letters where the name is known, else as typed."""
        typed = str(self.cleaned_data["country"]).strip()
        return country_code(typed) or typed if typed else ""

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean_parent(self) -> Contact | None:
        """Refuse a parent that stands below this organization."""
        parent: Contact | None = self.cleaned_data["parent"]
        above, levels = parent, 0
        while above is not None and levels < MOST_LEVELS:
            if self.record and above.pk == self.record.pk:
                raise ValidationError("This organization stands above that one already.")
            above, levels = above.parent, levels + 1
        return parent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name") and "name" in cleaned:
            parts = (cleaned.get("first_name"), cleaned.get("last_name"))
            cleaned["name"] = " ".join(part for part in parts if part)
            if not cleaned["name"]:
                self.add_error("name", "Who is it? A name is needed.")
        check_required(self, cleaned, self.record)
        return cleaned

    @property
    def contact_fields(self) -> dict[str, Any]:
        """The cleaned values of the contact's own fields."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        if "territory" in given and not self.fields["territory"].disabled:
            return {**given, "is_placed_by_hand": given["territory"] is not None}
        return {name: value for name, value in given.items() if name != "territory"}

    @property
    def lists(self) -> list[AcquiredList] | None:
        """The lists that the contact came with; None where the form does not ask."""
        field = self.fields.get("acquired_lists")
        return None if field is None or field.disabled else list(self.cleaned_data["acquired_lists"])

    @property
    def points(self) -> list[PointInput]:
        return [PointInput(kind, line) for name, kind in POINT_FIELDS.items() for line in self.cleaned_data[name]]

    @property
    def address(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ADDRESS_FIELDS}

    def _fix_kind(self, kind: str) -> None:
        del self.fields["kind"]
        for name in ORGANIZATION_ONLY if kind == ContactKind.PERSON else PERSON_ONLY:
            del self.fields[name]

    def _is_bound_to_self(self) -> bool:
        """Whether this person may only make contacts of their own."""
        return self.record is None and scope_of(self.user, Contact, Verb.ADD) == Scope.OWN

    def _set_choices(self, name: str, rows: QuerySet[Any]) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _offer_territories(self, user: User, record: Contact | None) -> None:
        """A territory chosen by hand; empty, the rules decide. Those to whom a person may give contacts are offered."""
        field, rows = cast(forms.ModelChoiceField, self.fields["territory"]), territories_to_give(user, record)
        field.queryset, field.empty_label = rows, "by the rules"
        if record and record.territory and not record.is_placed_by_hand:
            field.help_text = f"By the rules it is in {record.territory}."

    @staticmethod
    def _initial_of(record: Contact | None, user: User) -> dict[str, Any]:
        if record is None:
            return {
                "kind": ContactKind.PERSON,
                "owner": user.pk,
                "team": user.team_id,
                "created_on": company_today(),
            }
        points, address = list(record.points.all()), record.addresses.filter(is_primary=True).first()
        initial: dict[str, Any] = {
            name: [point.value for point in points if point.kind == kind] for name, kind in POINT_FIELDS.items()
        }
        initial |= {name: getattr(address, name) for name in ADDRESS_FIELDS} if address else {}
        by_hand = record.territory_id if record.is_placed_by_hand else None
        lists = list(record.listings.values_list("acquired_list_id", flat=True))
        return {
            **initial,
            "territory": by_hand,
            "acquired_lists": lists,
            "version": record.version,
            "opened_as": record.pk,
        }


class InteractionForm(forms.ModelForm):
    """The composer: one touch that has just happened, or happened at a given time."""

    minutes = forms.IntegerField(min_value=0, max_value=24 * 60, required=False, label="Minutes")
    form_token = forms.CharField(required=False, widget=forms.HiddenInput(), initial=new_token)

    class Meta:
        model = Interaction
        fields = ("channel", "direction", "subject", "body", "outcome", "occurred_at")
        labels = {"body": "What was said", "occurred_at": "When (now, if empty)"}
        widgets = {
            "body": forms.Textarea(attrs={"rows": 3, "placeholder": " "}),
            "occurred_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = Channel.choices  # type: ignore[attr-defined]
        self.fields["direction"].choices = Direction.choices  # type: ignore[attr-defined]
        self.fields["occurred_at"].required = False
        self.fields["subject"].widget.attrs["placeholder"] = "What was it about?"
        self.initial = {"channel": Channel.PHONE, "direction": Direction.OUTBOUND, **self.initial}

    @property
    def touch(self) -> dict[str, Any]:
        """The cleaned values as `log_interaction` takes them."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        minutes = self.cleaned_data["minutes"]
        return {**values, "duration_seconds": None if minutes is None else minutes * 60}


def people_to_give(user: User, record: Contact | None) -> QuerySet[User]:
    """Whom a person may put in charge: everybody, those of the own team, or only themselves; and who is so now."""
    scope = scope_of(user, Contact, Verb.CHANGE if record else Verb.ADD)
    people = User.objects.visible_to(user)
    if scope == Scope.ALL:
        return people.filter(Q(is_active=True) | Q(pk=record.owner_id if record else None))
    allowed = Q(pk=user.pk) | Q(pk=record.owner_id if record else None)
    return people.filter(allowed | Q(team__in=team_ids_of(user)) if scope == Scope.TEAM else allowed)


def teams_to_give(user: User, record: Contact | None) -> QuerySet[Team]:
    """Teams that a person may put in charge: all, or the own one and those below it; and the one it has now."""
    if scope_of(user, Contact, Verb.CHANGE if record else Verb.ADD) == Scope.ALL:
        return Team.objects.visible_to(user)
    keys = [*team_ids_of(user), record.team_id if record else None]
    return Team.objects.visible_to(user).filter(pk__in=[key for key in keys if key])


def territories_to_give(user: User, record: Contact | None) -> QuerySet[Territory]:
    """Territories that a person may choose by hand: all, or those that they look after; and the one it is in now."""
    rows = Territory.objects.visible_to(user)
    if scope_of(user, Contact, Verb.CHANGE if record else Verb.ADD) == Scope.ALL:
        return rows
    keys = [*reach_of(user).territories, record.territory_id if record and record.is_placed_by_hand else None]
    return rows.filter(pk__in=[key for key in keys if key])
