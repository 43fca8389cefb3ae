"""What persons ask of the data that we have about them, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from contacts.choices import ErasureReason, RequestKind, RequestState
from contacts.models.contacts import Contact
from crm.access import VisibleQuerySet, scope_of
from crm.choices import Scope, Verb
from crm.grants import AccessPaths
from crm.paths import path_of

if TYPE_CHECKING:
    from crm.models import User


class PrivacyRequestQuerySet(VisibleQuerySet["PrivacyRequest"]):
    """Requests, for who has the right to them, of contacts that they may see."""

    def visible_to(self, user: User | None, verb: str = Verb.VIEW) -> Self:
        rows = super().visible_to(user, verb)
        if user is None or scope_of(user, Contact, Verb.VIEW) == Scope.ALL:
            return rows
        return rows.filter(contact__in=Contact.objects.visible_to(user).order_by().values("pk"))


class PrivacyRequest(models.Model):
    """A request for all data of one person, or for their erasure; the answer is due within a month.

    `counts` says by table how many rows were erased, or kept without words. `files_left` are names in the storage of
    files that are still to be removed: the rows that named them are gone already. The request stays, its contact is
    then a row without a name; `note` is erased with the person. `sealed` is what they were called, as tokens, as long
    as somebody may yet write it who had begun before (`contacts.privacy.late`); `late` says what was found then: by
    table (`tables`), in files (`files`), who was at work (`under_way`), whether it was the last look (`is_done`).
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="privacy_requests")
    kind = models.CharField(max_length=8, choices=RequestKind)
    state = models.CharField(max_length=8, choices=RequestState, default=RequestState.OPEN)
    reason = models.CharField(max_length=12, choices=ErasureReason, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    asked_on = models.DateField()
    due_on = models.DateField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    job = models.ForeignKey("crm.JobRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    files_left = models.JSONField(default=list)
    sealed = models.JSONField(default=list)
    late = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = PrivacyRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "request about a person's data"
        verbose_name_plural = "requests about persons' data"
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="contacts_privacy_newest"),
            models.Index(
                fields=["due_on"], condition=models.Q(state__in=["open", "working"]), name="contacts_privacy_due"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(kind="erasure", state__in=["open", "working"]),
                name="contacts_privacy_one_erasure",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.contact}"

    def get_absolute_url(self) -> str:
        return path_of("privacy:request_detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.state in (RequestState.OPEN, RequestState.WORKING)
