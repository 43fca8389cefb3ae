"""What people see when something broke: an apology, or, where the database is away, the advice to wait a moment."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import server_error

RETRY_SECONDS = 10


@requires_csrf_token
def broken(request: HttpRequest) -> HttpResponse:
    """500; or 503 with Retry-After where the database is away, answers too late, or a lock is held too long."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    # without the request: the page's own parts would ask the database again
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
