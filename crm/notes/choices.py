"""Enumerations of what people are told."""

from django.db.models import TextChoices


class NoticeKind(TextChoices):
    """Why somebody is told something."""

    MENTION = "mention", "Mention"
    TASK = "task", "Task given"
    REMINDER = "reminder", "Reminder"
    APPROVAL = "approval", "Approval"
    ANSWER = "answer", "Answer of a customer"


class NoticeMail(TextChoices):
    """What of the bell a person also wants by mail."""

    ALL = "all", "everything that the bell says"
    PEOPLE = "people", "mentions, tasks, approvals and answers of customers"
    NONE = "none", "nothing"


NOTICE_ICONS: dict[str, str] = {
    NoticeKind.MENTION: "at",
    NoticeKind.TASK: "check2-square",
    NoticeKind.REMINDER: "alarm",
    NoticeKind.APPROVAL: "patch-check",
    NoticeKind.ANSWER: "reply",
}
