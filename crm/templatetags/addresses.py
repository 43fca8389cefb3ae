"""`{% url %}` that remembers: a page asks for the same addresses as the one before, and Django composes each anew."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template import defaulttags
from django.template.base import Parser, Token
from django.template.context import Context
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape

register = template.Library()
MOST = 20_000
PLAIN = (int, str)


@lru_cache(MOST)
def _address(name: str, args: tuple[int | str, ...], place: tuple[str | None, str]) -> str:
    """Of a view; `place`: what else an address depends on, the URLconf and the prefix of the site."""
    return conditional_escape(reverse(name, urlconf=place[0], args=args))


class KeptAddress(defaulttags.URLNode):
    """Django's node; an address by name and plain positional arguments is composed once."""

    def render(self, context: Context) -> Any:
        if self.asvar or self.kwargs or not context.autoescape:
            return super().render(context)
        name, args = self.view_name.resolve(context), tuple(each.resolve(context) for each in self.args)
        if type(name) not in PLAIN or any(type(each) not in PLAIN for each in args):
            return super().render(context)
        return _address(name, args, (get_urlconf(), get_script_prefix()))


@register.tag
def url(parser: Parser, token: Token) -> KeptAddress:
    """As Django's own tag of this name."""
    node = defaulttags.url(parser, token)
    return KeptAddress(node.view_name, node.args, node.kwargs, node.asvar)
