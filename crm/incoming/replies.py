"""What a person wrote in a mail, without the mails that stand below it and without the signature.

Line by line and in linear time: the text is a stranger's. What is doubtful stays visible, since nothing is worse than
a sentence of a customer that nobody sees.
"""

from __future__ import annotations

from collections.abc import Sequence

from crm.incoming.words import (
    BEGINNINGS,
    BETWEEN_DASHES,
    CLOSING,
    END_COLON,
    ENDINGS,
    FROM_LINE,
    HAS_DATE_OR_ADDRESS,
    HEAD_LINE,
    MOMENT_AND_ADDRESS,
    ORIGINAL,
    RULE,
    SENT_FROM,
    SIGNATURE,
)

LONGEST_TEXT = 1_000_000
LONGEST_HEAD = 600
MOST_HEAD_LINES = 4
MOST_UNDER_SENT_FROM = 3
MOST_LINES = 5_000  # in which the mail below is looked for

MOST_UNDER_CLOSING, LONGEST_UNDER_CLOSING = 8, 100


def visible_text(text: str) -> str:
    """What the person wrote; the whole text where nothing would be left of it."""
    lines = [line.rstrip() for line in text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = _without_signature(_without_history(lines))
    kept = [line for line in kept if not _is_quoted(line)]
    found = "\n".join(kept).strip()
    return found or text[:LONGEST_TEXT].strip()


def folded_text(text: str) -> tuple[str, str]:
    """The visible text, and what is folded away below it (empty where nothing is)."""
    shown = visible_text(text)
    whole = "\n".join(line.rstrip() for line in text[:LONGEST_TEXT].replace("\r\n", "\n").split("\n")).strip()
    return shown, (whole.removeprefix(shown).strip() if whole != shown else "")


def _without_history(lines: Sequence[str]) -> list[str]:
    """The lines before the first mail below; where that is quoted by `>`, what stands under the quotation, too."""
    for number, line in enumerate(lines[:MOST_LINES]):
        if not line.strip():
            continue
        if ORIGINAL.fullmatch(line) or _is_head_block(lines, number):
            return list(lines[:number])
        if RULE.fullmatch(line) and _is_head_block(lines, _next_filled(lines, number + 1)):
            return list(lines[:number])
        length = _head_length(lines, number)
        if length:
            return [*lines[:number], *_under_quotation(lines[number + length :])]
    return list(lines)


def _under_quotation(lines: Sequence[str]) -> list[str]:
    """What somebody wrote under, or between the lines of, a mail that is quoted by `>`. Else the rest is the quoted
    mail itself."""
    start = _next_filled(lines, 0)
    return list(lines[start:]) if start < len(lines) and _is_quoted(lines[start]) else []


def _head_length(lines: Sequence[str], number: int) -> int:
    """Of how many lines the line above a quotation is made that begins here (`On ... wrote:`); 0 where none does."""
    first = lines[number].lstrip("> \t")
    if len(first) <= LONGEST_HEAD and (MOMENT_AND_ADDRESS.match(first) or BETWEEN_DASHES.fullmatch(first)):
        return 1
    is_begun = bool(BEGINNINGS.match(first))
    if not is_begun and "@" not in first:
        return 0
    joined = ""
    for length in range(1, MOST_HEAD_LINES + 1):
        if number + length > len(lines):
            return 0
        line = lines[number + length - 1].lstrip("> \t")
        if not line.strip():
            return 0
        joined = f"{joined} {line}".strip()
        if len(joined) > LONGEST_HEAD:
            return 0
        if ENDINGS.search(joined[-200:]) and END_COLON.search(joined) and HAS_DATE_OR_ADDRESS.search(joined):
            return length
        if not is_begun:
            return 0
    return 0


def _is_head_block(lines: Sequence[str], number: int) -> bool:
    """Whether the headers of another mail stand here, as some programs write them above it."""
    if number >= len(lines) or not FROM_LINE.match(lines[number]):
        return False
    following = [line for line in lines[number + 1 : number + 7] if line.strip()]
    return sum(bool(HEAD_LINE.match(line)) for line in following) >= 2


def _without_signature(lines: Sequence[str]) -> list[str]:
    """The lines before `-- `, before a closing with a name, and before what a telephone writes under each mail."""
    for number, line in enumerate(lines):
        if SIGNATURE.fullmatch(line):
            return list(lines[:number])
    filled = [number for number, line in enumerate(lines) if line.strip() and not _is_quoted(line)]
    for number in filled[-MOST_UNDER_CLOSING - 1 :]:
        under = [one for one in filled[-MOST_UNDER_CLOSING - 1 :] if one > number]
        is_short = all(len(lines[one]) <= LONGEST_UNDER_CLOSING for one in under)
        if is_short and CLOSING.fullmatch(lines[number]):
            return list(lines[:number])
        if len(under) <= MOST_UNDER_SENT_FROM and len(lines[number]) < 120 and SENT_FROM.match(lines[number]):
            return list(lines[:number])
    return list(lines)


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _next_filled(lines: Sequence[str], number: int) -> int:
    while number < len(lines) and not lines[number].strip():
        number += 1
    return number
