"""`python -m crm.embedded stop`: stop the servers that commands left running under CRM_VAR."""

import os
import sys
from pathlib import Path

from crm.embedded.instance import Instance


def main(words: list[str]) -> int:
    """Run one word; the exit status."""
    if words != ["stop"]:
        sys.stderr.write("Usage: python -m crm.embedded stop\n")
        return 2
    var = Path(os.environ.get("CRM_VAR") or Path(__file__).resolve().parent.parent.parent / "var")
    if var.is_dir():
        Instance(var).stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
