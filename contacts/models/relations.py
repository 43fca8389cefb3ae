"""How contacts stand to each other, beside the one organization and the one parent that a contact itself names."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from contacts.choices import RelationKind
from contacts.models.contacts import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class Relationship(models.Model):
    """`contact` stands to `other` as `kind` says; read from the other side by the kind's other words."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=24, choices=RelationKind)
    other = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="relations_of_others")
    role = models.CharField(max_length=120, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "kind", "other"],
                name="contacts_relationship_once",
                violation_error_message="These two stand to each other like this already.",
            ),
            models.CheckConstraint(
                condition=~Q(contact=F("other")),
                name="contacts_relationship_between_two",
                violation_error_message="A contact has no relation to itself.",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="contacts_relationship_ends_after_start",
                violation_error_message="It would end before it begins.",
            ),
        ]
        indexes = [models.Index(fields=["other", "kind"], name="contacts_relationship_other")]

    def __str__(self) -> str:
        return f"{self.contact} {self.get_kind_display()} {self.other}"
