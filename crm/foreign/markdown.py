"""Markdown that colleagues wrote, as harmless HTML: no tags of their own, pictures and files only of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from crm.foreign.html import own_html, text_of_html

MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
FLOWING = MarkdownIt("commonmark", {"html": False}).enable("table")
"""For texts whose lines were broken by an editor, such as the documentation: a line's end is a blank."""
ADDRESS_OF = {"link_open": "href", "image": "src"}
TOP_HEADING = 2
"""The page has the only h1."""


def html_of_markdown(
    text: str, files: Mapping[str, str], is_own: Callable[[str], bool], *, reader: MarkdownIt = MARKDOWN
) -> SafeString:
    """The text as HTML for a page of ours. `files` are addresses by the names that the text uses; `is_own` knows
    further addresses of ours that may be linked."""
    tokens = reader.parse(text)
    _name_files(tokens, files)
    known = set(files.values())
    return own_html(reader.renderer.render(tokens, reader.options, {}), lambda url: url in known or is_own(url))


def text_of_markdown(text: str) -> str:
    """The words alone, a line for each paragraph or row."""
    return text_of_html(MARKDOWN.render(text))


def _name_files(tokens: Sequence[Token], files: Mapping[str, str]) -> None:
    """Names of files become their addresses; the largest heading is one of the page's second order."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + TOP_HEADING - 1, 6)}"
        if name := ADDRESS_OF.get(token.type):
            address = files.get(str(token.attrs.get(name, "")))
            if address:
                token.attrs[name] = address
            elif token.type == "image":
                token.type, token.content = "text", f"[Picture: {token.content}]"
        if token.children:
            _name_files(token.children, files)
