"""A job for a real worker."""

import os
import time
from typing import Any

from crm.jobs import Progress
from crm.models import JobRun


def echo(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Give the parameters back, with the number of the process that ran it; `seconds` makes it last."""
    progress.report(1, 2, "half way")
    time.sleep(job.parameters.get("seconds", 0))
    return {"parameters": job.parameters, "process": os.getpid()}
