"""The form of a log line."""

import json
import logging
from datetime import UTC, datetime


class LineFormatter(logging.Formatter):
    """`at=... level=... logger=... message="..."`, with the traceback below when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One event as text."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = json.dumps(record.getMessage(), ensure_ascii=False)
        line = f"at={at} level={record.levelname.lower()} logger={record.name} message={message}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
