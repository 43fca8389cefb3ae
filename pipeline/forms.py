"""What people type about deals, parsed: the deal, a move, and what belongs to a deal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import scope_of, team_ids_of
from crm.choices import Scope, Verb
from crm.company import company_today, current_company
from crm.customfields.forms import CustomFieldsForm
from crm.fields import RecordField, SectionedForm
from crm.models import Team, User
from orders.models import Product
from pipeline.choices import ContactRole, ForecastCategory
from pipeline.models import Deal, DealCompetitor, DealLine, DealRole, DealShare, OutcomeReason, Stage, Target
from pipeline.month_board import day_in, first_of

DAY_FORMAT = "%Y-%m-%d"
FILLED_ON_THE_WAY = ("amount", "expected_on", "next_step")
"""What a move may fill in: the rest that a stage asks for is entered on the deal's own page."""


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format=DAY_FORMAT)


class DealForm(CustomFieldsForm, forms.ModelForm):
    """A deal. `record` is the one to change, None for a new one; the stage is chosen once and then moved.

    Owner and team can only be given to those whom the person's own right reaches.
    """

    custom_model = "pipeline.deal"
    layout = (
        ("", (("title",), ("organization", "contact"), ("stage",))),
        ("What it is worth", (("amount", "currency"), ("product", "forecast_category"))),
        ("When", (("opened_on", "expected_on"), ("next_step", "next_step_on"))),
        ("In charge", (("owner", "team"), ("source", "external_id"))),
    )
    organization = RecordField(
        queryset=Contact.objects.none(), url_name="contacts:organization_options", required=False
    )
    contact = RecordField(
        queryset=Contact.objects.none(), url_name="contacts:contact_options", required=False, label="Person"
    )
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    stage = forms.ModelChoiceField(queryset=Stage.objects.none(), required=False, empty_label=None)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Deal
        fields = (
            "title",
            "organization",
            "contact",
            "product",
            "amount",
            "currency",
            "opened_on",
            "expected_on",
            "owner",
            "team",
            "forecast_category",
            "source",
            "next_step",
            "next_step_on",
            "external_id",
        )
        labels = {"external_id": "External id", "forecast_category": "In my forecast", "opened_on": "Opened on"}

    def __init__(self, *, user: User, record: Deal | None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, instance=record, initial={**self._initial_of(record, user), **initial})
        self.record = record
        contacts = Contact.objects.visible_to(user)
        people, firms = cast(RecordField, self.fields["contact"]), cast(RecordField, self.fields["organization"])
        people.reach(contacts, record.contact_id if record else None, UNSEEN_CONTACT)
        firms.reach(contacts.organizations(), record.organization_id if record else None, UNSEEN_ORGANIZATION)
        self._set_choices("product", Product.objects.visible_to(user))
        self._set_choices("owner", people_to_give(user, record))
        self._set_choices("team", teams_to_give(user, record))
        for name in ("opened_on", "expected_on", "next_step_on"):
            self.fields[name].widget = day_input()
        if record:
            del self.fields["stage"]
            if not Deal.objects.in_charge_of(user, Verb.CHANGE).filter(pk=record.pk).exists():
                self.fields["owner"].disabled = self.fields["team"].disabled = True
        else:
            self._offer_stages(user)
            self.fields["owner"].required = scope_of(user, Deal, Verb.ADD) == Scope.OWN
        self.add_custom_fields(user, record)

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    @property
    def deal_fields(self) -> dict[str, Any]:
        """The cleaned values of the deal's own fields; the stage with them for a new deal."""
        names = (*self.Meta.fields, "stage") if self.record is None else self.Meta.fields
        given = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        return {name: value for name, value in given.items() if name != "stage" or value is not None}

    def _set_choices(self, name: str, rows: QuerySet[Any]) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _offer_stages(self, user: User) -> None:
        """Open stages, by pipeline."""
        stages = Stage.objects.visible_to(user).filter(kind="open").select_related("pipeline")
        field = cast(forms.ModelChoiceField, self.fields["stage"])
        field.queryset = stages.order_by("pipeline__position", "position")
        field.label_from_instance = lambda obj: f"{obj.pipeline}: {obj}"  # type: ignore[method-assign]
        if not stages:
            del self.fields["stage"]

    @staticmethod
    def _initial_of(record: Deal | None, user: User) -> dict[str, Any]:
        if record is not None:
            return {"version": record.version}
        return {
            "owner": user.pk,
            "team": user.team_id,
            "currency": current_company().currency,
            "opened_on": company_today(),
        }


class MoveForm(SectionedForm, forms.Form):
    """Into which stage, on which day; what the stage asks for can be filled in here, and the checklist ticked."""

    layout = (
        ("", (("stage", "on"), ("reason",), ("amount", "expected_on"), ("next_step",))),
        ("Done in this stage", (("ticked",),)),
    )
    stage = forms.ModelChoiceField(queryset=Stage.objects.none(), empty_label=None, label="Move to")
    on = forms.DateField(label="On", required=False, widget=day_input(), help_text="The day it happened.")
    reason = forms.CharField(
        label="Why it was won or lost", max_length=120, required=False, help_text="Only where the deal ends."
    )
    amount = forms.DecimalField(max_digits=18, decimal_places=4, min_value=Decimal(0), required=False)
    expected_on = forms.DateField(label="Expected close", required=False, widget=day_input())
    next_step = forms.CharField(label="Next step", max_length=300, required=False)
    ticked = forms.MultipleChoiceField(label="", required=False, widget=forms.CheckboxSelectMultiple())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Deal, initial: dict[str, Any], data: Any = None) -> None:
        start = {name: getattr(record, name) for name in (*FILLED_ON_THE_WAY, "ticked", "version")}
        if record.amount is not None:  # without the zeros that nobody typed
            start["amount"] = Decimal(f"{record.amount.normalize():f}")
        ahead = Stage.objects.filter(pipeline=record.pipeline_id, position__gt=record.stage.position)
        start["stage"] = ahead.order_by("position").values_list("pk", flat=True).first()
        super().__init__(data=data, initial={**start, "on": company_today(), **initial})
        self.record = record
        stages = Stage.objects.visible_to(user).filter(pipeline=record.pipeline_id).exclude(pk=record.stage_id)
        cast(forms.ModelChoiceField, self.fields["stage"]).queryset = stages
        lines = record.stage.checklist
        cast(forms.MultipleChoiceField, self.fields["ticked"]).choices = [(line, line) for line in lines]
        if not lines:
            del self.fields["ticked"]
        reasons = OutcomeReason.objects.visible_to(user).values_list("name", flat=True)
        self.fields["reason"].widget = forms.TextInput(attrs={"list": "reasons"})
        self.reasons = list(dict.fromkeys(reasons))

    @property
    def filled(self) -> dict[str, Any]:
        """What the person filled in of the deal's own fields; the board sends none of them."""
        sent = [name for name in FILLED_ON_THE_WAY if name in self.data]
        return {name: self.cleaned_data[name] for name in sent if name in self.changed_data}


class ExpectForm(SectionedForm, forms.Form):
    """On which day a deal is expected to close, and how sure its rep is; the board names a month instead of a day."""

    layout = (("", (("expected_on", "forecast_category"),)),)
    expected_on = forms.DateField(label="Expected close", required=False, widget=day_input())
    forecast_category = forms.ChoiceField(label="In my forecast", choices=ForecastCategory.choices, required=False)
    month = forms.DateField(required=False, widget=forms.HiddenInput())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Deal, initial: dict[str, Any], data: Any = None) -> None:
        names = ("expected_on", "forecast_category", "version")
        super().__init__(data=data, initial={**{name: getattr(record, name) for name in names}, **initial})
        self.record = record

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.record.is_open:
            raise ValidationError("This deal is closed: it is expected on no day any more.")
        if month := cleaned.get("month"):
            if self.fields["expected_on"].disabled:
                raise ValidationError("You may not change when a deal is expected.")
            cleaned["expected_on"] = day_in(first_of(month), self.record.expected_on, company_today())
        day = cleaned.get("expected_on")
        if day and self.record.opened_on and day < self.record.opened_on:
            self.add_error("expected_on", "A deal cannot close before the day it was opened on.")
        return cleaned

    @property
    def asked(self) -> set[str]:
        """Which fields of the deal were asked for: the board asks for the day alone."""
        names = ("expected_on", "forecast_category")
        named = {name for name in names if name in self.data and not self.fields[name].disabled}
        named -= {"forecast_category"} if not self.cleaned_data.get("forecast_category") else set()
        return named | ({"expected_on"} if self.cleaned_data.get("month") else set())


class TargetForm(SectionedForm, forms.ModelForm):
    """A target of a person, a team or the house."""

    layout = (("", (("user", "team"), ("amount",), ("starts_on", "months"))),)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Target
        fields = ("user", "team", "amount", "starts_on", "months")
        labels = {"user": "Colleague", "months": "For", "starts_on": "From"}
        help_texts = {"team": "Both empty: the whole house.", "amount": "In the company’s currency."}

    def __init__(self, *, user: User, record: Target | None, initial: dict[str, Any], data: Any = None) -> None:
        version = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**version, **initial})
        self.fields["starts_on"].widget = day_input()
        cast(forms.ModelChoiceField, self.fields["user"]).queryset = User.objects.visible_to(user)
        cast(forms.ModelChoiceField, self.fields["team"]).queryset = Team.objects.visible_to(user)

    @property
    def target_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PartForm(SectionedForm, forms.ModelForm):
    """Something that is added to a deal; `record` is the deal."""

    def __init__(self, data: Any = None, *, user: User, record: Deal, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.deal, self.user = record, user

    def _post_clean(self) -> None:
        """The action checks the whole part, with the deal that this form does not hold."""


class RoleForm(PartForm):
    layout = (("", (("contact", "role"),)),)
    contact = RecordField(queryset=Contact.objects.none(), url_name="contacts:contact_options", label="Who")
    role = forms.ChoiceField(choices=ContactRole.choices)

    class Meta:
        model = DealRole
        fields = ("contact", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(RecordField, self.fields["contact"]).queryset = Contact.objects.visible_to(self.user)


class CompetitorForm(PartForm):
    layout = (("", (("name",), ("note",))),)

    class Meta:
        model = DealCompetitor
        fields = ("name", "note")


class ShareForm(PartForm):
    layout = (("", (("user", "percent"),)),)

    class Meta:
        model = DealShare
        fields = ("user", "percent")
        labels = {"user": "Colleague", "percent": "Percent of the deal"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["user"]).queryset = User.objects.visible_to(self.user)


class LineForm(PartForm):
    """A line; without a price it takes the product's."""

    layout = (("", (("product",), ("quantity", "unit_price", "discount"))),)
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options")
    quantity = forms.DecimalField(max_digits=16, decimal_places=4, min_value=Decimal("0.0001"), initial=1)
    unit_price = forms.DecimalField(label="Price", max_digits=16, decimal_places=4, min_value=0, required=False)
    discount = forms.DecimalField(
        label="Discount in %", max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )

    class Meta:
        model = DealLine
        fields = ("product", "quantity", "unit_price", "discount")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(RecordField, self.fields["product"]).queryset = Product.objects.visible_to(self.user)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        product = cleaned.get("product")
        if cleaned.get("unit_price") is None and product is not None:
            if product.unit_price is None:
                self.add_error("unit_price", "This product has no list price: say what a piece costs.")
            cleaned["unit_price"] = product.unit_price
        cleaned["discount"] = cleaned.get("discount") or Decimal(0)
        return cleaned


def people_to_give(user: User, record: Any, model: type[Model] = Deal) -> QuerySet[User]:
    """To whom a person may give a record of the model (a deal, unless told): everybody, those of the own team, or only
    themselves; and who has it now."""
    scope = scope_of(user, model, Verb.CHANGE if record else Verb.ADD)
    now = Q(pk=record.owner_id if record else None)
    people = User.objects.visible_to(user)
    if scope == Scope.ALL:
        return people.filter(Q(is_active=True) | now)
    allowed = Q(pk=user.pk) | now
    return people.filter(allowed | Q(team__in=team_ids_of(user)) if scope == Scope.TEAM else allowed)


def teams_to_give(user: User, record: Deal | None) -> QuerySet[Team]:
    """Teams to which a person may give a deal: all, or the own one and those below it; and the one it has now."""
    if scope_of(user, Deal, Verb.CHANGE if record else Verb.ADD) == Scope.ALL:
        return Team.objects.visible_to(user)
    keys = [*team_ids_of(user), record.team_id if record else None]
    return Team.objects.visible_to(user).filter(pk__in=[key for key in keys if key])
