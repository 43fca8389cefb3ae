"""Enumerations of leads."""

from django.db.models import TextChoices


class LeadStatus(TextChoices):
    """Where a lead stands. Not yet: neither bought nor said no, comes back on a day."""

    NEW = "new", "New"
    WORKING = "working", "Working"
    NURTURING = "nurturing", "Not yet"
    QUALIFIED = "qualified", "Qualified"
    CONVERTED = "converted", "Converted"
    DISQUALIFIED = "disqualified", "Disqualified"


OPEN_STATUSES: tuple[str, ...] = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.NURTURING, LeadStatus.QUALIFIED)
WAITING_LEADS = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)
STATUS_TONES: dict[str, str] = {
    LeadStatus.NEW: "accent",
    LeadStatus.WORKING: "neutral",
    LeadStatus.NURTURING: "warn",
    LeadStatus.QUALIFIED: "good",
    LeadStatus.CONVERTED: "good",
    LeadStatus.DISQUALIFIED: "bad",
}


class LostReason(TextChoices):
    """Why a lead is not pursued."""

    NO_NEED = "no need", "No need"
    NO_BUDGET = "no budget", "No budget"
    NO_AUTHORITY = "no authority", "Not the one who decides"
    COMPETITOR = "competitor", "Chose a competitor"
    NO_ANSWER = "no answer", "Never reached"
    BAD_DATA = "bad data", "Wrong number or address"
    SPAM = "spam", "Spam"
    OTHER = "other", "Another reason"


class Way(TextChoices):
    """Who of those who are free gets the next lead."""

    ROUND_ROBIN = "round robin", "Each in turn"
    LEAST_BUSY = "least busy", "Who has the fewest open leads"


class SubmissionState(TextChoices):
    """What became of what somebody sent by a form."""

    WAITING = "waiting", "Waits for its confirmation"
    TAKEN = "taken", "Became a lead"


class Ability(TextChoices):
    """What a question of qualification is about: financial ability, and willingness in its three parts."""

    BUDGET = "budget", "Budget"
    AUTHORITY = "authority", "Authority"
    NEED = "need", "Need"
    TIMING = "timing", "Timing"


class Found(TextChoices):
    """What was found on a question."""

    YES = "yes", "Yes"
    NO = "no", "No"
    OPEN = "open", "Not known"


class Scored(TextChoices):
    """What a rule of scoring gives points for."""

    FIT = "fit", "Who they are"
    ENGAGEMENT = "engagement", "What they do"


class CallState(TextChoices):
    """How far a lead of a call list is."""

    WAITING = "waiting", "Waits"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Left out"


class StepKind(TextChoices):
    """What a step of a sequence does: send a mail by itself, or give the owner a task."""

    MAIL = "mail", "Mail, sent by itself"
    CALL = "call", "Task: call"
    WRITE = "write", "Task: write a mail"
    TODO = "todo", "Task: anything else"


class StepCondition(TextChoices):
    """For which leads a step is; asked at the moment the step is due."""

    ALWAYS = "", "Everybody"
    SEGMENT = "segment", "Leads in the segment"
    OTHERS = "others", "Leads not in the segment"
    SCORE = "score", "A score of at least"
    LOW_SCORE = "low", "A score below"
    CLICKED = "clicked", "Who clicked a link since they came in"
    QUIET = "quiet", "Who clicked no link since they came in"
    SKIPPED = "skipped", "Whose step before was skipped"


BY_SEGMENT = (StepCondition.SEGMENT, StepCondition.OTHERS)
BY_SCORE = (StepCondition.SCORE, StepCondition.LOW_SCORE)


class EnrolmentState(TextChoices):
    """How a lead stands in a sequence. Paused: by hand; stopped: before its end, for a reason."""

    ACTIVE = "active", "Running"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"


RUNNING: tuple[str, ...] = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)


class StopReason(TextChoices):
    """Why a sequence stopped for a lead."""

    REPLIED = "replied", "They answered"
    QUALIFIED = "qualified", "Qualified"
    CONVERTED = "converted", "Converted"
    LOST = "lost", "Not pursued"
    UNSUBSCRIBED = "unsubscribed", "They said no"
    ARCHIVED = "archived", "Archived"
    HAND = "hand", "By hand"


class EnrolledBy(TextChoices):
    """How a lead came into a sequence."""

    HAND = "hand", "by hand"
    BULK = "bulk", "from the list"
    FORM = "form", "by a form"


class TouchResult(TextChoices):
    """What became of a step for a lead."""

    SENT = "sent", "Mail sent"
    TASK = "task", "Task given"
    SKIPPED = "skipped", "Skipped"
    PASSED = "passed", "Not for them"
