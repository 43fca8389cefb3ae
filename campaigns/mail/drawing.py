"""Mails out of blocks: one column of tables with its styles at each element, which mail programs (Outlook among them)
show alike, and the plain text that says the same.

What is the same in every mail of a variant is made once (`prepare`); for a person only its gaps are filled (`draw`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from campaigns.mail.blocks import LINK
from campaigns.mail.merging import PLACE, one_line, said
from campaigns.mail.pictures import OWN, image_of, room_of, said_by_picture

FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
INK, QUIET, ACCENT = "#1d2330", "#6b7280", "#3b4bd8"
PAGE = (
    '<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{title}</title></head>'
    '<body style="margin:0;padding:0;background:#f4f4f6"><div style="display:none;max-height:0;overflow:hidden">'
    '{preheader}</div><table role="presentation" lang="{language}" dir="{direction}" width="100%" cellpadding="0" '
    'cellspacing="0" border="0"><tr>'
    '<td align="center" style="padding:24px 12px"><table role="presentation" width="600" cellpadding="0" '
    'cellspacing="0" border="0" style="width:100%;max-width:600px;background:#ffffff">{rows}</table>'
    '<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" '
    'style="width:100%;max-width:600px"><tr><td style="{font};padding:16px 32px;font-size:12px;line-height:18px;'
    'color:{quiet}">{footer}</td></tr></table></td></tr></table>{pixel}</body></html>'
)
ROW = '<tr><td style="{font};padding:{padding};color:{ink};font-size:{size};line-height:{height}">{inner}</td></tr>'
# Outlook leaves out the padding of a link: the cell has it there
BUTTON = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td bgcolor="{accent}" '
    'style="border-radius:6px;mso-padding-alt:12px 24px"><a href="{url}" style="{font};display:inline-block;'
    'padding:12px 24px;font-size:16px;color:#ffffff;text-decoration:none;font-weight:600">{text}</a></td></tr></table>'
)
LONGEST_RULE = 60
MARK = "\0"  # no text holds it: PostgreSQL keeps none
Links = Callable[[str], str]


@dataclass(frozen=True)
class Written:
    """A mail for one person: HTML and the plain text that says the same."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class Person:
    """What the gaps of a mail are filled with. `links` makes of an address the one that stands in the mail; `footer`
    is (HTML, text); `pixel` is HTML."""

    values: Mapping[str, str]
    links: Links
    footer: tuple[str, str]
    pixel: str = ""


Gap = Callable[[Person], str]
"""Says what stands in its place in the mail of a person."""


class _Gaps:
    """The gaps of a variant. Texts are put together with marks in their place, and cut at them in the end."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []
        self._places: dict[tuple[str, ...], int] = {}

    def gap(self, key: tuple[str, ...], gap: Gap) -> str:
        """The mark of a gap; the same for the same key."""
        if key not in self._places:
            self._places[key] = len(self.gaps)
            self.gaps.append(gap)
        return f"{MARK}{self._places[key]}{MARK}"

    def words(self, text: str, write: Callable[[str], str] = str) -> str:
        """A text with marks for its merge fields. `write` makes a value fit for where it stands."""

        def mark(found: re.Match[str]) -> str:
            name, instead = found[1].strip(), (found[2] or "").strip()
            return self.gap(("word", write.__name__, name, instead), partial(self._word, name, instead, write))

        return PLACE.sub(mark, text)

    def link(self, url: str) -> str:
        """The mark of a link in a plain text."""
        return self.gap(("link", url), lambda person: person.links(url))

    def link_in_html(self, url: str) -> str:
        """The mark of a link in an attribute."""
        return self.gap(("link in HTML", url), lambda person: html.escape(person.links(url)))

    def rule(self, text: str) -> str:
        """The mark of a line below a heading, as long as what is said."""
        whole = self.words(text)
        return self.gap(("rule", text), lambda person: "=" * min(len(self._filled(whole, person)), LONGEST_RULE))

    def _word(self, name: str, instead: str, write: Callable[[str], str], person: Person) -> str:
        value = said(name, instead, person.values)
        return self._filled(instead, person) if value is None else write(value)

    def _filled(self, text: str, person: Person) -> str:
        """A part of a mail with marks: what is said instead of a field may hold a link."""
        whole = self.cut(text)
        return whole.filled({place: self.gaps[place](person) for place in whole.places})

    def cut(self, text: str) -> _Cut:
        """A text with marks as what stands between them, and the numbers of the gaps."""
        pieces = text.split(MARK)
        return _Cut(tuple(pieces), tuple(int(number) for number in pieces[1::2]))


@dataclass(frozen=True)
class _Cut:
    """A text whose every second piece is a gap."""

    pieces: tuple[str, ...]
    places: tuple[int, ...]

    def filled(self, said: Mapping[int, str] | Sequence[str]) -> str:
        """The text; `said` is what stands in each gap."""
        pieces = list(self.pieces)
        pieces[1::2] = [said[place] for place in self.places]
        return "".join(pieces)


@dataclass(frozen=True)
class Prepared:
    """A variant whose gaps are to be filled."""

    gaps: Sequence[Gap]
    subject: _Cut
    html: _Cut
    text: _Cut

    def draw(self, person: Person) -> Written:
        """The mail of a person. Raises `merging.Unknown` where a field is empty and nothing is said instead."""
        said_there = [gap(person) for gap in self.gaps]
        return Written(self.subject.filled(said_there), self.html.filled(said_there), self.text.filled(said_there))


def prepare(
    blocks: Sequence[Mapping[str, str]], *, subject: str, preheader: str, language: str = "en", direction: str = "ltr"
) -> Prepared:
    """Everything of a mail that is the same for everybody; what it says is in `language`, read in `direction`."""
    gaps = _Gaps()
    page = PAGE.format(
        title=gaps.words(one_line(html.escape(subject)), _one_line_in_html),
        preheader=gaps.words(html.escape(preheader), html.escape),
        rows="".join(_row(block, gaps) for block in blocks),
        footer=gaps.gap(("footer in HTML",), lambda person: person.footer[0]),
        font=FONT,
        quiet=QUIET,
        language=language,
        direction=direction,
        pixel=gaps.gap(("pixel",), lambda person: person.pixel),
    )
    plain = "\n\n".join(filter(None, (_plain(block, gaps) for block in blocks)))
    below = gaps.gap(("footer",), lambda person: person.footer[1])
    title = gaps.cut(gaps.words(one_line(subject), one_line))
    return Prepared(gaps.gaps, title, gaps.cut(page), gaps.cut(f"{plain}\n\n-- \n{below}\n"))


def _one_line_in_html(value: str) -> str:
    return html.escape(one_line(value))


def _row(block: Mapping[str, str], gaps: _Gaps) -> str:
    kind, padding, size, height = block["kind"], "12px 32px", "16px", "25px"
    typed = block.get("text", "")
    # addresses that somebody typed become links before names are filled in: a name is never a link
    text = gaps.words(_linked(typed, gaps) if kind == "text" else html.escape(typed, quote=False), html.escape)
    if kind == "heading":
        padding, size, height, inner = "24px 32px 8px", "26px", "33px", f"<strong>{text}</strong>"
    elif kind == "button":
        inner = BUTTON.format(accent=ACCENT, url=gaps.link_in_html(block["url"]), font=FONT, text=text)
    elif kind == "picture":
        shown = gaps.words(html.escape(block.get("text", "")), html.escape)
        image = f'<img src="{html.escape(block["url"])}" alt="{shown}" width="600" '
        inner, padding = f'{image}style="display:block;width:100%;max-width:600px;height:auto;border:0">', "0"
    elif kind == OWN:
        shown = gaps.words(html.escape(block.get("text", "")), html.escape)
        inner = image_of(block, shown, gaps.link_in_html(block["url"]) if block.get("url") else "")
        padding = room_of(block)
    elif kind == "line":
        inner = '<hr style="border:0;border-top:1px solid #e5e7eb;margin:8px 0">'
    else:
        inner = text.replace("\n", "<br>")
    return ROW.format(font=FONT, padding=padding, ink=INK, size=size, height=height, inner=inner)


def _linked(text: str, gaps: _Gaps) -> str:
    """A text as HTML, the addresses in it as links. They are looked for before it is escaped, as the plain text and
    the check do: an escaped bracket behind an address would be a part of it."""
    made, end = "", 0
    for found in LINK.finditer(text):
        before, shown = (html.escape(part, quote=False) for part in (text[end : found.start()], found[0]))
        made += f'{before}<a href="{gaps.link_in_html(found[0])}" style="color:{ACCENT}">{shown}</a>'
        end = found.end()
    return made + html.escape(text[end:], quote=False)


def _plain(block: Mapping[str, str], gaps: _Gaps) -> str:
    kind, text = block["kind"], block.get("text", "")
    if kind == "text":
        return gaps.words(LINK.sub(lambda found: gaps.link(found[0]), text))
    words = gaps.words(text)
    if kind == "heading":
        return f"{words}\n{gaps.rule(text)}"
    if kind == "button":
        return f"{words}: {gaps.link(block['url'])}"
    if kind == "picture":
        return f"[{words}]"
    if kind == OWN:
        return said_by_picture(block, words, gaps.link(block["url"]) if block.get("url") else "")
    return "-----"
