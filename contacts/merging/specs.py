"""The fields of merges for their list."""

from crm.catalogue import FieldSpec

NAME = "contacts.contact.name"
MERGE_FIELDS = (
    FieldSpec("gone", "Merged", "gone_name", default=True, order=10, filter=False, stored=NAME),
    FieldSpec("kept", "Into", "kept_name", default=True, order=20, filter=False, stored=NAME),
    FieldSpec("actor", "By", "actor", kind="person", select=("actor",), default=True, order=30),
    FieldSpec("at", "When", "at", kind="moment", sort=True, default=True, order=40),
    FieldSpec("undone_at", "Undone", "undone_at", kind="moment", default=True, order=50),
)
