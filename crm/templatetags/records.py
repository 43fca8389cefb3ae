"""What repeats on the page of a record, drawn in Python: its links of tabs, its lines of facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from crm.languages.words import is_translated, translated
from crm.markup import filled, joined
from crm.templatetags.figures import number
from crm.templatetags.pieces import kept

register = template.Library()
_label = kept(escape)
TAB = '<a class="tab" id="tab-{}" href="{}" hx-get="{}" data-part-tab{}>{}{}</a>'
CURRENT = SafeString(' aria-current="page"')
LINE = "<dt>{}</dt><dd{}>{}{}</dd>"


@register.simple_tag
def tab_links(tabs: Iterable[dict[str, Any]]) -> SafeString:
    """The links of a record's tabs, each {name, label, url, active, count}; names are words of the code."""
    say = translated if is_translated() else str
    return joined(_tab_link(one, say(one["label"])) for one in tabs)


def _tab_link(one: dict[str, Any], label: str) -> SafeString:
    url, current = escape(one["url"]), CURRENT if one["active"] else ""
    return filled(TAB, one["name"] or "own", url, url, current, _label(label), _count(one["count"]))


def _count(count: Any) -> str:
    return "" if count is None or count == "" else filled('<span class="tab-count">{}</span>', number(count))


@register.simple_tag
def fact_lines(lines: Iterable[tuple[Any, Any, Any, str]]) -> SafeString:
    """Lines of facts: each its label (words of the code), what is shown, the way to change it, and its name."""
    return joined(_line(*line) for line in lines)


def _line(label: Any, shown: Any, pencil: Any, name: str) -> SafeString:
    return filled(LINE, translated(label), filled(' id="fact-{}"', name) if name else "", shown, pencil)
