"""The browser of the browser tests: one found on the machine, else one installed.

Best is Chromium's headless shell: the same engine without the windows of a browser, for a third of its processor time.
`python -m tests.chromium` installs it, by apt when we are root, else by Playwright; where neither can, a whole Chromium
or Chrome does as well.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SHELL = "chromium-headless-shell"
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = ["--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
APT = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
PLAYWRIGHT = [sys.executable, "-m", "playwright", "install"]


def find() -> str | None:
    """The path of a browser, or None."""
    return shutil.which(SHELL) or _of_playwright() or next(filter(None, map(shutil.which, WHOLE)), None)


def launch_arguments() -> dict[str, object]:
    """What Playwright's `launch` needs. Raises RuntimeError where there is no browser."""
    path = find()
    if path is None:
        raise RuntimeError("There is no Chromium: `make browser` installs one, or install the package chromium.")
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []  # Chromium has no sandbox for root
    return {"executable_path": path, "args": [*ARGUMENTS, *sandbox]}


def _of_playwright() -> str | None:
    """The newest headless shell, else the newest Chromium, that Playwright has put on this machine."""
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    kept = next((one.parent for one in path.parents if one.name.startswith("chromium-")), path.parent)
    shells = sorted(kept.glob("chromium_headless_shell-*/*/*headless*shell*"))
    found = next((one for one in [*reversed(shells), path] if os.access(one, os.X_OK) and one.is_file()), None)
    return str(found) if found else None


def _is_shell(path: str | None) -> bool:
    return path is not None and "headless" in Path(path).name


def _try(*commands: list[str]) -> None:
    """One after the other, as far as they go through; what this machine cannot install is no error."""
    for command in commands:
        if shutil.which(command[0]) is None or subprocess.run(command, capture_output=True, check=False).returncode:
            return


def main() -> int:
    """Install a browser where there is none, and the shell where that takes seconds; the exit status."""
    update = ["apt-get", "update", "-qq"]
    if os.getuid() == 0 and not _is_shell(find()):
        _try(update, [*APT, SHELL])
    if find() is None:
        _try([*PLAYWRIGHT, "--only-shell", "chromium"])
    if find() is None and os.getuid() == 0:
        _try(update, [*APT, "chromium"])
    if find() is None:
        sys.stderr.write("No browser for the browser tests: install Chromium (Debian's package chromium) yourself.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
