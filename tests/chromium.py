"""The browser of the browser tests: one found on the machine, else one installed.

`python -m tests.chromium` installs one where there is none: by Playwright, else by apt when we are root.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = ["--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
INSTALLS = (
    [[sys.executable, "-m", "playwright", "install", "chromium"]],
    [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]],
)


def find() -> str | None:
    """The path of a Chromium, or None."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or _of_playwright()


def launch_arguments() -> dict[str, object]:
    """What Playwright's `launch` needs. Raises RuntimeError where there is no browser."""
    path = find()
    if path is None:
        raise RuntimeError("There is no Chromium: `make browser` installs one, or install the package chromium.")
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []  # Chromium has no sandbox for root
    return {"executable_path": path, "args": [*ARGUMENTS, *sandbox]}


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> int:
    """Install a browser where there is none; the exit status."""
    for commands in INSTALLS:
        if find() is not None:
            return 0
        for command in filter(lambda words: shutil.which(words[0]), commands):
            subprocess.run(command, capture_output=True, check=False)
    if find() is None:
        sys.stderr.write("No browser for the browser tests: install Chromium (Debian's package chromium) yourself.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
