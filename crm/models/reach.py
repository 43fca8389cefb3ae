"""What lets people reach records beyond their own and their team's: territories, and records shared with one person."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, models

from crm.access import VisibleQuerySet
from crm.choices import ShareRight
from crm.grants import AccessPaths

SUBTREE_SQL = """
WITH RECURSIVE below AS (
    SELECT id FROM crm_territory WHERE id = %s
    UNION
    SELECT t.id FROM crm_territory t JOIN below b ON t.parent_id = b.id
)
SELECT id FROM below
"""


class Territory(models.Model):
    """A part of the market that people look after. Its people, and those of its team, reach the records in it and in
    the territories below it wherever their right reaches the own team's.

    Of the territories whose rules fit a record, the one with the lowest position takes it.
    """

    name = models.CharField(max_length=120, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    position = models.PositiveIntegerField(default=100)
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="territories")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="territories")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "territories"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="crm_territory_not_its_own_parent",
                violation_error_message="A territory cannot stand below itself.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def subtree_ids(self) -> list[int]:
        """Ids of this territory and of all below it (a ring in the tree is cut by UNION)."""
        with connection.cursor() as cursor:
            cursor.execute(SUBTREE_SQL, [self.pk])
            return [row[0] for row in cursor.fetchall()]


class Share(models.Model):
    """A record that one person may see, or see and change, beyond what their role reaches; until `ends_at`, if given.

    What hangs on the record (the orders of a contact) comes with it. `model` is its label, such as contacts.contact.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares")
    model = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    right = models.CharField(max_length=8, choices=ShareRight, default=ShareRight.VIEW)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="shares_given"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = models.Manager()

    class Meta:
        ordering = ["user__name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "model", "object_id"], name="crm_share_once")]
        indexes = [models.Index(fields=["model", "object_id"], name="crm_share_record")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id} shared with {self.user}"
