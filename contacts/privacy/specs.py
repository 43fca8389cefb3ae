"""The fields of requests for their list."""

from contacts.choices import ErasureReason, RequestKind, RequestState
from crm.catalogue import FieldSpec

REQUEST_FIELDS = (
    FieldSpec("kind", "Request", "kind", kind="choice", choices=lambda: RequestKind.choices, default=True, order=10),
    FieldSpec(
        "contact", "Contact", "contact__name", default=True, order=20, filter=False, select=("contact",),
        stored="contacts.contact.name",
    ),
    FieldSpec("state", "State", "state", kind="choice", choices=lambda: RequestState.choices, default=True, order=30),
    FieldSpec("due", "Due", "due_on", kind="date", default=True, sort=True, order=40),
    FieldSpec("asked", "Asked", "asked_on", kind="date", default=True, sort=True, order=50),
    FieldSpec("actor", "By", "actor", kind="person", select=("actor",), default=True, order=60),
    FieldSpec("done_at", "Done", "done_at", kind="moment", default=True, order=70),
    FieldSpec("reason", "Why", "reason", kind="choice", choices=lambda: ErasureReason.choices, order=80),
)  # fmt: skip
