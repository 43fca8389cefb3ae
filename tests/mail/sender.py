"""Senders in processes of their own: `python -m tests.mail.sender CHANNEL:FAILPOINTS ...`; prints how each ended.

Instead of failpoints, `CHANNEL:after=SECONDS` kills the sender from outside after that time.
Each is a child that is forked before anything is opened: a start of Python for each would be most of the suite's time.
"""

import os
import signal
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402

from crm.mail.sending import send_due  # noqa: E402


def run_child(channel_id: int, failpoints: str) -> int:
    """Send what is due in a child; 0, or minus the signal that ended it."""
    child = os.fork()
    if child:
        if failpoints.startswith("after="):
            time.sleep(float(failpoints.removeprefix("after=")))
            os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    failpoints = "" if failpoints.startswith("after=") else failpoints
    settings.CRM_FAILPOINTS = failpoints.split(",") if failpoints else []
    try:
        send_due(channel_id)
    finally:
        os._exit(0)
    return 0


if __name__ == "__main__":
    for word in sys.argv[1:]:
        channel, _, points = word.partition(":")
        sys.stdout.write(f"{run_child(int(channel), points)}\n")
