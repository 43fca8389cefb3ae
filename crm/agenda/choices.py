"""Enumerations of tasks and of what people are told."""

from django.db.models import TextChoices


class TaskKind(TextChoices):
    """What is to be done."""

    TODO = "todo", "To-do"
    CALL = "call", "Call"
    MAIL = "mail", "Mail"
    MEETING = "meeting", "Meeting"


class Repeats(TextChoices):
    """How often a task comes again."""

    DAILY = "daily", "every day"
    WORKDAYS = "workdays", "every working day"
    WEEKLY = "weekly", "every week"
    MONTHLY = "monthly", "every month"
    YEARLY = "yearly", "every year"


KIND_ICONS: dict[str, str] = {
    TaskKind.TODO: "check2-square",
    TaskKind.CALL: "telephone",
    TaskKind.MAIL: "envelope",
    TaskKind.MEETING: "people",
}
# minutes before a task is due; on a day without a time the reminder comes at nine in the morning
REMINDERS: tuple[tuple[int, str], ...] = (
    (0, "when it is due"),
    (10, "10 minutes before"),
    (30, "30 minutes before"),
    (60, "an hour before"),
    (24 * 60, "a day before"),
    (7 * 24 * 60, "a week before"),
)
MORNING = 9
