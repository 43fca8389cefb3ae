"""HTML that strangers wrote: made harmless, shown in a frame without rights, or turned into plain text.

The rules (OWASP ASVS 1.3.1): only the tags of running text and tables; no style, class, id, data-* or handler; links to
https, mailto and tel. Nothing is loaded from elsewhere before somebody clicks: a remote picture becomes a link to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString

MAX_CHARACTERS = 1_000_000
MAX_ANGLES = 10_000
"""How many `<` one text may have: the parser's time grows with the square of the nesting (here: 0.3 s)."""
MAX_AMPERSANDS = 100_000
"""How many `&`: the parser's time grows with the square of those that begin no entity."""

TAGS = frozenset(
    "a abbr b blockquote br caption cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre q s small"
    " span strong sub sup table tbody td tfoot th thead tr u ul".split()
)
TAGS_WITH_CONTENT = frozenset("script style title noscript template svg math iframe object select textarea xmp".split())
"""What goes with all that is in it; of other tags that are not allowed the text stays."""
ATTRIBUTES = {
    "*": {"dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
LINK_STARTS = ("https://", "mailto:", "tel:")
PICTURE_STARTS = ("https://", "cid:")
NUMBERS = frozenset({"width", "height", "start", "colspan", "rowspan"})
LONGEST_NUMBER = 4

# the cleaner's own output: attributes always in double quotes
CLEAN_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[^"<>]*(?:"[^"]*"[^"<>]*)*)?)>')
CLEAN_ATTRIBUTE = re.compile(r'\s([a-z]+)="([^"]*)"')
CID = re.compile(r'src="cid:([^"]*)"')
RAW_TAG = re.compile(r"<[^<>]*>")
LINE_TAGS = frozenset("br div tr dt dd caption hr".split())
PARAGRAPH_TAGS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre".split())
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&"))  # the last one last

SHORTENED = "<p>[This text is very long. The rest of it is not shown.]</p>"
UNFORMATTED = "<p>[This text is built too intricately to be shown with its formatting.]</p>"


def clean_html(text: str) -> str:
    """Harmless HTML of the same text.

    A plain `str`, so that a template escapes it: show it by `foreign_frame` only. Never raises; of more than a million
    characters the first million stay, and what is nested beyond reason comes without its formatting.
    """
    short = _shortened(text)
    return _cleaned(short) + (SHORTENED if len(short) < len(text) else "")


def foreign_frame(text: str, title: str, pictures: Mapping[str, str] | None = None) -> SafeString:
    """A frame that shows the text and has no right at all but to open a link in a new tab.

    `pictures` are those that came with it, by their content id, as `data:image/png;base64,...`.
    """
    known = pictures or {}
    shown = CID.sub(lambda found: f'src="{known[found[1]]}"' if found[1] in known else 'src=""', clean_html(text))
    return format_html(
        '<iframe class="foreign-frame" title="{}" sandbox="allow-popups allow-popups-to-escape-sandbox"'
        ' referrerpolicy="no-referrer" srcdoc="{}"></iframe>',
        title,
        '<base target="_blank">' + shown,
    )


def text_of_html(text: str, *, with_links: bool = False) -> str:
    """The text alone, a line for each paragraph or row; `with_links` writes the target behind each link."""
    found = CLEAN_TAG.sub(_LineWriter(with_links), _cleaned(_shortened(text)).replace("\n", " "))
    for entity, character in ENTITIES:
        found = found.replace(entity, character)
    lines = [" ".join(line.split()) for line in found.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def own_html(text: str, is_own: Callable[[str], bool]) -> SafeString:
    """HTML that was made of colleagues' Markdown, to stand in a page of ours: the same tags and nothing else. Pictures
    and links without https, mailto or tel only to addresses of ours, which `is_own` knows."""

    def allowed(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return value if is_own(value) else None
        return value if name == "href" and is_own(value) else _allowed_value(tag, name, value)

    return SafeString(_cleaner(allowed, relative="pass_through").clean(_shortened(text)))


def _shortened(text: str) -> str:
    return "&".join(text[:MAX_CHARACTERS].split("&", MAX_AMPERSANDS)[:MAX_AMPERSANDS])


def _cleaned(text: str) -> str:
    if text.count("<") > MAX_ANGLES:
        return UNFORMATTED + _without_tags(text)
    html = WITH_PICTURES.clean(text)
    if "<img" in html:
        html = FINAL.clean(CLEAN_TAG.sub(_PictureWriter(), html))
    return html


def _without_tags(text: str) -> str:
    """A line for each tag that stood alone; the content of scripts stays, as text."""
    bare = RAW_TAG.sub("\n", text).replace("<", "&lt;").replace(">", "&gt;")
    lines = (line.strip() for line in bare.split("\n"))
    return FINAL.clean("<br>".join(line for line in lines if line))


class _PictureWriter:
    """Replaces the pictures of cleaned HTML: a remote one by a link to it, inside of a link by its words."""

    def __init__(self) -> None:
        self.is_in_link = False

    def __call__(self, tag: re.Match[str]) -> str:
        closing, name, attributes = tag.groups()
        if name == "a":
            self.is_in_link = not closing
        return self._picture(tag[0], dict(CLEAN_ATTRIBUTE.findall(attributes))) if name == "img" else tag[0]

    def _picture(self, tag: str, found: dict[str, str]) -> str:
        source, words = found.get("src", ""), found.get("alt") or found.get("title") or ""
        if source.startswith("cid:"):
            return tag
        if _is_tracker(found) and not words:
            return ""
        words = f"[Picture: {words}]" if words else "[Picture]"
        return words if self.is_in_link or not source else f'<a href="{source}">{words}</a>'


def _is_tracker(found: dict[str, str]) -> bool:
    """A picture of one point: there to report that the mail was opened."""
    return found.get("width") in {"0", "1"} or found.get("height") in {"0", "1"}


class _LineWriter:
    """Replaces the tags of cleaned HTML by line breaks, list marks and, if wanted, the targets of links."""

    def __init__(self, with_links: bool) -> None:
        self.with_links = with_links
        self.target = ""

    def __call__(self, tag: re.Match[str]) -> str:
        closing, name, attributes = tag.groups()
        if name == "a":
            return self._link(closing, attributes)
        if name == "li":
            return "" if closing else "\n- "
        if name in PARAGRAPH_TAGS:
            return "\n\n"
        if name in LINE_TAGS:
            return "\n"
        return " " if name in {"td", "th"} else ""

    def _link(self, closing: str, attributes: str) -> str:
        if closing:
            return f" <{self.target}>" if self.target and self.with_links else ""
        self.target = dict(CLEAN_ATTRIBUTE.findall(attributes)).get("href", "")
        return ""


def _allowed_value(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute, or None where it must go."""
    if name == "href":
        return value if value.strip().lower().startswith(LINK_STARTS) else None
    if name == "src":
        return value if value.strip().lower().startswith(PICTURE_STARTS) else None
    if name == "dir":
        return value if value in {"ltr", "rtl", "auto"} else None
    if name in NUMBERS:
        return value if value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER else None
    return value


def _final_value(tag: str, name: str, value: str) -> str | None:
    """The same after the pictures are rewritten: none from elsewhere is left, whatever the rewriting did."""
    if name == "src" and not value.lower().startswith("cid:"):
        return None
    return _allowed_value(tag, name, value)


def _cleaner(
    value_filter: Callable[[str, str, str], str | None], relative: Literal["deny", "pass_through"] = "deny"
) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(TAGS_WITH_CONTENT),
        attributes=ATTRIBUTES,
        attribute_filter=value_filter,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"https", "mailto", "tel", "cid"},
        url_relative=relative,
    )


WITH_PICTURES = _cleaner(_allowed_value)
FINAL = _cleaner(_final_value)
