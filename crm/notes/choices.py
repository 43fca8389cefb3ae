"""Enumerations of what people are told."""

from django.db.models import TextChoices


class NoticeKind(TextChoices):
    """Why somebody is told something."""

    MENTION = "mention", "Mention"
    TASK = "task", "Task given"
    REMINDER = "reminder", "Reminder"


class NoticeMail(TextChoices):
    """What of the bell a person also wants by mail."""

    ALL = "all", "everything that the bell says"
    PEOPLE = "people", "mentions and tasks that somebody gives me"
    NONE = "none", "nothing"


NOTICE_ICONS: dict[str, str] = {
    NoticeKind.MENTION: "at",
    NoticeKind.TASK: "check2-square",
    NoticeKind.REMINDER: "alarm",
}
