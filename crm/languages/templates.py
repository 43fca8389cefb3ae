"""The template engine of the site: a page for a request is drawn in the language of who asked for it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates, Template
from django.template.loader_tags import ExtendsNode
from django.utils import translation

from crm.languages.marked import ENGLISH_YET, PAGES_OF


class SpokenTemplate(Template):
    """A template whose page for a request with a language is drawn in it; without a request, as the code goes."""

    @cached_property
    def is_on_base(self) -> bool:
        """Whether all but the frame around it is its own. What stands on a layout is of both, and counts as spoken."""
        extends = [node for node in self.template.nodelist if isinstance(node, ExtendsNode)]
        return [str(getattr(node.parent_name, "var", "")) for node in extends] == ["base.html"]

    def is_english(self, language: str) -> bool:
        """Whether the page's own part is English for who reads in this language: the frame alone speaks it."""
        name = str(self.template.name)
        is_spoken = language not in PAGES_OF or name.startswith(PAGES_OF[language])
        return self.is_on_base and (name.startswith(ENGLISH_YET) or not is_spoken)

    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> Any:
        language = getattr(request, "language", None)
        if self.is_english(language or translation.get_language() or ""):
            context = {"is_english": True, **(context or {})}
        if language is None or language == translation.get_language():
            return super().render(context, request)
        with translation.override(language):
            return super().render(context, request)


class SpokenTemplates(DjangoTemplates):
    """Django's own engine with templates that know whom they are drawn for."""

    def from_string(self, template_code: str) -> SpokenTemplate:
        return SpokenTemplate(self.engine.from_string(template_code), self)

    def get_template(self, template_name: str) -> SpokenTemplate:
        found = super().get_template(template_name)
        return SpokenTemplate(found.template, self)
