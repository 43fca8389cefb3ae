"""`python -m bench.sender CHANNEL`: a sender in a process of its own, as a worker is one.

Says that it is ready, waits for a line, sends what is due, says how much memory it had at most (KiB).
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402  (Django first)

from bench.cpu import most_memory  # noqa: E402  (Django first)
from crm.giving_way import give_way  # noqa: E402
from crm.mail.sending import send_due  # noqa: E402

if __name__ == "__main__":
    if settings.CRM_GIVES_WAY:
        give_way()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    send_due(int(sys.argv[1]), seconds=120)
    sys.stdout.write(f"{most_memory()}\n")
