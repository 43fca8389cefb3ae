"""Facts beside a record, each drawn by itself, so that a layout can put them anywhere; the pencil to edit each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from crm.access import can
from crm.choices import Verb
from crm.customfields.definitions import definitions_of
from crm.customfields.showing import FactLine, fact_lines
from crm.field_rights import hidden_fields, read_only_fields
from crm.languages.words import translated
from crm.layouts.places import Block, Item
from crm.models import User
from crm.templatetags.pieces import icon

Drawn = SafeString | str
TEMPLATE = "components/_fact_group.html"
PENCIL = (
    '<a class="fact-edit" href="{0}?fact={1}" hx-get="{0}?fact={1}" hx-target="closest dd" hx-select=".fact-form" '
    'aria-label="{4}: {2}" title="{4}">{3}</a>'
)


@dataclass(frozen=True)
class Fact:
    """How a fact is called and drawn (empty where the record has none); the `fields` of the record's form that edit it.

    `shows` names the fields that it tells of, where they are not its own: with all of them hidden it is not shown.
    `when` says which records can have it at all."""

    label: str
    draw: Callable[[Any], Drawn]
    fields: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    when: Callable[[Any], bool] | None = None


def blocks_of(facts: Mapping[str, Fact], label: str, panels: Iterable[Block] = ()) -> tuple[Block, ...]:
    """The shipped groups: the facts, the custom fields of the model, and what stands beside them."""
    own = tuple(Item(one.name, one.label) for one in definitions_of(label))
    known = tuple(Item(name, fact.label) for name, fact in facts.items())
    return (Block("Facts", known), *([Block("Further facts", own)] if own else []), *panels)


def fields_by_fact(facts: Mapping[str, Fact]) -> dict[str, tuple[str, ...]]:
    """The facts that can be edited, with the fields of each."""
    return {name: fact.fields for name, fact in facts.items() if fact.fields}


def draw_groups(
    user: User, record: models.Model, blocks: Sequence[Block], facts: Mapping[str, Fact], url: str
) -> list[dict[str, Any]]:
    """What `components/_fact_group.html` draws of each group; at `url` a fact is edited. Facts that the record has not
    are offered below the first group."""
    hidden, own = hidden_fields(user, type(record)), {one.name: one for one in fact_lines(user, record)}
    editable = _editable(user, record, facts)
    drawn: list[dict[str, Any]] = [{"title": block.title, "lines": [], "fact_url": url} for block in blocks]
    missing: list[tuple[str, str]] = []
    for data, block in zip(drawn, blocks, strict=True):
        for item in block.items:
            fact, may_edit = facts.get(item.name), item.name in editable
            if fact and (_is_hidden(item.name, fact, hidden) or (fact.when and not fact.when(record))):
                continue
            if shown := fact.draw(record) if fact else custom_line(own.get(item.name)):
                link = pencil(url, item.name, item.label) if may_edit else ""
                data["lines"].append((item.label, shown, link, item.name))
            elif may_edit:
                missing.append((item.name, item.label))
    if drawn:
        drawn[0] |= {"missing": missing, "is_first": True}
    return [one if one["lines"] or one.get("is_first") else {} for one in drawn]


def pencil(url: str, fact: str, label: str) -> SafeString:
    """The link that puts the form of a fact in its place."""
    return format_html(PENCIL, url, fact, translated(label), icon("pencil"), gettext("Edit"))


def record_link(record: Any) -> Drawn:
    """A related record by name, with the way to its page; one out of sight by the words that stand for it."""
    if record is None:
        return ""
    address = record.get_absolute_url()
    return format_html('<a href="{}">{}</a>', address, record) if address else conditional_escape(str(record))


def custom_line(line: FactLine | None) -> Drawn:
    """The value of a custom field; nothing where there is none."""
    if line is None:
        return ""
    shown: Drawn = line.text
    if line.url and line.is_outside:
        shown = format_html(
            '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>', line.url, line.text
        )
    elif line.url:
        shown = format_html('<a href="{}">{}</a>', line.url, line.text)
    return format_html('{}<span class="ink-3"> · {}</span>', shown, line.note) if line.note else shown


def _editable(user: User, record: models.Model, facts: Mapping[str, Fact]) -> set[str]:
    """Facts that this person may write of this record."""
    if getattr(record, "is_archived", False) or not can(user, Verb.CHANGE, record):
        return set()
    fixed, label = read_only_fields(user, type(record)), record._meta.label_lower
    known = {name for name, fact in facts.items() if set(fact.fields) - fixed}
    return known | {one.name for one in definitions_of(label) if one.name not in fixed}


def _is_hidden(name: str, fact: Fact, hidden: Collection[str]) -> bool:
    shown = fact.shows or fact.fields or (name,)
    return name in hidden or all(one in hidden for one in shown)
