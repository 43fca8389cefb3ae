"""The site of the administration: for administrators only, signed in as everywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, wraps
from operator import itemgetter
from pathlib import Path
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst

from crm.accounts.step_up import ask_who_is_there

Registered = type[Model] | Iterable[type[Model]]


class Administration(AdminSite):
    """Shows the tables of our own apps, in the order of the floors."""

    site_header = "Administration"
    site_title = "Administration"
    index_title = "Tables"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")  # each deletion is looked at by itself

    def register(self, model_or_iterable: Registered, admin_class: Any = None, **options: Any) -> None:
        """Take our own tables; those of libraries (groups, addresses of allauth) are not used here."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        own = [model for model in models if is_ours(model)]
        if own:
            super().register(own, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators only; other people are told so, instead of being asked to sign in again."""
        if request.user.is_authenticated and not request.user.is_staff:
            raise PermissionDenied
        return super().has_permission(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every page of the administration asks again who is there, if the last time is long ago."""

        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            ask_who_is_there(request)
            return view(request, *args, **kwargs)

        return super().admin_view(asked, cacheable)

    @method_decorator((login_not_required, secure_admin_login))
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The sign-in of the site."""
        return super().login(request, extra_context)  # type: ignore[return-value]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """As Django's, in the order of the floors; names and addresses are put together once a process: to ask for 400
        addresses took each page longer than the page itself."""
        found = []
        for app, models in self._known:
            if app_label in (None, app["app_label"]):
                entries = [_entry(known, self._registry[known["model"]], request) for known in models]
                if seen := [entry for entry in entries if entry is not None]:
                    found.append(app | {"has_module_perms": True, "models": seen})
        return found

    @cached_property
    def _known(self) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """Of each app and of its tables what is the same for everybody."""
        found = []
        for config in apps.get_app_configs():
            models = [_known_of(model) for model in config.get_models() if model in self._registry]
            if models:
                app = {"name": config.verbose_name, "app_label": config.label}
                app["app_url"] = reverse("admin:app_list", args=[config.label])
                found.append((app, sorted(models, key=itemgetter("name"))))
        return found


def _known_of(model: type[Model]) -> dict[str, Any]:
    meta = model._meta
    pages = f"admin:{meta.app_label}_{meta.model_name}"
    return {
        "model": model,
        "name": capfirst(meta.verbose_name_plural),
        "object_name": meta.object_name,
        "admin_url": reverse(f"{pages}_changelist"),
        "add_url": reverse(f"{pages}_add"),
    }


def _entry(known: dict[str, Any], admin: ModelAdmin[Any], request: HttpRequest) -> dict[str, Any] | None:
    """A table as Django's templates want it; None for who may do nothing with it."""
    if not admin.has_module_permission(request):
        return None
    may = admin.get_model_perms(request)
    if not any(may.values()):
        return None
    is_listed = may["change"] or may["view"]
    pages = {
        "admin_url": known["admin_url"] if is_listed else None,
        "add_url": known["add_url"] if may["add"] else None,
    }
    return known | pages | {"perms": may} | ({"view_only": not may["change"]} if is_listed else {})


def is_ours(model: type[Model]) -> bool:
    """Whether the model is of an app of this project; Django has no pages for a key of several columns."""
    return not model._meta.is_composite_pk and Path(apps.get_app_config(model._meta.app_label).path).parent == Path(
        settings.BASE_DIR
    )
