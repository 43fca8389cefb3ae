"""Errors of the API as `application/problem+json` (RFC 9457): a status, a code to test for, a sentence to read."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

PREFIX = "/api/"
CONTENT_TYPE = "application/problem+json"
SENTENCES = {
    400: ("bad_request", "The request cannot be read."),
    401: ("no_token", "This address needs a token: send `Authorization: Bearer TOKEN`."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing here, or nothing that you may see."),
    405: ("wrong_method", "This address does not take that method."),
    413: ("too_large", "The request is too large."),
    500: ("fault", "The server could not do this. It was noted; try again later."),
    503: ("busy", "The server is busy. Try again in a moment."),
}
logger = logging.getLogger(__name__)

FieldError = dict[str, str]


class Problem(Exception):
    """A refusal with its status, code and sentence; `errors` are {"field", "message"}, for what a body said."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers, self.members = list(errors), dict(headers or {}), members

    def response(self) -> HttpResponse:
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **({"errors": self.errors} if self.errors else {}),
            **self.members,
        }
        text = json.dumps(body, ensure_ascii=False, default=str)
        return HttpResponse(text, status=self.status, content_type=CONTENT_TYPE, headers=self.headers)


def plain_problem(status: int) -> Problem:
    """The problem of a status that nothing more is known about."""
    fallback = (f"status_{status}", HTTPStatus(status).phrase + ".")
    code, detail = SENTENCES.get(status, fallback)
    return Problem(status, code, detail)


def wrong_fields(errors: Sequence[FieldError]) -> Problem:
    """422: the body can be read, but what it says will not do."""
    many = "Some values" if len(errors) > 1 else "One value"
    return Problem(422, "wrong_values", f"{many} cannot be taken; nothing was saved.", errors=errors)


def wrong_question(sentences: Sequence[str]) -> Problem:
    """400: the parameters of a list cannot be read."""
    return Problem(400, "wrong_question", " ".join(sentences))


def errors_of(error: ValidationError, names: Mapping[str, str] | None = None) -> list[FieldError]:
    """What an action or a form refused, field by field; `names` turn the form's names into the API's."""
    if not hasattr(error, "error_dict"):
        return [{"field": "", "message": message} for message in error.messages]
    return [
        {"field": "" if field == "__all__" else (names or {}).get(field, field), "message": message}
        for field, messages in error.message_dict.items()
        for message in messages
    ]


class ProblemPages:
    """Turns every refusal below /api/ that is no problem yet (of other middleware, the resolver, a fault) into one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_ours = request.path.startswith(PREFIX)
        if not is_ours or response.status_code < 400 or response.get("Content-Type") == CONTENT_TYPE:
            return response
        problem = plain_problem(response.status_code).response()
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if response.has_header(name):
                problem[name] = response[name]
        return problem
