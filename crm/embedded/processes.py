"""Starting, finding and ending a server process that outlives its starter."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
# Nobody may not pass through somebody's private folder: this one capability lets the server reach its own files. The
# secure bit keeps the capability in access(2) too, by which initdb looks for its neighbours.
WITH_ONE_RIGHT = (
    "--securebits=+no_setuid_fixup",
    "--bounding-set=-all,+dac_override",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)


@cache
def as_nobody() -> tuple[str, ...]:
    """The words before a command that root has nobody run.

    In a container that may not hand on the right, nobody must be able to reach the files without it.
    """
    if shutil.which(AS_NOBODY[0]) is None:
        raise FileNotFoundError("Root needs the program setpriv (package util-linux) to start the embedded PostgreSQL.")
    best = (*AS_NOBODY, *WITH_ONE_RIGHT)
    asked = subprocess.run([*best, "true"], capture_output=True, check=False)
    return AS_NOBODY if asked.returncode else best


def runs(pid: int, *words: str) -> bool:
    """Whether process `pid` lives and its command line holds every word.

    A zombie has an empty command line, and another process may have got a dead server's number: neither counts.
    """
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return bool(line) and all(os.fsencode(word) in line for word in words)


def spawn(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that neither Ctrl-C nor its starter's death reaches it."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", start_new_session=True
        )


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.005) -> bool:
    """Ask `condition` again and again for at most `seconds`; True as soon as it holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


def end(pid: int, alive: Callable[[], bool], *requests: tuple[signal.Signals, float]) -> None:
    """Ask a process to stop by one signal after the other, each with its patience in seconds; kill it in the end."""
    for request, patience in (*requests, (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, request)
        except ProcessLookupError:
            return
        if wait_until(lambda: not alive(), patience):
            return


def last_words(log: Path, lines: int = 5) -> str:
    """The end of a log, for an error sentence."""
    if not log.exists():
        return "it left no log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
