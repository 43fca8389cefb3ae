"""One action on the ticked rows of a list; rows that the person may not do it with are left and counted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from crm.access import can
from crm.templatetags.figures import plural
from crm.views.base import ScopedView

MOST_ROWS = 500


class BulkView(ScopedView):
    """POST only, with `pk` for each ticked row. A list names its `verb`, what rows are called and what was done."""

    http_method_names = ["post"]
    row_name = "row"
    done = "changed"
    back_to = "/"

    def act(self, record: Any) -> None:
        """Do it with one row."""
        raise NotImplementedError

    def post(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, self.verb, self.model):
            raise PermissionDenied
        keys = {int(key) for key in request.POST.getlist("pk")[:MOST_ROWS] if key.isascii() and key.isdecimal()}
        rows = list(self.get_queryset().visible_to(self.request.user, self.verb).filter(pk__in=keys))
        with transaction.atomic():
            for record in rows:
                self.act(record)
        self._say(len(rows), len(keys) - len(rows))
        back = request.POST.get("next", "")
        return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else self.back_to)

    def _say(self, done: int, left: int) -> None:
        if done:
            messages.success(self.request, f"{plural(done, self.row_name)} {self.done}.")
        if left:
            messages.warning(self.request, f"{plural(left, self.row_name)} left as before: not yours to change.")
        if not done and not left:
            messages.warning(self.request, "Nothing was ticked.")
