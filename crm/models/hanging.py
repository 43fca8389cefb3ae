"""What hangs on a record of any app: its key is a type and an id, so that no foreign key points upward."""

from __future__ import annotations

from django.db import models


class OnRecord(models.Model):
    """`record_model` (`contacts.contact`) and `record_id` name the record, `contact_id` the contact that it is about.

    All three are empty for what hangs on nothing.
    """

    record_model = models.CharField(max_length=80, blank=True, default="", editable=False)
    record_id = models.BigIntegerField(null=True, blank=True, editable=False)
    contact_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
