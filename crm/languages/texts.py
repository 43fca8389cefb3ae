"""Which texts there are to translate: marked ones in templates, Python and scripts, and declared ones (labels).

Django's own `makemessages` needs GNU gettext, which a bare machine has not; this reads the same marks by Django's
lexer of templates and Babel's of Python and JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract
from django.conf import settings
from django.template.base import Lexer, Token, TokenType

from crm.languages.declared import declared_texts
from crm.languages.marked import NOUNS
from crm.languages.refusals import texts_of_refusals
from crm.languages.views import texts_of_views

PYTHON_KEYWORDS = {
    "gettext": None, "gettext_noop": None, "gettext_lazy": None, "in_words": None, "ngettext": (1, 2), "_": None,
    "Titled": None, "spoken": (2,),
}  # fmt: skip
SCRIPT_KEYWORDS = {"inWords": None}
CONSTANT = re.compile(r"""\b_\((["'])(.+?)\1\)""")
TRANSLATE = re.compile(r"""^translate\s+(["'])(.+?)\1""", re.DOTALL)
PLURAL = re.compile(r"""^plural\s+\S+\s+"([^"]+)"(?:\s+"([^"]+)")?""")


class Text(NamedTuple):
    """A text with its plural, if it has one, and the file where it stands."""

    words: str
    many: str
    place: str


def all_texts() -> Iterator[Text]:
    """Every text of the product that is marked or declared, as often as it stands somewhere."""
    root = Path(settings.BASE_DIR)
    for path in sorted((root / "templates").rglob("*.*")):
        yield from _with_place(texts_of_template(path.read_text()), path.relative_to(root).as_posix())
    for app in ("crm", *settings.CRM_APPS):
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _of_code(path, root, "python", PYTHON_KEYWORDS)
                place = path.relative_to(root).as_posix()
                source = path.read_text()
                found = (*texts_of_views(source), *texts_of_refusals(source))
                yield from (Text(words, "", place) for words in found)
    for path in sorted((root / "static" / "js").rglob("*.js")):
        if path.parent.name != "words":
            yield from _of_code(path, root, "javascript", SCRIPT_KEYWORDS)
    for words, place in declared_texts():
        yield Text(words, "", place)
    for one, many in NOUNS:
        yield Text(one, many, "nouns")


def _with_place(found: Iterator[tuple[str, str]], place: str) -> Iterator[Text]:
    for words, many in found:
        yield Text(words, many, place)


def _of_code(path: Path, root: Path, method: str, keywords: dict) -> Iterator[Text]:
    with path.open("rb") as source:
        for _line, found, _comments, _context in extract(
            method, source, keywords=keywords, options={"encoding": "utf-8"}
        ):
            words, many = found if isinstance(found, tuple) else (found, "")
            yield Text(words, many, path.relative_to(root).as_posix())


def texts_of_template(source: str) -> Iterator[tuple[str, str]]:
    """The texts of one template, as Django asks its catalogue for them, with their plurals."""
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type not in (TokenType.BLOCK, TokenType.VAR):
            continue
        for constant in CONSTANT.finditer(token.contents):
            yield constant[2].replace("%", "%%"), ""
        if token.contents.startswith("blocktranslate"):
            yield _block(tokens)
        elif said := TRANSLATE.match(token.contents):
            yield said[2].replace("%", "%%"), ""
        elif said := PLURAL.match(token.contents):
            yield said[1], said[2] or said[1] + "s"


def _block(tokens: Iterator[Token]) -> tuple[str, str]:
    one, many, current = "", "", "one"
    for token in tokens:
        if token.token_type == TokenType.BLOCK:
            if token.contents.startswith("endblocktranslate"):
                break
            current = "many"
            continue
        said = f"%({token.contents})s" if token.token_type == TokenType.VAR else token.contents.replace("%", "%%")
        one, many = (one + said, many) if current == "one" else (one, many + said)
    return one, many
