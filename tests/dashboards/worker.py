"""A worker in a process of its own: `python -m tests.dashboards.worker FAILPOINT...`; each starts what is due and does
the jobs that wait, until the failpoint kills it or nothing is left."""

import os
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402

from crm import jobs  # noqa: E402
from crm.dashboards import mailing  # noqa: E402
from crm.models import JobRun  # noqa: E402

PATIENCE = 20.0
"""Seconds: what a killed process held is free when its server has noticed."""


def run_child(failpoint: str) -> int:
    """0, or minus the signal that ended the child."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    settings.CRM_FAILPOINTS = [failpoint] if failpoint else []
    try:
        end = time.monotonic() + PATIENCE
        mailing.start_due()
        while time.monotonic() < end and (left := list(JobRun.objects.filter(state__in=["waiting", "running"]))):
            for job in left:
                jobs.run_job(job.pk)
            time.sleep(0.2)
    finally:
        os._exit(0)
    return 0


if __name__ == "__main__":
    for words in sys.argv[1:]:
        sys.stdout.write(f"{run_child(words)}\n")
