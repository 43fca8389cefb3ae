"""Long work gives way to people: on a machine that has both, pages come first.

The process of an import, an export or the night's analysis runs at a lower priority, and so does what its connections
do in PostgreSQL, where that runs on this machine and as a user whose processes we may slow down. A priority can only be
lowered, so it is that of a whole process, never of a job.

Where Linux shares the processor among sessions first (`sched_autogroup_enabled`, sched(7)), a process that leads a
session, as each of PostgreSQL's does, competes by the priority of its session: that is lowered as well.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

NICENESS = 10  # a tenth of the processor's time where somebody else wants it
FEW = 2
TRIES, AGAIN_SECONDS = 4, 0.11
# helpers of a statement, or of the making of an index, would have the priority of all others
ALONE = "SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0"
logger = logging.getLogger(__name__)


def give_way() -> None:
    """From here on, for this process and for every connection that it has or opens."""
    _lower(os.getpid())
    connection_created.connect(_slow_down, dispatch_uid="crm.giving_way")
    for one in connections.all(initialized_only=True):
        if one.connection is not None:
            _slow_down(one)


def session_gives_way() -> None:
    """Of a service whose processes do the long work: where it leads a session, its own priority within it stays."""
    _lower_session(os.getpid(), NICENESS)


def _lower(pid: int) -> None:
    niceness = max(NICENESS, os.getpriority(os.PRIO_PROCESS, pid))
    os.setpriority(os.PRIO_PROCESS, pid, niceness)
    _lower_session(pid, niceness)


def _lower_session(pid: int, niceness: int) -> None:
    """The kernel takes ten of these a second and says *again* to the rest, but for root."""
    session = Path(f"/proc/{pid}/autogroup")
    if os.getsid(pid) != pid or not session.exists():
        return
    for _ in range(TRIES):
        try:
            session.write_text(str(niceness))
        except BlockingIOError:
            time.sleep(AGAIN_SECONDS)
        except OSError as error:  # a container may have it for reading alone
            logger.debug("The session of process %s keeps its priority: %s", pid, error)
            return
        else:
            return
    logger.debug("The session of process %s keeps its priority: the kernel is asked too often", pid)


def _slow_down(connection: Any, **_: Any) -> None:
    info = connection.connection.info
    if info.host and not info.host.startswith("/"):
        return  # by the network: another machine, or another count of processes
    try:
        if _serves(info.backend_pid, info.dbname):
            _lower(info.backend_pid)
            if (os.cpu_count() or 1) <= FEW:
                connection.connection.execute(ALONE)
    except OSError as error:
        logger.debug("The process of PostgreSQL keeps its priority: %s", error)


def _serves(pid: int, database: str) -> bool:
    """Whether the process of this number is one of PostgreSQL for this database: a container counts its own."""
    title = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return title.startswith("postgres:") and f" {database} " in title
