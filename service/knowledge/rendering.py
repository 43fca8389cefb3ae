"""What an article's Markdown looks like on a page: for colleagues with addresses behind the sign-in, for customers
with public ones."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.safestring import SafeString

from crm.foreign.markdown import html_of_markdown
from service.models import Article

HELP_PATH = re.compile(r"/help/[a-z2-9]{10}/")


def is_help_address(url: str) -> bool:
    """Whether an address is that of an article on the help pages."""
    return HELP_PATH.fullmatch(url) is not None


def shown(article: Article, body: str, *, to_customers: bool) -> SafeString:
    """The body as HTML."""
    files = article.files.all()
    if to_customers:
        known = {one.name: reverse("service:help_file", args=[one.key]) for one in files}
    else:
        known = {one.name: reverse("service:article_file", args=[one.pk]) for one in files}
    return html_of_markdown(body, known, is_help_address)
