"""The ground floor in the administration: people, teams, rights, the company, jobs and logs."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from crm.accounts.actions import end_sessions, invite
from crm.accounts.addresses import sign_in_address
from crm.administration.bases import LoggedAdmin, ViewOnlyAdmin, register_the_rest
from crm.choices import Role
from crm.handover import end_access
from crm.languages.refusing import refused
from crm.mail.addresses import checked_address, normal_address
from crm.mail.pacing import look_again
from crm.models import (
    AccessRule,
    Company,
    ExchangeRate,
    ExportRun,
    ImportMapping,
    ImportRun,
    IncomingContent,
    JobRun,
    JobWindow,
    LogEntry,
    MailChannel,
    MailLimit,
    MailSlot,
    StoredFile,
    SuppressedAddress,
    Team,
    User,
)
from crm.signals import company_figures_changed


class NewUserForm(AdminUserCreationForm):
    """A person who is to sign in: with a password that is set here, or invited by mail to set one."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "team")

    def clean_email(self) -> str | None:
        return _address(self.cleaned_data.get("email"))


class UserForm(UserChangeForm):
    """A person; administrators cannot shut themselves out."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "team", "manager", "is_active", "password")

    current_user: User | None = None

    def clean_email(self) -> str | None:
        return _address(self.cleaned_data.get("email"), of=self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        is_self = self.current_user is not None and self.instance.pk == self.current_user.pk
        if is_self and (cleaned.get("role") != Role.ADMIN or not cleaned.get("is_active")):
            raise forms.ValidationError(
                "You would lock yourself out: another administrator has to take the role or the sign-in from you."
            )
        return cleaned


class PasswordForm(AdminPasswordChangeForm):
    """An administrator sets somebody's password: who is signed in by the old one is signed out."""

    def save(self, commit: bool = True) -> Any:
        user = super().save(commit)
        end_sessions(actor=None, user=user)
        return user


@admin.register(User)
class UserAdmin(LoggedAdmin, DjangoUserAdmin):
    """People are not deleted, they lose the right to sign in: what they did stays theirs."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    list_display = ("name", "email", "role", "team", "is_active", "last_login")
    list_filter = ("role", "is_active", "team")
    list_select_related = ("team",)
    search_fields = ("name", "email")
    ordering = ("name", "id")
    filter_horizontal = ()
    autocomplete_fields = ("team", "manager")
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "email", "password")}),
        ("Place in the company", {"fields": ("role", "team", "manager")}),
        ("Sign-in", {"fields": ("is_active", "last_login", "created_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "team", "usable_password", "password1", "password2")}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.current_user = request.user  # the class is made for this request
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Who loses a right loses the sessions that were opened with it; who is new and has no password is invited."""
        super().save_model(request, obj, form, change)
        if change and {"is_active", "role", "email"} & set(form.changed_data) and obj.pk != request.user.pk:
            end_sessions(actor=cast("User", request.user), user=obj)
        if change and not obj.is_active and "is_active" in form.changed_data:
            end_access(actor=cast("User", request.user), user=obj)
            url = reverse("crm:person_handover", args=[obj.pk])
            messages.info(request, format_html('Who takes over? <a href="{}">Hand their records over</a>', url))
        if not change and obj.email and not obj.has_usable_password():
            invite(actor=cast("User", request.user), user=obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TeamForm(forms.ModelForm):
    """A team in the tree of teams."""

    def clean_parent(self) -> Team | None:
        parent: Team | None = self.cleaned_data["parent"]
        if parent and self.instance.pk and parent.pk in self.instance.subtree_ids():
            raise forms.ValidationError("A team cannot stand below itself or below one of its own teams.")
        return parent


@admin.register(Team)
class TeamAdmin(LoggedAdmin):
    form = TeamForm
    list_display = ("name", "parent", "member_count")
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(members_now=models.Count("members"))

    @admin.display(description="people", ordering="members_now")
    def member_count(self, team: Any) -> int:
        return int(team.members_now)


def _guarded_models() -> list[tuple[str, str]]:
    """The kinds of records with rights of their own, by name."""
    paths = {model._meta.label_lower: getattr(model, "access", None) for model in apps.get_models()}
    return sorted((label, label) for label, access in paths.items() if access is not None and not access.parent)


class AccessRuleForm(forms.ModelForm):
    """A right: of the kinds of records that have an owner or belong to the house."""

    model = forms.ChoiceField(choices=_guarded_models)

    class Meta:
        model = AccessRule
        fields = ("role", "model", "verb", "scope")


@admin.register(AccessRule)
class AccessRuleAdmin(LoggedAdmin):
    """Each row replaces the shipped scope of one role, kind of record and verb."""

    form = AccessRuleForm
    list_display = ("role", "verb", "model", "scope")
    list_filter = ("role", "verb", "model")


class CompanyForm(forms.ModelForm):
    """The company, and which roles need a second factor."""

    second_factor_roles = forms.MultipleChoiceField(
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=Company._meta.get_field("second_factor_roles").help_text,
    )


@admin.register(Company)
class CompanyAdmin(LoggedAdmin):
    """The one row that says whose CRM this is."""

    form = CompanyForm

    list_display = ("name", "time_zone", "currency")
    readonly_fields = ("is_demo",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Company.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
        if change and {"time_zone", "currency"} & set(form.changed_data):
            _tell(request, "The company's currency or time zone was changed.")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(LoggedAdmin):
    list_display = ("currency", "valid_from", "rate")
    list_filter = ("currency",)
    date_hierarchy = "valid_from"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _tell(request, f"An exchange rate of {obj.currency} was saved.")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        _tell(request, f"An exchange rate of {obj.currency} was deleted.")


@admin.register(JobRun)
class JobRunAdmin(ViewOnlyAdmin):
    list_display = ("title", "kind", "state", "actor", "created_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("actor", "result_file")
    search_fields = ("title",)


@admin.register(JobWindow)
class JobWindowAdmin(ViewOnlyAdmin):
    list_display = ("job", "window", "created_at")
    list_filter = ("job",)


@admin.register(ImportRun)
class ImportRunAdmin(ViewOnlyAdmin):
    list_display = ("kind", "file", "actor", "job", "created_at")
    list_filter = ("kind",)
    list_select_related = ("file", "actor", "job", "rejected_file")


@admin.register(ExportRun)
class ExportRunAdmin(ViewOnlyAdmin):
    list_display = ("name", "actor", "rows", "created_at", "expires_at")
    list_filter = ("format",)
    list_select_related = ("actor", "job", "file")


@admin.register(ImportMapping)
class ImportMappingAdmin(ViewOnlyAdmin):
    list_display = ("kind", "name", "file_name", "actor", "used_at")
    list_filter = ("kind",)
    list_select_related = ("actor",)


@admin.register(StoredFile)
class StoredFileAdmin(ViewOnlyAdmin):
    """What is stored; the file itself is fetched by its owner."""

    list_display = ("name", "content_type", "size", "owner", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name",)
    exclude = ("file",)


class MailLimitFormSet(forms.BaseInlineFormSet):
    """The limits of one channel: no domain stands in two."""

    def clean(self) -> None:
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            if not form.is_valid() or not form.cleaned_data or form.cleaned_data.get("DELETE"):
                continue
            domains = set(form.instance.domains)
            if both := seen & domains:
                raise refused("%(both)s stands in two limits: take it out of one.", both=min(both))
            seen |= domains


class MailLimitInline(admin.TabularInline):
    model = MailLimit
    formset = MailLimitFormSet
    fields = ("domains", "per_minute", "per_hour")
    extra = 1


@admin.register(MailChannel)
class MailChannelAdmin(LoggedAdmin):
    """The pace of a way out; its server stands in the environment, its buttons on the page of outgoing mail."""

    list_display = ("name", "rate_per_minute", "connections", "warm_up_on", "paused_at", "last_error")
    fieldsets = (
        (None, {"fields": ("name", "rate_per_minute", "connections")}),
        ("Warm-up", {"fields": ("warm_up_on", "warm_up_mails", "warm_up_growth", "warm_up_until")}),
    )
    readonly_fields = ("name",)
    inlines = (MailLimitInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        look_again(form.instance)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MailSlot)
class MailSlotAdmin(ViewOnlyAdmin):
    """What the senders of a channel have in their hands."""

    list_display = ("channel", "number", "reached")
    list_select_related = ("channel",)


class SuppressedAddressForm(forms.ModelForm):
    """Keeps the address in the form in which it is compared."""

    class Meta:
        model = SuppressedAddress
        fields = ("address", "reason", "note")

    def clean_address(self) -> str:
        return normal_address(checked_address(self.cleaned_data["address"]))


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(LoggedAdmin):
    form = SuppressedAddressForm
    list_display = ("address", "reason", "note", "created_at")
    list_filter = ("reason",)
    search_fields = ("address",)


@admin.register(IncomingContent)
class IncomingContentAdmin(ViewOnlyAdmin):
    """That there are bytes of a mail; the bytes themselves are a download on the mail's page."""

    list_display = ("pk",)
    fields = ("mail",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("raw")


@admin.register(LogEntry)
class LogEntryAdmin(ViewOnlyAdmin):
    """Who did what."""

    list_display = ("at", "actor", "verb", "model", "object_id", "summary")
    list_select_related = ("actor", "job")
    found_by = ("contact_id",)
    search_help_text = "The number of a contact"
    sortable_by = ("at",)
    ordering = ["-at", "-id"]


def _address(email: str | None, of: User | None = None) -> str | None:
    """An address to sign in with; empty is none."""
    return sign_in_address(email, of=of) if (email or "").strip() and email else None


def _tell(request: HttpRequest, reason: str) -> None:
    company_figures_changed.send(Company, actor=request.user, reason=reason)


register_the_rest("crm")
