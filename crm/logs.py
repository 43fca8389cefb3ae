"""The form of a log line."""

import json
import logging
import re
from datetime import UTC, datetime

from crm.acting import current_acting

# what errors repeat of what people typed: addresses, the tokens of those who call, PostgreSQL's quotes of a row
ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# "duplicate key value" is no secret: only a sign makes one of a key
SECRET = re.compile(r"(?i)\b(bearer|password|secret|token|key)(\s*[=:]\s*|(?<!key)\s+)[^\s,;&'\")\]}]{6,}")
DETAIL = re.compile(r"(?m)^(\s*(?:DETAIL|CONTEXT):).+$")


def without_personal_data(text: str) -> str:
    """The text with a mark in the place of e-mail addresses, tokens, passwords and the database's quotes of a row."""
    return SECRET.sub(r"\1\2[hidden]", ADDRESS.sub("[address]", DETAIL.sub(r"\1 [hidden]", text)))


class LineFormatter(logging.Formatter):
    """`at=... level=... logger=... request=... job=... message="..."`, with the traceback below when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One event as text."""
        known = fields_of(record)
        message = json.dumps(known.pop("message"), ensure_ascii=False)
        traceback = known.pop("traceback", "")
        line = " ".join(f"{name}={value}" for name, value in known.items()) + f" message={message}"
        return f"{line}\n{traceback}" if traceback else line


class JsonFormatter(LineFormatter):
    """One event as one line of JSON with the same names."""

    def format(self, record: logging.LogRecord) -> str:
        """One event as JSON."""
        return json.dumps(fields_of(record), ensure_ascii=False)


def fields_of(record: logging.LogRecord) -> dict[str, str]:
    """When, how bad, who says it, for which request or job, what; the traceback, where there is one."""
    now = current_acting()
    found = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "request": now.request_id,
        "job": str(now.job_id or ""),
        "message": without_personal_data(record.getMessage()),
    }
    if record.exc_info:
        found["traceback"] = without_personal_data(logging.Formatter().formatException(record.exc_info))
    return {name: value for name, value in found.items() if value or name == "message"}
