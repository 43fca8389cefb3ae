"""The blocks that a mail is made of, for people who write no HTML: headings, texts, buttons, pictures, lines.

A mail is drawn as one column of tables with its styles at each element, which mail programs (Outlook among them) show
alike. The plain text is made along. Links and pictures are https only.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from campaigns.mail.merging import check_text, fill

KINDS: dict[str, str] = {
    "heading": "Heading",
    "text": "Text",
    "button": "Button",
    "picture": "Picture",
    "line": "Line",
}
MOST_BLOCKS, LONGEST_TEXT, LONGEST_URL = 40, 10_000, 1_500
FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
INK, QUIET, ACCENT = "#1d2330", "#6b7280", "#3b4bd8"
LINK = re.compile(r"https?://[^\s<>\"{}]+[^\s<>\"{}.,;:!?)\]]")
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{title}</title></head>'
    '<body style="margin:0;padding:0;background:#f4f4f6"><div style="display:none;max-height:0;overflow:hidden">'
    '{preheader}</div><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
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
Links = Callable[[str], str]


@dataclass(frozen=True)
class Written:
    """A mail for one person: HTML and the plain text that says the same."""

    subject: str
    html: str
    text: str


def checked_blocks(given: Any) -> list[dict[str, str]]:
    """The blocks as they are kept. Raises ValidationError with a sentence."""
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise ValidationError("A mail is a list of blocks.")
    if len(given) > MOST_BLOCKS:
        raise ValidationError(f"A mail has at most {MOST_BLOCKS} blocks.")
    return [_checked(one, place) for place, one in enumerate(given, start=1)]


def _checked(given: Mapping[str, Any], place: int) -> dict[str, str]:
    kind = str(given.get("kind", ""))
    if kind not in KINDS:
        raise ValidationError(f"Block {place}: there is no kind “{kind[:40]}”.")
    text, url = str(given.get("text", "")).replace("\r\n", "\n").strip(), str(given.get("url", "")).strip()
    try:
        if len(text) > LONGEST_TEXT:
            raise ValidationError(f"It is longer than {LONGEST_TEXT:,} characters.")
        if "\0" in text or "\0" in url:
            raise ValidationError("It holds a sign that cannot be sent.")
        check_text(text)
        if kind in ("button", "picture") or url:
            url = checked_url(url)
        if kind in ("heading", "text", "button", "picture") and not text:
            missing = "what it shows, for who sees no pictures" if kind == "picture" else "what it says"
            raise ValidationError(f"Write {missing}.")
    except ValidationError as error:
        raise ValidationError(f"Block {place}, {KINDS[kind].lower()}: {' '.join(error.messages)}") from error
    return {"kind": kind} | ({"text": text} if kind != "line" else {}) | ({"url": url} if url else {})


def checked_url(url: str) -> str:
    """A web address that a mail may lead to. Raises ValidationError."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_right = False
    if not is_right or len(url) > LONGEST_URL or re.search(r"[\s<>\"\\{}]", url):
        raise ValidationError("A link is a whole web address such as https://example.com/frames, without merge fields.")
    return url


def links_of(blocks: Sequence[Mapping[str, str]]) -> list[str]:
    """Every address that a mail leads to, each once, in its order."""
    found: dict[str, None] = {}
    for block in blocks:
        if block.get("url") and block["kind"] != "picture":
            found[block["url"]] = None
        if block["kind"] == "text":
            found |= dict.fromkeys(LINK.findall(block["text"]))
    return list(found)


def texts_of(blocks: Sequence[Mapping[str, str]]) -> str:
    """Everything that a person typed, for looking at its merge fields."""
    return "\n".join(block.get("text", "") for block in blocks)


def draw(
    blocks: Sequence[Mapping[str, str]],
    *,
    subject: str,
    preheader: str,
    values: Mapping[str, str],
    links: Links,
    footer: tuple[str, str],
    pixel: str = "",
) -> Written:
    """The mail for one person. `links` makes of an address the one that stands in the mail; `footer` is (HTML, text).

    Raises `merging.Unknown` where a field is empty and nothing is said instead.
    """
    title = " ".join(fill(subject, values).split())
    rows = "".join(_row(block, values, links) for block in blocks)
    shown = html.escape(fill(preheader, values)) if preheader else ""
    page = PAGE.format(
        title=html.escape(title), preheader=shown, rows=rows, footer=footer[0], font=FONT, quiet=QUIET, pixel=pixel
    )
    plain = "\n\n".join(filter(None, (_plain(block, values, links) for block in blocks)))
    return Written(title, page, f"{plain}\n\n-- \n{footer[1]}\n")


def _row(block: Mapping[str, str], values: Mapping[str, str], links: Links) -> str:
    kind, padding, size, height = block["kind"], "12px 32px", "16px", "25px"
    escaped = html.escape(block.get("text", ""), quote=False)
    # addresses that somebody typed become links before names are filled in: a name is never a link
    text = fill(_linked(escaped, links) if kind == "text" else escaped, values, html.escape)
    if kind == "heading":
        padding, size, height, inner = "24px 32px 8px", "26px", "33px", f"<strong>{text}</strong>"
    elif kind == "button":
        inner = BUTTON.format(accent=ACCENT, url=html.escape(links(block["url"])), font=FONT, text=text)
    elif kind == "picture":
        image = f'<img src="{html.escape(block["url"])}" alt="{html.escape(_words(block, values))}" width="600" '
        inner, padding = f'{image}style="display:block;width:100%;max-width:600px;height:auto;border:0">', "0"
    elif kind == "line":
        inner = '<hr style="border:0;border-top:1px solid #e5e7eb;margin:8px 0">'
    else:
        inner = text.replace("\n", "<br>")
    return ROW.format(font=FONT, padding=padding, ink=INK, size=size, height=height, inner=inner)


def _linked(text: str, links: Links) -> str:
    """Addresses in an escaped text as links."""

    def link(found: re.Match[str]) -> str:
        target = html.escape(links(html.unescape(found[0])))
        return f'<a href="{target}" style="color:{ACCENT}">{found[0]}</a>'

    return LINK.sub(link, text)


def _words(block: Mapping[str, str], values: Mapping[str, str]) -> str:
    return fill(block.get("text", ""), values)


def _plain(block: Mapping[str, str], values: Mapping[str, str], links: Links) -> str:
    kind = block["kind"]
    if kind == "text":
        return fill(LINK.sub(lambda found: links(found[0]), block["text"]), values)
    text = _words(block, values)
    if kind == "heading":
        return f"{text}\n{'=' * min(len(text), 60)}"
    if kind == "button":
        return f"{text}: {links(block['url'])}"
    if kind == "picture":
        return f"[{text}]"
    return "-----"
