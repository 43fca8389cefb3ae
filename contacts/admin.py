"""Contacts in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from contacts.choices import PointKind
from contacts.keeping import refresh_search
from contacts.markets.queries import market_choices
from contacts.models import (
    Address,
    Consent,
    Contact,
    ContactMerge,
    ContactPoint,
    Interaction,
    MergedRows,
    PrivacyRequest,
    Purpose,
    Relationship,
)
from contacts.normalising import normalise_point
from contacts.territories.placing import place_contacts
from crm.administration.bases import LoggedAdmin, SearchedAdmin, ViewOnlyAdmin, register_the_rest
from crm.company import company_today

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline


class ContactForm(forms.ModelForm):
    """A contact; several market categories by ticking, tags by commas."""

    markets = forms.MultipleChoiceField(
        choices=market_choices, required=False, widget=forms.CheckboxSelectMultiple, label="Market categories"
    )

    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None

    def clean_organization(self) -> Contact | None:
        return self._organization("organization")

    def clean_parent(self) -> Contact | None:
        return self._organization("parent")

    def _organization(self, name: str) -> Contact | None:
        found: Contact | None = self.cleaned_data[name]
        if found and (not found.is_organization or found.pk == self.instance.pk):
            raise forms.ValidationError("Choose an organization, and another one than this contact.")
        return found


class PointForm(forms.ModelForm):
    """A contact point; how it is compared follows from what is typed."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("value") and cleaned.get("kind"):
            self.instance.normalised = normalise_point(cleaned["kind"], cleaned["value"])
            if not self.instance.normalised:
                raise forms.ValidationError("A phone number has digits in it.")
        return cleaned


class PointFormSet(forms.BaseInlineFormSet):
    """The points of one contact: none twice."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.is_valid() and form.cleaned_data and not _is_removed(form)]
        seen = [(form.instance.kind, form.instance.normalised) for form in kept]
        if len(seen) > len(set(seen)):
            raise forms.ValidationError("The same address or number stands here twice: remove one of them.")


class PointInline(TabularInline):
    model = ContactPoint
    form = PointForm
    formset = PointFormSet
    fields = ("kind", "value", "label", "is_primary")
    readonly_fields = ("is_primary",)
    extra = 1


class AddressInline(TabularInline):
    model = Address
    fields = ("street", "postal_code", "city", "region", "country", "label", "is_primary")
    readonly_fields = ("is_primary",)
    extra = 0


@admin.register(Contact)
class ContactAdmin(SearchedAdmin):
    """Contacts are archived on their pages, not deleted: orders and history hang on them."""

    form = ContactForm
    inlines = (PointInline, AddressInline)
    list_display = ("name", "kind", "external_id", "owner", "team", "created_on", "archived_at")
    list_filter = ("kind", "team", ("archived_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner", "team")
    sortable_by = ("name",)
    autocomplete_fields = ("organization", "parent", "owner", "team")
    readonly_fields = ("archived_at", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("kind", "name", "first_name", "last_name", "external_id")}),
        ("Belongs to", {"fields": ("owner", "team", "organization", "parent")}),
        (
            "Facts",
            {"fields": ("markets", "industry", "employees", "revenue", "potential", "website", "birthday", "tags")},
        ),
        ("Where from", {"fields": ("source", "list_kind", "created_on")}),
        ("Record", {"fields": ("custom", "archived_at", "created_at", "updated_at")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.version += 1 if change else 0
        obj.created_on = obj.created_on or company_today()
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A new point or address is the main one only where there is none."""
        formset.save(commit=False)
        for record in formset.deleted_objects:
            record.delete()
        changed = [record for record, fields in formset.changed_objects if "kind" in fields]
        for record in (*changed, *formset.new_objects):
            record.is_primary = False
        for record in (*(record for record, _ in formset.changed_objects), *formset.new_objects):
            record.save()
        _keep_a_main_one(formset.model, form.instance.pk)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh_search([form.instance.pk])
        place_contacts([form.instance.pk])


@admin.register(Interaction)
class InteractionAdmin(ViewOnlyAdmin):
    """The contact history: only added to, and not here."""

    list_display = ("occurred_at", "contact", "channel", "direction", "subject", "user")
    list_select_related = ("contact", "user")
    sortable_by = ()


@admin.register(ContactPoint)
class ContactPointAdmin(ViewOnlyAdmin):
    """Changed with their contact."""

    list_display = ("value", "kind", "contact", "is_primary")
    list_select_related = ("contact",)
    found_by = ("normalised",)
    search_help_text = "A whole e-mail address, or a phone number as +49..."
    sortable_by = ()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        word = search_term.strip().lower().replace(" ", "")
        found, _ = super().get_search_results(request, queryset, word)
        # the index leads with the kind
        return (found.filter(kind__in=PointKind.values) if word else found), False


@admin.register(Address)
class AddressAdmin(ViewOnlyAdmin):
    """Changed with their contact."""

    list_display = ("street", "postal_code", "city", "country", "contact")
    list_select_related = ("contact",)
    sortable_by = ()


@admin.register(Relationship)
class RelationshipAdmin(ViewOnlyAdmin):
    """Said on the page of a contact."""

    list_display = ("contact", "kind", "other", "role", "since", "until")
    list_select_related = ("contact", "other")
    sortable_by = ()


@admin.register(Consent)
class ConsentAdmin(ViewOnlyAdmin):
    """The ledger: only added to, on the page of a contact."""

    list_display = ("recorded_at", "contact", "channel", "purpose", "level", "source")
    list_select_related = ("contact",)
    sortable_by = ()


@admin.register(ContactMerge)
class ContactMergeAdmin(ViewOnlyAdmin):
    """What was merged: made and undone on pages of its own."""

    list_display = ("at", "gone_name", "kept_name", "actor", "undone_at")
    list_select_related = ("actor",)
    sortable_by = ()


@admin.register(MergedRows)
class MergedRowsAdmin(ViewOnlyAdmin):
    """What a merge did to the rows of a model."""

    list_display = ("merge", "step", "model", "column")
    list_select_related = ("merge",)
    sortable_by = ()


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ViewOnlyAdmin):
    """Made and answered on pages of its own."""

    list_display = ("created_at", "contact", "kind", "state", "due_on", "actor")
    list_select_related = ("contact", "actor")
    sortable_by = ()


@admin.register(Purpose)
class PurposeAdmin(LoggedAdmin):
    """What messages are for, and how strong a consent each needs."""

    list_display = ("label", "key", "least_level", "description")
    sortable_by = ()


def _keep_a_main_one(model: type[Model], contact_id: int) -> None:
    """The oldest of each kind becomes the main one where none is left."""
    kinds = {"kind"} & {field.name for field in model._meta.fields}
    seen = set()
    records: Any = model._default_manager.filter(contact=contact_id).order_by("-is_primary", "id")
    for record in records:
        key = tuple(getattr(record, name) for name in kinds)
        if key not in seen and not record.is_primary:
            model._default_manager.filter(pk=record.pk).update(is_primary=True)
        seen.add(key)


def _is_removed(form: Any) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


register_the_rest("contacts")
