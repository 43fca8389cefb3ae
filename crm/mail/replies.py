"""What an answer of a mail server means for the mail, for its address and for the channel (RFC 5321, RFC 3463)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# bad mailbox, bad domain, bad syntax of the recipient, moved away, domain that takes no mail; 5.1.7 and 5.1.8 are
# about the sender, 5.1.0 about nobody knows whom
GONE_CODES = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10)}
UNKNOWN_USER = re.compile(
    r"(user|recipient|mailbox|address|account)\b.{0,40}\b(unknown|not found|does ?n.t exist|not exist|invalid)"
    r"|(unknown|no such|invalid) (user|recipient|mailbox|address|account)",
    re.IGNORECASE,
)
LOGIN_CODES = {530, 534, 535, 538}
CLOSING = 421
TOO_LARGE = 552
BAD_ADDRESS_CODES = {550, 551, 553}
POLICY, SECURITY_SUBJECT = {554}, 7
LONGEST_SENTENCE = 500


class Verdict(Enum):
    """What came of one conversation about one mail."""

    SENT = "sent"
    REFUSED = "refused"  # for good
    LATER = "later"  # the server says: not now
    UNKNOWN = "unknown"  # it may have left: the line broke after the content went out
    UNTOUCHED = "untouched"  # it surely has not left, and the channel is to blame


@dataclass(frozen=True)
class Outcome:
    """The verdict on a mail; `is_gone` blames its address for good, `is_trouble` (also) the channel.

    `is_closed`: the line is not to be used again; `is_stale`: it was closed before this mail had begun.
    """

    verdict: Verdict
    sentence: str = ""
    code: int | None = None
    is_gone: bool = False
    is_trouble: bool = False
    is_closed: bool = False
    is_stale: bool = False


SENT = Outcome(Verdict.SENT, code=250)


class ChannelTrouble(Exception):
    """The server of a channel cannot be reached or does not let us in; the message is a sentence."""


def read_reply(step: str, code: int, text: str) -> Outcome:
    """The outcome of a refusing answer at a step: MAIL, RCPT, DATA (its content too)."""
    sentence = f"{code} {text}".strip()[:LONGEST_SENTENCE]
    if code == CLOSING:
        return Outcome(Verdict.LATER, sentence, code, is_trouble=True, is_closed=True)
    if code in LOGIN_CODES:
        return Outcome(Verdict.UNTOUCHED, sentence, code, is_trouble=True)
    if code // 100 == 4:
        return Outcome(Verdict.LATER, sentence, code)
    if code // 100 != 5:
        return Outcome(Verdict.LATER, f"An answer that no mail server should give: {sentence}", code, is_trouble=True)
    if step == "MAIL" and code != TOO_LARGE:
        # the sender is refused: that is how the channel is set up, not the fault of this address
        return Outcome(Verdict.LATER, f"The sender was refused: {sentence}", code, is_trouble=True)
    return Outcome(
        Verdict.REFUSED,
        sentence,
        code,
        is_gone=step == "RCPT" and _is_gone(code, text),
        is_trouble=_is_policy(code, text),
    )


def _is_gone(code: int, text: str) -> bool:
    """Whether the address does not exist: by the enhanced code, or without one by 550 and the words."""
    found = ENHANCED.search(text)
    if found:
        return found[1] == "5" and (int(found[2]), int(found[3])) in GONE_CODES
    return code in BAD_ADDRESS_CODES and bool(UNKNOWN_USER.search(text))


def _is_policy(code: int, text: str) -> bool:
    """Whether the server dislikes us rather than the address: no relaying, listed, spam."""
    found = ENHANCED.search(text)
    if found:
        return int(found[2]) == SECURITY_SUBJECT
    return code in POLICY
