"""Two at once in the administration: the second writer is shown theirs beside mine, a form sent twice makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm.conflicts import GuardedForm
from crm.models import FormSubmission
from crm.once import MadeAlready, digest_of, led_to, sent_before

if TYPE_CHECKING:
    from crm.models import User

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class OnceForm:
    """A form that makes a record; `earlier` is an earlier sending of it with other words."""

    earlier: FormSubmission | None = None

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        if self.earlier is not None:
            raise MadeAlready(self.earlier.url)
        return cleaned


class GuardedAdmin(ModelAdmin):
    """Pages that make and change: `admin/change_form.html` carries what was opened, or the token of a new record."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            earlier = None if object_id else sent_before(user=_user(request), data=request.POST)
            if object_id and self.has_change_permission(request):
                self._lock(object_id)
            if earlier is not None and earlier.digest == digest_of(request.POST):
                return redirect(earlier.url)
            request.earlier = earlier  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, extra_context)
            if "adminform" in (getattr(response, "context_data", None) or {}):
                transaction.set_rollback(True)  # nothing was saved: the token stays free
            elif not object_id:
                led_to(user=_user(request), data=request.POST, url=self._made_url(response))
        return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if change:
            return type(form)(form.__name__, (GuardedForm, form), {})
        return type(form)(form.__name__, (OnceForm, form), {"earlier": getattr(request, "earlier", None)})

    def _lock(self, object_id: str) -> None:
        """Of two who save at once the second waits here, then compares with what the first has saved."""
        try:
            key = self.opts.pk.to_python(unquote(object_id))
        except ValidationError:
            return  # no such record: Django says so
        self.model._base_manager.select_for_update().filter(pk=key).first()

    def _made_url(self, response: HttpResponse) -> str:
        """Where the form led; "save and add another" leads to an empty form, which tells nothing."""
        url = response.headers.get("Location", "/add/")
        return (
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist") if url.endswith("/add/") else url
        )


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
