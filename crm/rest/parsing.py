"""Bodies of requests: JSON, of a bounded size and depth, with texts that a database can hold."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from ninja.parser import Parser

from crm.rest.problems import Problem, plain_problem

DEEPEST = 20
MOST_VALUES = 50_000
LARGEST_NUMBER = 10**30
# no text of a person: NUL, which PostgreSQL refuses, and halves of characters, which no encoding holds
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonParser(Parser):
    """Reads the body of a request, or raises the problem that says why it cannot be read."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The decoded body. Raises 400, 413 or 415."""
        if request.content_type != "application/json":
            raise Problem(415, "not_json", "Send the body as `Content-Type: application/json`.")
        return decoded(body_of(request))


def body_of(request: HttpRequest) -> bytes:
    """The raw body (at most `DATA_UPLOAD_MAX_MEMORY_SIZE`)."""
    try:
        return request.body
    except RequestDataTooBig as error:
        raise plain_problem(413) from error
    except UnreadablePostError as error:
        raise plain_problem(400) from error


def decoded(body: bytes) -> Any:
    """JSON as RFC 8259 has it: no NaN, no key twice, not deeper than 20 levels."""
    try:
        text = body.decode()
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object, parse_int=_whole)
    except RecursionError as error:
        raise _too_deep() from error
    except (UnicodeDecodeError, ValueError) as error:
        raise Problem(400, "not_json", f"The body is not JSON: {error}.") from error
    _check(value)
    return value


def _check(value: Any) -> None:
    """Walk through without recursion, so that the depth of the body is not the depth of the stack."""
    level, seen = [value], 0
    for _ in range(DEEPEST):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += [*one, *one.values()]
            elif isinstance(one, list):
                below += one
            elif isinstance(one, str) and UNSTORABLE.search(one):
                raise Problem(400, "bad_text", "A text holds a character that cannot be stored.")
        seen += len(below)
        if seen > MOST_VALUES:
            raise Problem(413, "too_large", f"The body holds more than {MOST_VALUES:,} values.")
        if not below:
            return
        level = below
    raise _too_deep()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in an object twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > len(str(LARGEST_NUMBER)):
        raise ValueError("a number is too large")
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _too_deep() -> Problem:
    return Problem(400, "too_deep", f"The body is nested deeper than {DEEPEST} levels.")
