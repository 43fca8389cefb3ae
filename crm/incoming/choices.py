"""Enumerations of incoming mail."""

from django.db.models import TextChoices


class IncomingState(TextChoices):
    """How far a mail is. `quarantined`: it could not be read or worked on; its bytes are there to be replayed."""

    TAKEN = "taken", "taken"
    DONE = "done", "done"
    QUARANTINED = "quarantined", "quarantined"


class Outcome(TextChoices):
    """What became of a mail; the words of `receive_mail --json`."""

    TICKET = "ticket", "a ticket"
    REPLY = "reply", "an answer to us"
    INTERACTION = "interaction", "in the history"
    LEAD = "lead", "a lead"
    BOUNCE = "bounce", "came back"
    COMPLAINT = "complaint", "a complaint about a mail"
    AUTO_REPLY = "auto_reply", "an automatic answer"
    DUPLICATE = "duplicate", "had come before"
    PARKED = "parked", "quarantined"
    KEPT = "kept", "taken by nobody"
    DISCARDED = "discarded", "discarded by hand"


class Nature(TextChoices):
    """Who wrote a mail: a person, a machine that answers, a list or bulk sender, a mail server, a complaint desk."""

    PERSON = "person", "a person"
    AUTO_REPLY = "auto_reply", "an automatic answer"
    BULK = "bulk", "a mailing"
    BOUNCE = "bounce", "a mail server"
    COMPLAINT = "complaint", "a complaint"


class MailPurpose(TextChoices):
    """What a mailbox is for: who writes to one for enquiries becomes a lead, what comes to one for service a ticket."""

    GENERAL = "general", "letters of customers"
    ENQUIRIES = "enquiries", "enquiries: strangers become leads"
    SERVICE = "service", "service: each letter is a ticket"


class Security(TextChoices):
    """How the line to a mailbox is kept secret."""

    TLS = "tls", "TLS (port 993)"
    STARTTLS = "starttls", "STARTTLS (port 143)"
    NONE = "none", "not at all (own machine only)"


class Door(TextChoices):
    """By which way a mail came in."""

    IMAP = "imap", "mailbox"
    HOOK = "hook", "hook"
    COMMAND = "command", "command"
