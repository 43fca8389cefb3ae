"""One filter (or a pair, for a range) for each kind of field. Parameters are named after the field: `segment=loyal`,
`revenue_min=100`, `revenue_max=500`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Self, cast

import django_filters
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from crm.access import scope_of
from crm.catalogue import FieldSpec
from crm.choices import Scope, Verb
from crm.company import company_today
from crm.filtering.folding import contains
from crm.filtering.keyset import field_at
from crm.filtering.related import has_some, leads_to_many
from crm.filtering.trees.days import FIRST, LAST, Days
from crm.filtering.trees.operators import Asking, Operand, between_days, number_meant
from crm.languages.styles import style
from crm.languages.words import is_translated
from crm.models import User
from crm.templatetags import figures

ME, NOBODY = "me", "none"
MOST_PEOPLE = 500
STATES = (("archived", "Archived"), ("all", "Current and archived"))
YES_NO = (("yes", "Yes"), ("no", "No"))


class SpecFilter(django_filters.Filter):
    """A filter of one field; `matches(value)` is its condition."""

    field_class: type[forms.Field] = forms.CharField
    end = ""

    def __init__(self, spec: FieldSpec, model: type[models.Model], **kwargs: Any) -> None:
        self.spec = spec
        self.is_apart = leads_to_many(model, spec.path)
        super().__init__(field_name=spec.path, label=kwargs.pop("label", spec.label), required=False, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A filter set copies its filters for every request: the field spec is shared."""
        twin = copy.copy(self)
        twin.extra = dict(self.extra)
        return twin

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows that match; a path to many rows is asked in a sub-query, so that no record comes twice."""
        if value in django_filters.constants.EMPTY_VALUES:
            return qs
        asked = self.spec.condition(self.end, value) if self.spec.condition else self.matches(value)
        condition = asked & self.within_sight()
        if self.is_apart:
            condition = has_some(qs.model, self.spec.path, condition)
        return qs.filter(condition)

    def matches(self, value: Any) -> Q:
        """The condition for a cleaned value."""
        return contains(self.spec.path, value, self.spec.held_in)

    def within_sight(self) -> Q:
        """A related record that the person may not see does not match: else its name could be guessed."""
        request = self.parent.request
        if not self.spec.unseen or request is None:
            return Q()
        name = self.spec.path.partition("__")[0]
        related: Any = self.model._meta.get_field(name).related_model
        if scope_of(request.user, related, Verb.VIEW) == Scope.ALL:
            return Q()
        return Q(**{f"{name}__in": related.objects.visible_to(request.user)})

    def words(self, value: Any) -> str:
        """The value as a chip shows it."""
        return str(value)


class BoundFilter(SpecFilter):
    """One end of a range: `min` or `max`, both included."""

    def __init__(self, spec: FieldSpec, model: type[models.Model], end: str) -> None:
        self.end, self.operand = end, Operand(spec, model)
        label = f"{spec.label}, {'from' if end == 'min' else 'up to'}"
        super().__init__(spec, model, label=label, **self.field_options())

    def field_options(self) -> dict[str, Any]:
        return {}

    def words(self, value: Any) -> str:
        return (gettext("from %(bound)s") if self.end == "min" else gettext("up to %(bound)s")) % {"bound": value}


class NumberBound(BoundFilter):
    field_class = forms.DecimalField

    def field_options(self) -> dict[str, Any]:
        return {"max_digits": 18, "min_value": -(10**12), "max_value": 10**12}

    def matches(self, value: Any) -> Q:
        """As a filter tree asks it: whole numbers between the bounds, and none that has no value."""
        op = "at_least" if self.end == "min" else "at_most"
        return number_meant(op, str(value), self.operand, Asking(None, company_today()))

    def words(self, value: Any) -> str:
        return super().words(f"{value:,f}".translate(style().table))


SENSIBLE = f"A day from {FIRST} to {LAST}."


class DateBound(BoundFilter):
    """A day, or a moment by its day."""

    field_class = forms.DateField

    def field_options(self) -> dict[str, Any]:
        bounds = [MinValueValidator(FIRST, SENSIBLE), MaxValueValidator(LAST, SENSIBLE)]
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return {"widget": widget, "input_formats": ["%Y-%m-%d"], "validators": bounds}

    def matches(self, value: Any) -> Q:
        """As a filter tree asks it: of moments, from the beginning of the company's day to its end."""
        return between_days(Days(value, None) if self.end == "min" else Days(None, value), self.operand)

    def words(self, value: Any) -> str:
        return super().words(figures.full_day(value) if is_translated() else value)


class NumberFilter(SpecFilter):
    """Exactly this whole number: that of a record, say."""

    field_class = forms.IntegerField

    def __init__(self, spec: FieldSpec, model: type[models.Model]) -> None:
        super().__init__(spec, model, min_value=0, max_value=2**63 - 1)

    def matches(self, value: Any) -> Q:
        return Q(**{self.spec.path: value})


class LinkFilter(NumberFilter):
    """The records that are linked to one contact, by its id; the chip shows its name to who may see it."""

    def words(self, value: Any) -> str:
        contacts: Any = apps.get_model("contacts.contact")
        return str(contacts.objects.visible_to(self.parent.request.user).filter(pk=value).first() or f"number {value}")


class ChoiceFilter(SpecFilter):
    """Any of the ticked values."""

    field_class = forms.MultipleChoiceField

    def __init__(self, spec: FieldSpec, model: type[models.Model]) -> None:
        super().__init__(spec, model, choices=self.choices, widget=forms.SelectMultiple(attrs={"data-pick": "many"}))
        self._choices: list[tuple[str, str]] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The copy that a request works on reads its own choices."""
        twin = super().__deepcopy__(memo)
        twin.extra["choices"] = twin.choices
        twin._choices = None
        return twin

    @property
    def field(self) -> forms.Field:
        """Names of records (such as campaigns) and options of fields that people made are in no catalogue."""
        made: Any = super().field
        made.has_own_words = self.spec.path == "id" or self.spec.name.startswith("custom_")
        return cast(forms.Field, made)

    def choices(self) -> Sequence[tuple[str, str]]:
        """Read once a request, when first needed."""
        if self._choices is None:
            self._choices = [(str(value), label) for value, label in self.read_choices()]
        return self._choices

    def read_choices(self) -> Sequence[tuple[Any, str]]:
        return self.spec.choices() if self.spec.choices else ()

    def matches(self, value: Any) -> Q:
        return Q(**{f"{self.spec.path}__in": value})

    def words(self, value: Any) -> str:
        labels = dict(self.choices())
        return " or ".join(labels.get(part, part) for part in value)


class ListedFilter(ChoiceFilter):
    """Choices of a field that holds a list: any of the ticked ones is in it."""

    def matches(self, value: Any) -> Q:
        return Q(**{f"{self.spec.path}__overlap": value})


class PersonFilter(ChoiceFilter):
    """People by name, the person who asks, or nobody."""

    def read_choices(self) -> Sequence[tuple[Any, str]]:
        asking = self.parent.request.user
        people = User.objects.visible_to(asking).order_by("name", "id").values_list("pk", "name")[:MOST_PEOPLE]
        return [(ME, "me"), (NOBODY, "nobody"), *people]

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Of a path to many people, nobody means that there is none: no row of theirs can say so."""
        if not (self.is_apart and value and NOBODY in value):
            return super().filter(qs, value)
        named = self.matches([part for part in value if part != NOBODY]) & self.within_sight()
        anybody = has_some(qs.model, self.spec.path, Q(**{f"{self.spec.path}__isnull": False}))
        return qs.filter(has_some(qs.model, self.spec.path, named) | ~anybody)

    def matches(self, value: Any) -> Q:
        keys = [self.parent.request.user.pk if part == ME else int(part) for part in value if part != NOBODY]
        condition = Q(**{f"{self.spec.path}__in": keys})
        return condition | Q(**{f"{self.spec.path}__isnull": True}) if NOBODY in value else condition


class TeamFilter(ChoiceFilter):
    """Teams (or territories), each with those below it."""

    @property
    def related(self) -> Any:
        return self.model._meta.get_field(self.spec.path).related_model

    def read_choices(self) -> Sequence[tuple[Any, str]]:
        return list(self.related.objects.visible_to(self.parent.request.user).values_list("pk", "name")[:MOST_PEOPLE])

    def matches(self, value: Any) -> Q:
        chosen = self.related.objects.filter(pk__in=value)
        return Q(**{f"{self.spec.path}__in": [pk for one in chosen for pk in one.subtree_ids()]})


class TagsFilter(SpecFilter):
    """Records that carry every one of the typed tags (separated by commas)."""

    def matches(self, value: Any) -> Q:
        tags = [tag.strip() for tag in value.split(",") if tag.strip()]
        return Q(**{f"{self.spec.path}__contains": tags})


class FlagFilter(SpecFilter):
    field_class = forms.ChoiceField

    def __init__(self, spec: FieldSpec, model: type[models.Model]) -> None:
        super().__init__(spec, model, choices=[("", "Any"), *YES_NO])

    def matches(self, value: Any) -> Q:
        return Q(**{self.spec.path: value == "yes"})


class StateFilter(SpecFilter):
    """Current, archived or both; `path` is the moment of archiving. Not asked means current."""

    field_class = forms.ChoiceField

    def __init__(self, spec: FieldSpec, model: type[models.Model]) -> None:
        super().__init__(spec, model, choices=[("", "Current"), *STATES])

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value == "all" else qs.filter(**{f"{self.spec.path}__isnull": value != "archived"})

    def words(self, value: Any) -> str:
        return dict(STATES).get(value, value)


class RecordFilter(SpecFilter):
    """The records that belong to one other record, by its id; the chip shows its name to who may see it."""

    field_class = forms.IntegerField

    def __init__(self, spec: FieldSpec, model: type[models.Model]) -> None:
        self.related: Any = field_at(model, spec.path).related_model
        super().__init__(spec, model, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput())

    def matches(self, value: Any) -> Q:
        return Q(**{self.spec.path: value})

    def words(self, value: Any) -> str:
        record = self.related.objects.visible_to(self.parent.request.user).filter(pk=value).first()
        return str(record or f"number {value}")


class MarkFilter(SpecFilter):
    """The records behind a mark of a chart: the app that drew it says which."""

    def __init__(self, spec: FieldSpec, model: type[models.Model]) -> None:
        super().__init__(spec, model, max_length=300, widget=forms.HiddenInput(), validators=[self._validate])

    def _validate(self, value: str) -> None:
        try:
            self.matches(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def matches(self, value: Any) -> Q:
        if self.spec.mark is None:
            raise ValueError(f"The field {self.spec.name} is no mark.")
        return cast(Q, self.spec.mark(value))

    def words(self, value: Any) -> str:
        return self.spec.words(value) if self.spec.words else str(value)


class SearchFilter(django_filters.Filter):
    """The search box: `apply(rows, text, user)` is the list's own search."""

    field_class = forms.CharField

    def __init__(self, apply: Any) -> None:
        self.apply = apply
        super().__init__(label="Search", required=False, max_length=200, widget=forms.HiddenInput())

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        request = self.parent.request
        found: QuerySet[Any] = self.apply(qs, value, request.user if request else None) if value else qs
        return found


KINDS: dict[str, type[SpecFilter]] = {
    "choice": ChoiceFilter,
    "id": NumberFilter,
    "listed": ListedFilter,
    "person": PersonFilter,
    "team": TeamFilter,
    "tags": TagsFilter,
    "flag": FlagFilter,
    "state": StateFilter,
    "record": RecordFilter,
    "link": LinkFilter,
    "mark": MarkFilter,
}
BOUNDS: dict[str, type[BoundFilter]] = {
    "number": NumberBound,
    "money": NumberBound,
    "date": DateBound,
    "moment": DateBound,
}


def filters_for(spec: FieldSpec, model: type[models.Model]) -> dict[str, SpecFilter]:
    """The filters of one field, by parameter name."""
    if spec.kind in BOUNDS:
        return {f"{spec.name}_{end}": BOUNDS[spec.kind](spec, model, end) for end in ("min", "max")}
    return {spec.name: KINDS.get(spec.kind, SpecFilter)(spec, model)}
