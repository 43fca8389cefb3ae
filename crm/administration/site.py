"""The site of the administration: for administrators only, signed in as everywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from pathlib import Path
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator

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
        floors = [config.label for config in apps.get_app_configs()]
        found = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: floors.index(app["app_label"]))


def is_ours(model: type[Model]) -> bool:
    """Whether the model is of an app of this project; Django has no pages for a key of several columns."""
    return not model._meta.is_composite_pk and Path(apps.get_app_config(model._meta.app_label).path).parent == Path(
        settings.BASE_DIR
    )
