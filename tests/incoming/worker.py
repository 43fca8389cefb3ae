"""A worker in a process of its own: `python -m tests.incoming.worker MAILBOX FAILPOINTS`; it works till done."""

import os
import signal
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402

from crm.incoming.intake import work_on_waiting  # noqa: E402
from crm.incoming.mailboxes import fetch_mailbox  # noqa: E402


def run_child(mailbox_id: int, failpoints: str) -> int:
    """Fetch and work in a child; 0, or minus the signal that ended it. `after=SECONDS` kills it from outside."""
    child = os.fork()
    if child:
        if failpoints.startswith("after="):
            time.sleep(float(failpoints.removeprefix("after=")))
            os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    settings.CRM_FAILPOINTS = [failpoints] if failpoints and not failpoints.startswith("after=") else []
    try:
        empty = 0  # in a row: what a killed process held is free when its server has noticed
        while empty < (1 if failpoints else 4):
            empty = 0 if fetch_mailbox(mailbox_id, seconds=5) + work_on_waiting(seconds=5) else empty + 1
            time.sleep(0.5 if empty else 0)
    finally:
        os._exit(0)
    return 0


if __name__ == "__main__":
    for words in sys.argv[2:]:
        sys.stdout.write(f"{run_child(int(sys.argv[1]), words)}\n")
