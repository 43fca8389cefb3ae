"""Before people and rights are touched: show again who you are, if the last time is long ago."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.views import View

from crm.accounts.second_factor import is_fresh


def ask_who_is_there(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired where it is long ago; what was sent is kept and done afterwards."""
    if request.user.is_authenticated and not is_fresh(request):
        raise ReauthenticationRequired


class StepUp(View):
    """A view that changes people or rights."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ask_who_is_there(request)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]
