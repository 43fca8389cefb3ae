"""What the OpenAPI document says of resources: models made of their fields, and the parameters of their lists."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from crm.catalogue import FieldSpec, shipped_fields_of
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.nodes import LONGEST_TEXT
from crm.rest.listing import LARGEST_PAGE, PAGE_SIZE
from crm.rest.resources import Resource, final_field

EXAMPLES: dict[str, Any] = {"name": "Mia Keller", "email": "mia.keller@example.com", "phone": "+44 113 496 0188"}


class Named(Schema):
    """Another record, by id and name."""

    id: int = Field(examples=[7])
    name: str = Field(examples=["Mia Keller"])


class FieldProblem(Schema):
    field: str = Field(description="Which value of the body; empty for the body as a whole.", examples=["emails"])
    message: str = Field(examples=["Line 1, “mia”: Enter a valid email address."])


class ProblemBody(Schema):
    """An error as RFC 9457 has it (`application/problem+json`)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    code: str = Field(description="A word to test for.", examples=["wrong_values"])
    detail: str = Field(description="A sentence to read.", examples=["One value cannot be taken; nothing was saved."])
    errors: list[FieldProblem] = Field(default=[], description="What was wrong with a body, value by value.")


class Input(Schema):
    """A body of a request: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", str_max_length=100_000)


def record_schema(name: str, resource: Resource) -> type[Schema]:
    """The model of a record: every field may be missing (not asked for by `fields`, or not for this person)."""
    fields: dict[str, Any] = {"id": (int, Field(examples=[7]))}
    for spec in resource.specs.values():
        example = EXAMPLES.get(spec.name)
        field = Field(default=None, description=_said(spec), examples=[example] if example else None)
        fields[spec.name] = (_type_of(resource.model, spec) | None, field)
    return create_model(name, __base__=Schema, **fields)


def page_schema(name: str, item: type[Schema]) -> type[Schema]:
    """The model of a page of a list."""
    return create_model(
        f"{name}Page",
        __base__=Schema,
        items=(list[item], ...),  # type: ignore[valid-type]
        next=(str | None, Field(description="The address of the next page; null on the last one.")),
        after=(str | None, Field(description="The key of the next page, for `after`.")),
    )


TREE_HELP = (
    'A tree of conditions as JSON, the one that the list pages have in their address: {"version": 1, "where": {"all": '
    '[{"field": "country", "op": "is", "value": "DE"}, {"not": {"field": "orders_last", "op": "in_last", "value": '
    '{"count": 90, "unit": "day"}}}]}}.'
)


def list_parameters(resource: Resource) -> dict[str, Any]:
    """`openapi_extra` of a list: its filters, its orders and the words that all lists know."""
    sorts = [spec.name for spec in (*shipped_fields_of(resource.label), *resource.extras) if spec.sort]
    orders = sorted({sign + name for name in sorts for sign in ("", "-")})
    said = [
        _parameter("after", "The key of a page, as the one before it gave it.", {"type": "string"}),
        _parameter(
            "sort", f"The order; `{resource.default_sort}` if nothing is said.", {"type": "string", "enum": orders}
        ),
        _parameter(
            "page_size",
            f"Rows of a page; {PAGE_SIZE} if nothing is said.",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
        ),
        _parameter("fields", "Only these fields, between commas: `name,email`.", {"type": "string"}),
    ]
    if resource.updated_path:
        moment = {"type": "string", "format": "date-time"}
        said.append(_parameter("updated_since", "Only what was changed at or after this moment.", moment))
    if shipped_fields_of(resource.label):
        words = {"type": "string", "maxLength": 200}
        said.append(_parameter("q", "Words to search for, as in the list's search box.", words))
        said.append(_parameter(FILTER, TREE_HELP, {"type": "string", "maxLength": LONGEST_TEXT}))
    said += [one for spec in shipped_fields_of(resource.label) if spec.filter for one in _filters(spec)]
    return {"parameters": said}


def _filters(spec: FieldSpec) -> list[dict[str, Any]]:
    if spec.kind in ("number", "money", "date"):
        schema = {"type": "string", "format": "date"} if spec.kind == "date" else {"type": "number"}
        ends = (("min", "at least"), ("max", "at most"))
        return [_parameter(f"{spec.name}_{end}", f"{_said(spec)} {words} this.", schema) for end, words in ends]
    if spec.kind == "record":
        return [_parameter(spec.name, f"{_said(spec)} The id of the record.", {"type": "integer"})]
    if spec.kind in ("choice", "listed", "person", "team"):
        many = {"type": "array", "items": {"type": "string"}}
        return [{**_parameter(spec.name, f"{_said(spec)} Any of these.", many), "style": "form", "explode": True}]
    if spec.kind == "state":
        return [
            _parameter(spec.name, "Current ones if nothing is said.", {"type": "string", "enum": ["archived", "all"]})
        ]
    if spec.kind == "flag":
        return [_parameter(spec.name, _said(spec), {"type": "string", "enum": ["yes", "no"]})]
    return [_parameter(spec.name, f"{_said(spec)} Any part of it.", {"type": "string"})]


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": False, "description": description, "schema": schema}


def _said(spec: FieldSpec) -> str:
    return f"{spec.label}. {spec.help}".strip() if spec.help else f"{spec.label}."


def _type_of(model: type[models.Model], spec: FieldSpec) -> Any:
    """The Python type of a field's value in JSON."""
    if spec.kind in ("person", "team"):
        return Named
    if spec.kind in ("tags", "listed"):
        return list[str]
    field = final_field(model, spec.path) if spec.path else None
    if isinstance(field, models.ForeignKey) and spec.path.endswith(field.attname):
        return int
    if spec.kind == "flag" or isinstance(field, models.BooleanField):
        return bool
    if spec.value is not None and (spec.kind == "text" or spec.path == "id"):
        return Any
    return _type_of_field(field)


def _type_of_field(field: Any) -> Any:
    if field is None or isinstance(field, models.JSONField):
        return Any
    if isinstance(field, models.ForeignKey):
        return Named
    if isinstance(field, models.DateTimeField):
        return dt.datetime
    if isinstance(field, models.DateField):
        return dt.date
    if isinstance(field, (models.IntegerField, models.AutoField)):
        return int
    if isinstance(field, models.FloatField):
        return float
    return str
