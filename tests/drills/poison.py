"""Jobs that no worker likes: one takes it with it, as one does that needs more memory than there is; one never ends."""

import os
import signal
import time
from typing import Any

from crm.jobs import Progress
from crm.models import JobRun


def die(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Kill the process that runs it."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def wait(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Go on until somebody calls it off."""
    while True:
        progress.report(0)
        time.sleep(0.1)
