"""`{% url %}` and `{% translate %}` that remember: a page says what the page before it said, and Django composes every
address and looks up every text anew."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import defaulttags
from django.template.base import Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from crm.paths import path_of

register = template.Library()


class KeptAddress(defaulttags.URLNode):
    """Django's node; the address of a page, or of a record by its number, is composed once."""

    def render(self, context: Context) -> Any:
        if self.asvar or self.kwargs or len(self.args) > 1:
            return super().render(context)
        name, args = self.view_name.resolve(context), [each.resolve(context) for each in self.args]
        if not name or any(type(each) is not int or each < 0 for each in args):
            return super().render(context)
        return conditional_escape(path_of(str(name), *args)) if context.autoescape else path_of(str(name), *args)


class KeptText(i18n.TranslateNode):
    """Django's node for a text that stands in the template: looked up once in each language."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        super().__init__(node.filter_expression, node.noop, node.asvar, node.message_context)
        self.said: dict[str | None, Any] = {}

    def render(self, context: Context) -> Any:
        language = get_language()
        if language not in self.said:
            self.said[language] = super().render(context)
        return self.said[language]


@register.tag
def url(parser: Parser, token: Token) -> KeptAddress:
    """As Django's own tag of this name."""
    node = defaulttags.url(parser, token)
    return KeptAddress(node.view_name, node.args, node.kwargs, node.asvar)


@register.tag("translate")
def translate(parser: Parser, token: Token) -> i18n.TranslateNode:
    """As Django's own tag of this name."""
    node = i18n.do_translate(parser, token)
    expression = node.filter_expression
    is_constant = isinstance(expression.var, Variable) and expression.var.literal is not None and not expression.filters
    return KeptText(node) if is_constant and not (node.asvar or node.message_context) else node
