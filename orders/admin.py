"""Products, orders and subscriptions in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from crm.administration.bases import ExactAdmin, LoggedAdmin, SearchedAdmin, ViewOnlyAdmin, register_the_rest
from orders.keeping import refresh_products, refresh_totals
from orders.models import (
    LoyaltyMember,
    LoyaltyProgramme,
    LoyaltyTier,
    Order,
    OrderLine,
    PointsEntry,
    Product,
    Subscription,
)

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline


class ProductForm(forms.ModelForm):
    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None


@admin.register(Product)
class ProductAdmin(SearchedAdmin):
    """Products are archived on their pages: orders hang on them."""

    form = ProductForm
    list_display = ("name", "external_id", "family", "unit_price", "unit_cost", "currency", "archived_at")
    list_filter = ("family", ("archived_at", admin.EmptyFieldListFilter))
    readonly_fields = ("archived_at", "created_at", "updated_at")
    fields = ("name", "external_id", "family", "unit_price", "unit_cost", "currency", *readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.version += 1 if change else 0
        super().save_model(request, obj, form, change)
        refresh_products([obj.pk])


class LineInline(TabularInline):
    """The lines, to be looked at: they are changed on the order's page, where the totals follow."""

    model = OrderLine
    fields = ("position", "product", "quantity", "unit_price", "discount", "amount", "unit_cost")
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("product")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(ExactAdmin):
    inlines = (LineInline,)
    list_display = ("number", "contact", "ordered_at", "channel", "amount", "currency", "is_purchase")
    list_select_related = ("contact",)
    found_by = ("number",)
    search_help_text = "A whole order number"
    ordering = ("-ordered_at", "-id")
    sortable_by = ("ordered_at",)
    autocomplete_fields = ("contact", "partner")
    readonly_fields = ("ordered_on", "amount", "cost", "base_amount", "is_purchase", "import_key", "created_at")
    fields = ("number", "contact", "partner", "ordered_at", "channel", "offer_code", "currency", *readonly_fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh_totals([form.instance.pk])


@admin.register(OrderLine)
class OrderLineAdmin(ViewOnlyAdmin):
    list_display = ("order", "position", "product", "quantity", "unit_price", "amount")
    list_select_related = ("order", "product")
    found_by = ("order__number",)
    search_help_text = "A whole order number"
    sortable_by = ()


class SubscriptionForm(forms.ModelForm):
    def clean_external_id(self) -> str | None:
        return self.cleaned_data["external_id"] or None


@admin.register(Subscription)
class SubscriptionAdmin(ExactAdmin):
    form = SubscriptionForm
    list_display = ("contact", "plan", "started_on", "ended_on", "monthly_amount", "currency")
    list_select_related = ("contact",)
    found_by = ("external_id", "plan")
    search_help_text = "A whole external id or plan"
    ordering = ("-started_on", "-id")
    sortable_by = ("started_on",)
    autocomplete_fields = ("contact",)
    readonly_fields = ("tenure_months", "created_at")
    fields = (
        "contact",
        "plan",
        "started_on",
        "ended_on",
        "monthly_amount",
        "currency",
        "external_id",
        *readonly_fields,
    )


@admin.register(LoyaltyProgramme)
class LoyaltyProgrammeAdmin(LoggedAdmin):
    """The one row that says how points are earned."""

    list_display = ("name", "starts_on", "points_per_unit", "valid_months")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not LoyaltyProgramme.objects.exists()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


@admin.register(LoyaltyMember)
class LoyaltyMemberAdmin(ViewOnlyAdmin):
    """Somebody joins on the page of the contact."""

    list_display = ("__str__", "contact", "joined_on")
    list_select_related = ("contact",)
    sortable_by = ()


@admin.register(PointsEntry)
class PointsEntryAdmin(ViewOnlyAdmin):
    """The ledger of points: only added to."""

    list_display = ("at", "member", "kind", "points", "order", "expires_on")
    list_select_related = ("member", "order")
    sortable_by = ()


@admin.register(LoyaltyTier)
class LoyaltyTierAdmin(LoggedAdmin):
    list_display = ("name", "least_points", "benefit")
    sortable_by = ()


register_the_rest("orders")
