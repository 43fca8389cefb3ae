"""A sender in a process of its own: `python -m tests.mail.sender CHANNEL`."""

import sys

import django

django.setup()

if __name__ == "__main__":
    from crm.mail.sending import send_due

    send_due(int(sys.argv[1]))
