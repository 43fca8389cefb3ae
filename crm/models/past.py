"""Row history: what a row was before each change. Written by triggers (`crm.past`), never by the product itself."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from crm.access import VisibleQuerySet
from crm.choices import Door, RowOperation
from crm.grants import AccessPaths
from crm.paths import path_of


class RowChange(models.Model):
    """One row's change or deletion, with the whole row as it was; or the making of the rows `row_id` to `last_id`.

    What the row became stands in its next change, or in the row itself. Made rows need no copy: as long as nothing
    changed them, the row itself is what was made. `parent_id` is the record that the row hangs on (the contact of an
    address, the order of a line), where its table names one. Who, by which door (page, API with its token), in which
    job and request is what the connection was told (`crm.acting`). The application's role can read these rows; only the
    triggers, with the owner's rights, write.
    """

    at = models.DateTimeField()
    table_name = models.CharField(max_length=63)
    operation = models.CharField(max_length=1, choices=RowOperation)
    row_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True)
    was = models.JSONField(null=True)
    # no keys: the trigger must not fail, nor wait, because of them
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    job = models.ForeignKey(
        "crm.JobRun",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    request_id = models.CharField(max_length=32, blank=True)
    door = models.CharField(max_length=8, choices=Door, blank=True, db_default="")
    token = models.ForeignKey(
        "crm.ApiToken",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    access = AccessPaths(owner="actor", team="actor__team")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["table_name", "row_id", "id"], name="crm_rowchange_row"),
            models.Index(
                fields=["table_name", "parent_id", "id"],
                name="crm_rowchange_parent",
                condition=Q(parent_id__isnull=False),
            ),
            # which statement made a row: the nearest one that begins before its number
            models.Index(fields=["table_name", "row_id"], name="crm_rowchange_made", condition=Q(operation="I")),
            models.Index(fields=["job", "id"], name="crm_rowchange_job", condition=Q(job__isnull=False)),
            models.Index(fields=["request_id", "id"], name="crm_rowchange_request", condition=~Q(request_id="")),
            models.Index(fields=["actor", "id"], name="crm_rowchange_actor", condition=Q(actor__isnull=False)),
            BrinIndex(fields=["at"], name="crm_rowchange_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} {self.table_name} {self.row_id}"

    def get_absolute_url(self) -> str:
        return path_of("crm:audit_row", self.pk)
