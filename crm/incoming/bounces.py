"""Mails that came back, and complaints about mails: whose address it is, why, and which mail of ours it was.

Reports (RFC 3464, RFC 5965) are read field by field. Older servers write prose: then an address counts only where
that server says of it that the mail did not reach it, before the returned mail begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message

from crm.incoming.reading import MESSAGE_ID, ReadMail, clean, decoded, reports_of, text_of, usable_address
from crm.mail.replies import GONE_CODES, UNKNOWN_USER

LONGEST_PROSE = 20_000
LONGEST_REASON = 500
ORIGINAL_RECIPIENT = "x-hmxmroriginalrecipient"
FAILED_ACTIONS = {"failed", "failure"}
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
CODE = re.compile(r"\b([45]\d\d)(?=[ \-#])")
SENDERS = re.compile(
    r"(mailer-?daemon|post-?master|poostmaster|mail-?delivery|mdaemon|bounces?)([+=_-].*)?", re.IGNORECASE
)
# mail servers that write in a person's or program's name, known by their subject
SUBJECTS = re.compile(
    r"\b(undeliver(able|ed)|undelivered mail|delivery (status notification|failure|has failed|report)"
    r"|(mail|message|delivery)( system)? (delivery )?(failed|failure|error)|returned mail|failure notice"
    r"|mail delivery failed|could ?n.t be delivered|non.?remis|unzustellbar|nicht zugestellt|no entregado"
    r"|mancato recapito|onbestelbaar)\b",
    re.IGNORECASE,
)
DELAYED = re.compile(
    r"warning message only|has been delayed|not yet been delivered|will be retried|still being retried"
    r"|delivery attempts will continue|\(delay\)|delayed \d+ hours",
    re.IGNORECASE,
)
# where the returned mail begins
RETURNED = re.compile(
    r"^\s*[-*]{2,}.{0,40}(below this line|copy of|original message|returned message|unsent message|message follows"
    r"|header of the original|enclosed is a copy|transcript of session follows.{0,10}unsent)"
    r"|^\s*(original message( follows)?|bounced e-?mail|below is a copy of the original message|the original message"
    r" headers)\s*[.:]?\s*$|^-+original message|^(return-path|received):\s",
    re.IGNORECASE,
)
ADDRESS_ALONE = re.compile(
    r"\s{0,16}(?:>>> )?<?(?:mailto:)?([^\s<>@,;:\"()]{1,64}@[A-Za-z0-9.-]{1,255})>?\s*(?::.{0,300}|on \d.{0,40})?"
)
ADDRESS_HEAD = re.compile(r"\s{0,8}<([^\s<>]{1,320})>:(\s|$)")
ANY_ADDRESS = re.compile(r"<?([^\s<>@,;:\"()\[\]]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9])>?")
INTRODUCTION = re.compile(
    r"(address(es)?|recipients?|users?|destinations?|empf.{1,2}nger)\b.{0,80}\b(failed|fatal errors|error|rejected)"
    r"|(could not|cannot|can't|wasn't able to|were unable to|unable to) (be )?deliver|delivery to the following"
    r"|failed permanently|not (yet )?been delivered|did not reach|failure reasons|server message"
    r"|to deliver a message for|following (address|recipient)|deliver the mail to",
    re.IGNORECASE,
)
INLINE = re.compile(
    r"(unable to deliver (your )?message to|invalid final delivery userid|did not reach the following recipient\S{0,3}"
    r"|(error|failed) delivering your mail to|delivery failed|recipient address rejected|could not be delivered to"
    r"|status: error, address:|no such user|unknown user|user unknown)"
    r"\W{0,6}<?(?P<address>[^\s<>@,;:\"()]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9])",
    re.IGNORECASE,
)
REPLY_LINE = re.compile(r"\s*(?:>>> |<<< )?[45]\d\d[ -].{0,200}?<(?P<address>[^\s<>@]{1,64}@[A-Za-z0-9.-]{1,255})>")
FIELD = re.compile(
    r"^(final-recipient|original-recipient|status|action|diagnostic-code)\s*:\s*(.{0,900})$", re.IGNORECASE
)
IDS = re.compile(r"^(message-id|x-delivery-id)\s*:\s*(.{0,900})$", re.IGNORECASE | re.MULTILINE)
TYPE_PREFIX = re.compile(r"^\s*[\w/-]{1,20}\s*;\s*")
NOTICE = re.compile(
    r'notificationType\W{1,8}Bounce.{0,2000}?emailAddress\W{1,8}([^\s"\\]{3,320})'
)  # of a provider's topic
# a full mailbox, no route for now: tried often enough, yet no word about the address itself
PASSING = {(2, 2), (4, 4), (4, 7)}


@dataclass(frozen=True)
class Report:
    """What a mail server or a complaint desk says.

    `address` is whose mail it was, empty where it does not say. `is_hard`: refused for good; `is_gone`: because there
    is no such address. `message_ids` and `delivery_ids` are those of the mail that it is about.
    """

    address: str = ""
    is_hard: bool = False
    is_gone: bool = False
    is_delay: bool = False
    reason: str = ""
    message_ids: tuple[str, ...] = ()
    delivery_ids: tuple[str, ...] = ()


def read_bounce(mail: ReadMail) -> Report | None:
    """What a mail server says of a mail that it could not deliver; None for a mail of anybody else."""
    blocks = list(_status_blocks(mail.message))
    noticed = NOTICE.search(mail.text[:LONGEST_PROSE])
    if noticed and mail.sender[1].endswith("amazonaws.com"):
        return _judged(usable_address(noticed[1]), "5.1.1" if "Permanent" in noticed[0] else "4.0.0", is_delay=False)
    if not blocks and not _is_from_a_server(mail):
        return None
    found = _of_blocks(blocks) or _of_header(mail) or _of_prose(mail)
    if found is None:
        return None
    return _with_ids(found, mail)


def read_complaint(mail: ReadMail) -> Report | None:
    """A feedback report (RFC 5965), or one of the kinds that were before it; None for any other mail."""
    reports = reports_of(mail.message, "message/feedback-report")
    returned = _returned(mail.message)
    original = next(
        (part.get("x-hmxmroriginalrecipient") for part in returned if "x-hmxmroriginalrecipient" in part), ""
    )
    if not reports and not original:
        return None
    fields = [field for report in reports for field in _fields(report)]
    kind = next((value for name, value in fields if name == "feedback-type"), "abuse").lower()
    if kind == "not-spam":
        return None
    named = [value for name, value in fields if name in {"original-rcpt-to", "removal-recipient"}]
    shown = [str(part.get("to", "")) for part in returned]
    address = next(filter(None, map(_address_in, [*named, str(original), *shown])), "")
    reason = f"Feedback report: {kind[:40]}"
    return _with_ids(Report(address=address, reason=reason), mail)


def _status_blocks(message: Message) -> Iterator[dict[str, str]]:
    """The fields of each recipient of each delivery status in it."""
    for report in reports_of(message, "message/delivery-status"):
        inside = report.get_payload()
        blocks = [block for block in inside if isinstance(block, Message)] if isinstance(inside, list) else []
        found = [dict(reversed(list(_fields(block)))) for block in blocks]
        told = [fields for fields in found if "final-recipient" in fields or "original-recipient" in fields]
        yield from told or _blocks_of_text(_as_text(report))


def _fields(block: Message) -> Iterator[tuple[str, str]]:
    """Header fields of a report, and those in its body, where a server left out a line break."""
    for name, value in block.items():
        yield name.lower(), decoded(str(value))
    for part in block.get_payload() if block.is_multipart() else []:
        if isinstance(part, Message):
            yield from ((name.lower(), decoded(str(value))) for name, value in part.items())
    if not block.is_multipart():
        for line in str(block.get_payload() or "")[:LONGEST_PROSE].splitlines():
            name, colon, value = line.partition(":")
            if colon and re.fullmatch(r"[A-Za-z][A-Za-z-]{1,40}", name):
                yield name.lower(), decoded(value)


def _as_text(report: Message) -> str:
    """A report that is not built as one, as it stands."""
    try:
        return clean(report.as_string()[:LONGEST_PROSE])
    except (ValueError, LookupError, TypeError, KeyError, MessageError):
        return ""


def _blocks_of_text(text: str) -> Iterator[dict[str, str]]:
    found: dict[str, str] = {}
    for line in text[:LONGEST_PROSE].splitlines():
        match = FIELD.match(line)
        if not match:
            continue
        name = match[1].lower()
        if name == "final-recipient" and "final-recipient" in found:
            yield found
            found = {}
        found.setdefault(name, decoded(match[2]))
    if "final-recipient" in found or "original-recipient" in found:
        yield found


def _of_blocks(blocks: Iterable[dict[str, str]]) -> Report | None:
    """The first recipient that failed, else the first that is waited for."""
    found = [one for one in map(_of_block, blocks) if one is not None]
    return next((one for one in found if not one.is_delay), found[0] if found else None)


def _of_block(fields: dict[str, str]) -> Report | None:
    action = fields.get("action", "failed").strip().lower().split(" ")[0]
    status, words = fields.get("status", ""), fields.get("diagnostic-code", "")
    if action in {"delivered", "relayed", "expanded"}:
        return None
    given = [fields.get("final-recipient", ""), fields.get("original-recipient", "")]
    address = next(filter(None, (_address_in(TYPE_PREFIX.sub("", value)) for value in given)), "")
    is_delay = action == "delayed" or (action not in FAILED_ACTIONS and status.strip().startswith("4"))
    return _judged(address, f"{status} {TYPE_PREFIX.sub('', words)}", is_delay)


def _of_header(mail: ReadMail) -> Report | None:
    address = _address_in(mail.header("x-failed-recipients"))
    prose = _prose(mail)
    return _judged(address, _said_of(prose, address), bool(DELAYED.search(prose))) if address else None


def _of_prose(mail: ReadMail) -> Report | None:
    """The address that the prose of a mail server names as not reached, where it names one."""
    prose = _prose(mail)
    lines = prose.splitlines()
    address = next(filter(None, (way(lines) for way in (_by_field, _by_head, _by_list, _by_words))), "")
    if not address:
        return None
    return _judged(address, _said_of(prose, address), bool(DELAYED.search(f"{mail.subject}\n{prose}")))


def _prose(mail: ReadMail) -> str:
    """What the server itself says, up to where the returned mail begins."""
    kept: list[str] = []
    preamble = str(mail.message.preamble or "") if not mail.text.strip() else ""
    for line in (mail.text or preamble)[:LONGEST_PROSE].splitlines():
        if kept and RETURNED.search(line):
            break
        kept.append(line)
    return "\n".join(kept)


def _by_field(lines: list[str]) -> str:
    for line in lines:
        match = FIELD.match(line.strip())
        if match and match[1].lower() == "final-recipient":
            return _address_in(TYPE_PREFIX.sub("", match[2]))
    return ""


def _by_head(lines: list[str]) -> str:
    """`<mia@example.com>:` above what was said of it."""
    return next(filter(None, (usable_address(m[1]) for m in map(ADDRESS_HEAD.match, lines) if m)), "")


def _by_list(lines: list[str]) -> str:
    """The first address that stands alone in a line under a sentence that announces such."""
    is_announced = False
    for line in lines:
        match = ADDRESS_ALONE.fullmatch(line)
        if is_announced and match:
            address = usable_address(match[1].rstrip("."))
            if address:
                return address
        is_announced = is_announced or bool(INTRODUCTION.search(line))
    return ""


def _by_words(lines: list[str]) -> str:
    """The address in a sentence that says that it was not reached, else in an answer of the other server."""
    for find in (INLINE.search, REPLY_LINE.match):
        for line in lines:
            match = find(line[:1_000])
            address = usable_address(str(match["address"]).rstrip(".")) if match else ""
            if address:
                return address
    return ""


def _said_of(prose: str, address: str) -> str:
    """The line with a code that stands nearest below the address, else the one with the address."""
    lines = [line.strip() for line in prose.splitlines()]
    start = next((number for number, line in enumerate(lines) if address in line.lower()), 0)
    told = [line for line in lines[start : start + 12] if STATUS.search(line) or CODE.search(line)]
    if told:
        return told[0]
    return next((line for line in lines[start + 1 : start + 4] if line), lines[start] if lines else "")


def _judged(address: str, words: str, is_delay: bool) -> Report:
    """What the words of the server mean: for good or for now, and whether the address is to blame."""
    words = " ".join(words.split())
    codes = [(int(a), int(b), int(c)) for a, b, c in STATUS.findall(words)]
    # a server may say 5.0.0 and then give the other one's answer, which says more
    code = next((one for one in codes if one[1:] != (0, 0)), codes[0] if codes else None)
    plain = CODE.search(words)
    is_permanent = code[0] == 5 if code else (plain[1][0] == "5" if plain else True)
    is_hard = not is_delay and is_permanent and (code is None or code[1:] not in PASSING)
    known = code is not None and code[1:] != (0, 0)
    is_gone = is_hard and (code[1:] in GONE_CODES if code and known else bool(UNKNOWN_USER.search(words)))
    return Report(address=address, is_hard=is_hard, is_gone=is_gone, is_delay=is_delay, reason=words[:LONGEST_REASON])


def _is_from_a_server(mail: ReadMail) -> bool:
    """Whether it says of itself that a mail server wrote it."""
    local = mail.sender[1].partition("@")[0]
    raw = str(mail.message.get("from", ""))[:500]
    is_server = bool(SENDERS.fullmatch(local)) or "mailer-daemon" in raw.lower() or _is_from_nobody(mail)
    return (
        is_server
        or bool(SUBJECTS.search(mail.subject) and _is_automatic(mail))
        or "x-failed-recipients" in mail.message
    )


def _is_from_nobody(mail: ReadMail) -> bool:
    """An empty envelope sender, which machines have and people do not."""
    return any(value.strip() == "<>" for value in mail.headers("return-path"))


def _is_automatic(mail: ReadMail) -> bool:
    return not mail.sender[1] or "postmaster" in mail.sender[1] or bool(mail.header("auto-submitted"))


def _returned(message: Message) -> list[Message]:
    """The headers of the mails of ours that came with the report."""
    found: list[Message] = []
    for kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/partial"):
        for part in reports_of(message, kind):
            inside = part.get_payload()
            if isinstance(inside, list):
                found += [one for one in inside if isinstance(one, Message)]
    return found


def _with_ids(report: Report, mail: ReadMail) -> Report:
    """With the ids that the returned mail shows, wherever in the report it stands."""
    text = ""
    for kind in ("text/rfc822-headers", "message/rfc822-headers"):
        for part in reports_of(mail.message, kind):
            content = part.get_payload(decode=True)
            text += text_of(content, "utf-8")[:LONGEST_PROSE] if isinstance(content, bytes) else ""
    text += "".join(
        f"{name}: {value}\n"
        for one in _returned(mail.message)
        for name, value in one.items()
        if name.lower() in {"message-id", "x-delivery-id"}
    )
    prose = mail.text[:LONGEST_PROSE]
    pairs = IDS.findall(f"{text}\n{prose}")
    ids = [found[0] for name, value in pairs if name.lower() == "message-id" and (found := MESSAGE_ID.search(value))]
    deliveries = [value.strip()[:60] for name, value in pairs if name.lower() == "x-delivery-id"]
    ids += mail.references[:5]
    return Report(
        report.address, report.is_hard, report.is_gone, report.is_delay, report.reason,
        tuple(dict.fromkeys(ids))[:10], tuple(dict.fromkeys(deliveries))[:10],
    )  # fmt: skip


def _address_in(text: str) -> str:
    """The first address that stands in a text."""
    match = ANY_ADDRESS.search(text[:2_000])
    return usable_address(match[1]) if match else ""
