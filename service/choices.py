"""Enumerations of service."""

from django.db.models import TextChoices


class TicketKind(TextChoices):
    """What the customer wants."""

    QUERY = "query", "Query"
    COMPLAINT = "complaint", "Complaint"
    PURCHASE_ISSUE = "purchase_issue", "Purchase issue"
    SUGGESTION = "suggestion", "Suggestion"


class Priority(TextChoices):
    """How urgent it is."""

    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class TicketState(TextChoices):
    """How far it is. `new`: nobody has begun; `waiting`: the customer is to answer; a `closed` one is not opened again
    by an answer, a `solved` one is."""

    NEW = "new", "New"
    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting"
    SOLVED = "solved", "Solved"
    CLOSED = "closed", "Closed"


class TicketChannel(TextChoices):
    """How it came to us."""

    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    DESK = "desk", "At the desk"
    WEB = "web", "Web form"
    CHAT = "chat", "Chat"
    SOCIAL = "social", "Social network"
    OTHER = "other", "Other"


class MessageKind(TextChoices):
    """Who speaks to whom."""

    IN = "in", "From the customer"
    OUT = "out", "To the customer"
    NOTE = "note", "Internal note"


class EventKind(TextChoices):
    """What happened to a ticket, in the words of its log; an imported log brings words of its own."""

    OPENED = "opened", "opened"
    WROTE = "customer wrote", "customer wrote"
    REPLIED = "replied", "replied"
    ASSIGNED = "assigned", "assigned"
    RETURNED = "returned", "back in the queue"
    MOVED = "moved", "moved to a queue"
    PRIORITY = "priority", "priority set"
    WAITING = "waiting", "waiting for the customer"
    RESUMED = "resumed", "taken up again"
    NOTICE = "reminded", "reminded the customer"
    SOLVED = "solved", "solved"
    REOPENED = "reopened", "reopened"
    CLOSED = "closed", "closed"
    MERGED = "merged", "merged"
    LINKED = "linked", "linked"
    SPLIT = "split", "split"
    UNMERGED = "unmerged", "taken apart again"
    COMPENSATED = "compensated", "compensated"


INTO_THIS, STANDS_ALONE, UNANSWERED = "into this one", "stands alone", ", unanswered"
"""What the log of the other ticket says of a merge and of its undo. `UNANSWERED`: because of it, the customer waits for
an answer there, or does so no more."""


class DeliveryState(TextChoices):
    """How far a reply on its way into a chat is; a `parked` one waits for somebody to send it again."""

    QUEUED = "queued", "Waiting"
    IN_FLIGHT = "in_flight", "On its way"
    SENT = "sent", "Sent"
    PARKED = "parked", "Not delivered"


class DueFor(TextChoices):
    """What a promise is about."""

    FIRST_REPLY = "first_reply", "First reply"
    NEXT_REPLY = "next_reply", "Next reply"
    SOLUTION = "solution", "Solution"


class LinkKind(TextChoices):
    """What a ticket is to another one."""

    INCIDENT = "incident", "An incident of"
    DUPLICATE = "duplicate", "A duplicate of"
    RELATED = "related", "Related to"
    SPLIT = "split", "Split off from"


class MacroReach(TextChoices):
    """Who sees a macro."""

    OWN = "own", "Only mine"
    TEAM = "team", "My team’s"
    ALL = "all", "Everybody’s"


class EventOrigin(TextChoices):
    """Where a row of the log is from: it happened here, an imported log has it, or the dates of an imported ticket."""

    HERE = "here", "here"
    FILE = "file", "an imported log"
    DATES = "dates", "the dates of an imported ticket"


UNSOLVED = (TicketState.NEW, TicketState.OPEN, TicketState.WAITING)
ENDED = (TicketState.SOLVED, TicketState.CLOSED)
STATE_TONES: dict[str, str] = {
    TicketState.NEW: "accent",
    TicketState.OPEN: "warn",
    TicketState.WAITING: "neutral",
    TicketState.SOLVED: "good",
    TicketState.CLOSED: "neutral",
}
PRIORITY_TONES: dict[str, str] = {Priority.LOW: "neutral", Priority.HIGH: "warn", Priority.URGENT: "bad"}
PRIORITY_RANKS: dict[str, int] = {Priority.LOW: 1, Priority.NORMAL: 2, Priority.HIGH: 3, Priority.URGENT: 4}
CHANNEL_ICONS: dict[str, str] = {
    TicketChannel.EMAIL: "envelope",
    TicketChannel.PHONE: "telephone",
    TicketChannel.DESK: "shop",
    TicketChannel.WEB: "globe",
    TicketChannel.CHAT: "chat-dots",
    TicketChannel.SOCIAL: "megaphone",
    TicketChannel.OTHER: "inbox",
}
MARKETING_PS = ("product", "price", "place", "promotion", "people", "process", "physical evidence")
"""What a complaint is about: the seven Ps, offered as tags."""
