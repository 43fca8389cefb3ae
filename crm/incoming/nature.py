"""Who wrote a mail: a person, or one of the machines that must never be answered (RFC 3834)."""

from __future__ import annotations

import re

from crm.incoming.choices import Nature
from crm.incoming.reading import ReadMail
from crm.incoming.words import AWAY

ROBOTS = re.compile(
    r"(mailer-?daemon|post-?master|no-?_?reply|do-?not-?reply|donotreply|ne-pas-repondre|noreply|bounces?|auto-?reply"
    r"|listserv|majordomo|owner-.*|.*-request|.*-owner)([+=-].*)?",
    re.IGNORECASE,
)
BULK_WORDS = {"bulk", "list", "junk"}
ANSWERING_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply", "x-autoresponder")
LIST_HEADERS = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "list-help",
    "x-mailing-list",
    "mailing-list",
    "feedback-id",
)


def nature_of(mail: ReadMail) -> Nature:
    """Whether a person wrote it; bounces and complaints are told before, by `bounces`."""
    if _answers_by_itself(mail):
        return Nature.AUTO_REPLY
    if mail.header("precedence").lower() in BULK_WORDS or any(name in mail.message for name in LIST_HEADERS):
        return Nature.BULK
    return Nature.PERSON


def may_be_answered(mail: ReadMail) -> bool:
    """Whether a machine may answer it: only a person who can be answered, and never what may be a machine's."""
    local = mail.sender[1].partition("@")[0]
    wishes = mail.header("x-auto-response-suppress").lower()
    is_refused = any(word in wishes for word in ("all", "autoreply", "oof"))
    is_from_nobody = any(value.strip() == "<>" for value in mail.headers("return-path"))
    return (
        bool(local)
        and nature_of(mail) == Nature.PERSON
        and not ROBOTS.fullmatch(local)
        and not is_refused
        and not is_from_nobody
    )


def _answers_by_itself(mail: ReadMail) -> bool:
    submitted = mail.header("auto-submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if any(name in mail.message for name in ANSWERING_HEADERS):
        return True
    if mail.header("x-auto-response-suppress").lower() == "all" and AWAY.match(mail.subject):
        return True
    return bool(AWAY.match(mail.subject)) or mail.header("precedence").lower() in {"auto_reply", "auto-reply"}
