"""`python -m bench.campaigner CAMPAIGN`: hands over, sends and settles a campaign in a process of its own; says how
much memory it had at most (KiB)."""

from __future__ import annotations

import sys

import django

django.setup()

from bench.cpu import most_memory  # noqa: E402  (Django first)
from bench.rows.campaign_mails import send_all  # noqa: E402

if __name__ == "__main__":
    send_all(int(sys.argv[1]))
    sys.stdout.write(f"{most_memory()}\n")
