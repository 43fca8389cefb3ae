"""Asks the advisory service about every package of a lock: `python .ci/audit.py LOCK`.

Exit status 1 when a package has a known fault. Where the service cannot be asked it says so, and how much was left out.
"""

import json
import subprocess
import sys

SECONDS = 180


def main(lock: str) -> int:
    """Print one line, or one a fault; the exit status."""
    words = ["-r", lock, "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "pip_audit", *words], capture_output=True, text=True, check=False, timeout=SECONDS
        )
        packages = json.loads(asked.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        sys.stdout.write("Advisories: the service could not be reached; nothing was audited.\n")
        return 0
    if all("skip_reason" in package for package in packages):
        sys.stdout.write("Advisories: the service knows none of the packages from here; nothing was audited.\n")
        return 0
    left_out = [package for package in packages if "skip_reason" in package]
    faults = [(package, fault) for package in packages for fault in package.get("vulns", [])]
    for package, fault in faults:
        fixed = ", ".join(fault["fix_versions"]) or "no version yet"
        sys.stdout.write(f"{package['name']} {package['version']}: {fault['id']}, mended in {fixed}\n")
    said = f"Advisories: {len(packages) - len(left_out)} packages audited, {len(faults)} known faults"
    sys.stdout.write(f"{said}; for {len(left_out)} the service had no answer.\n" if left_out else f"{said}.\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
