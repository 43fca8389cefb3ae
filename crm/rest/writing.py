"""Writes of the API: the body becomes the data of the page's own form, and the form's action does the work.

So a value that a page refuses is refused here, in the same sentence; a person who may not set something there cannot
set it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from crm.access import can
from crm.choices import Verb
from crm.customfields.forms import as_sent
from crm.field_rights import read_only_fields
from crm.models import User
from crm.rest.idempotency import done_once
from crm.rest.problems import FieldError, Problem, errors_of, plain_problem, wrong_fields
from crm.rest.resources import Resource
from crm.rest.tokens import ApiRequest, caller, has_scope
from crm.saving import StaleRecord

MakeForm = Callable[[Any], Any]


def found(resource: Resource, request: HttpRequest, pk: int, verb: str = Verb.VIEW) -> Any:
    """The record, if this person may see it and do the verb. Raises a 404 or a 403."""
    user = caller(request)
    rows = resource.with_relations(resource.rows(user), resource.specs)
    record = rows.filter(pk=pk).first()
    if record is None:
        raise Http404
    if (key := getattr(record, "goes_on_as", None)) is not None:
        raise _gone_on(rows.filter(pk=key).first(), record, request)
    if verb != Verb.VIEW and not can(user, verb, record):
        raise plain_problem(403)
    return record


def _gone_on(kept: Any, gone: Any, request: HttpRequest) -> Exception:
    """The record was merged: where it goes on, for who may see that (307: a merge can be undone)."""
    if kept is None:
        return Http404()
    place = request.path.replace(f"/{gone.pk}", f"/{kept.pk}", 1)
    detail = f"{gone} was merged into {kept}: go on with that one."
    return Problem(307, "merged", detail, headers={"Location": place}, merged_into=kept.pk)


def refuse_without(user: User, verb: str, model: type[models.Model]) -> None:
    """Raise a 403 where this person may not do this with any record."""
    if not can(user, verb, model):
        raise plain_problem(403)


def answer(resource: Resource, request: HttpRequest, record: Any, status: int = 200, **parts: Any) -> JsonResponse:
    """The record as it is now, and `parts` of it that are no fields; its version is the `ETag`."""
    user = caller(request)
    hidden = resource.hidden(user, with_scores=has_scope(request, resource.scores_scope))
    names = [name for name in resource.specs if name not in hidden]
    whole = {**resource.shown(user, [record], names)[0], **parts}
    response = JsonResponse(whole, status=status, json_dumps_params={"ensure_ascii": False})
    if resource.version:
        response["ETag"] = f'"{resource.version(record)}"'
    return response


def created(
    resource: Resource,
    request: HttpRequest,
    make: Callable[[], models.Model],
    said: Callable[[Any], Mapping[str, str]] | None = None,
) -> HttpResponse:
    """Make a record (once for an `Idempotency-Key`) and answer it with its address; `said` gives further headers."""

    def work() -> HttpResponse:
        record = acted(make)
        response = answer(resource, request, found(resource, request, record.pk), status=201)
        response["Location"] = f"{request.path.rstrip('/')}/{record.pk}"
        for name, value in (said(record) if said else {}).items():
            response[name] = value
        return response

    return done_once(cast(ApiRequest, request), work)


def acted(act: Callable[[], Any], names: Mapping[str, str] | None = None) -> Any:
    """What an action returns; its refusals become problems."""
    try:
        return act()
    except ValidationError as error:
        raise wrong_fields(errors_of(error, names)) from error


def filled(make_form: MakeForm, given: Mapping[str, Any], names: Mapping[str, str], user: User) -> Any:
    """The form with what was given over what it begins with, valid. Raises a 422 that names the body's fields.

    `names` turns the body's names into the form's, where they differ; custom values come by key under `custom`.
    """
    custom = {f"custom.{key}": as_sent(value) for key, value in (given.get("custom") or {}).items()}
    given = {name: value for name, value in given.items() if name != "custom"} | custom
    names = {**names, **{name: name.replace("custom.", "custom_", 1) for name in custom}}
    blank = make_form(None)
    words = {names.get(name, name): name for name in given}
    fixed = read_only_fields(user, blank._meta.model)
    errors = [_refused(word) for name, word in words.items() if name not in blank.fields or {name, word} & fixed]
    if errors:
        raise wrong_fields(errors)
    start = {name: blank[name].value() for name in blank.fields}
    form = make_form({**start, **{names.get(name, name): _typed(value) for name, value in given.items()}})
    check(form, {form_name: word for word, form_name in names.items()})
    return form


def check(form: Any, names: Mapping[str, str]) -> None:
    """Raise a 422 with the sentences of a form that is not valid."""
    if not form.is_valid():
        raise wrong_fields(list(_errors(form, names)))


def _errors(form: Any, names: Mapping[str, str]) -> Iterable[FieldError]:
    for name, errors in form.errors.items():
        for error in errors:
            yield {"field": "" if name == "__all__" else names.get(name, name), "message": str(error)}


def _refused(name: str) -> FieldError:
    return {"field": name, "message": "This cannot be set here."}


def _typed(value: Any) -> Any:
    """A JSON value as a form field takes it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return [str(one) for one in value]
    return value


class Expected:
    """The version that a change is made over: `If-Match: "3"`, or `version` in the body. Raises a 428 without any."""

    def __init__(self, request: HttpRequest, version: int | None) -> None:
        header = request.headers.get("If-Match", "")
        text = header.strip().removeprefix("W/").strip('"')
        self.is_header = bool(header)
        if header and not (text.isascii() and text.isdecimal() and len(text) < 12):
            raise self._stale('`If-Match` holds the `ETag` of the record, such as "3".')
        if not header and version is None:
            detail = "Say which version you change: `If-Match` with the record's `ETag`, or `version` in the body."
            raise Problem(428, "no_version", detail)
        self.version = int(text) if header else cast(int, version)

    def save(self, act: Callable[[], Any]) -> Any:
        """What the action returns. Raises a 412 (header) or 409 (body) where somebody was faster."""
        try:
            return acted(act)
        except StaleRecord as stale:
            detail = "Somebody changed this record since you read it. Read it again, then send your change."
            raise self._stale(detail) from stale

    def _stale(self, detail: str) -> Problem:
        return Problem(412 if self.is_header else 409, "stale", detail)
