"""What becomes of the rows of contacts and of the ground floor."""

from __future__ import annotations

from contacts.keeping import refresh_search
from contacts.merging.keys import ASIDE, ContactKey, ContactKeys

CONTACT = "contacts.contact"
ON_CONTACT = {"record_model": CONTACT}
PEOPLE = ("person or subsidiary", "people and subsidiaries")
LEDGER = "Nobody may change the ledger: the rule of permission reads the one of a merged contact along."
LOOKED = "Who looked at a contact stays told of it; its page reads those of merged contacts along."
LOG = "Nobody may change the log: what was done to a contact stays told of it."
RECORD = "The record of the merge itself."


def _on_record(model: str, *, told: bool = True, twice: str = "stays") -> tuple[ContactKey, ContactKey]:
    """The two keys of what hangs on a record: which record, and whose it is."""
    return (
        ContactKey(model, "record_id", where=ON_CONTACT, told=False, twice=twice),
        ContactKey(model, "contact_id", told=told),
    )


KEYS = ContactKeys(
    keys=(
        ContactKey("contacts.contact", "merged_into", stamps=("merged_at",), told=False),
        ContactKey("contacts.contact", "organization", called=PEOPLE),
        ContactKey("contacts.contact", "parent", called=PEOPLE),
        ContactKey(
            "contacts.contactpoint",
            "contact",
            twice=ASIDE,
            yields=("is_primary",),
            among=("kind",),
            called=("way to reach them", "ways to reach them"),
        ),
        ContactKey(
            "contacts.address",
            "contact",
            twice=ASIDE,
            yields=("is_primary",),
            same=("crm_fold(concat_ws('|', {0}.street, {0}.postal_code, {0}.city, {0}.region, {0}.country))",),
        ),
        ContactKey("contacts.interaction", "contact"),
        ContactKey(
            "contacts.listedcontact", "contact", twice=ASIDE, called=("list they came with", "lists they came with")
        ),
        ContactKey("contacts.relationship", "contact", twice=ASIDE, other_end="other"),
        ContactKey("contacts.relationship", "other", twice=ASIDE, other_end="contact"),
        ContactKey("contacts.consent", "contact", because=LEDGER),
        ContactKey(
            "contacts.privacyrequest", "contact", told=False, called=("request about data", "requests about data")
        ),
        ContactKey("contacts.contactlook", "contact_id", because=LOOKED),
        ContactKey("contacts.hold", "contact", called=("hold on their data", "holds on their data")),
        ContactKey("contacts.contactmerge", "kept", because=RECORD),
        ContactKey("contacts.contactmerge", "gone", because=RECORD),
        *_on_record("crm.note"),
        *_on_record("crm.task"),
        *_on_record("crm.attachment"),
        *_on_record("crm.mention", told=False),
        *_on_record("crm.maildraft", told=False, twice=ASIDE),
        *_on_record("crm.incomingmail", told=False),
        ContactKey("crm.outgoingmail", "contact_id"),
        ContactKey("crm.share", "object_id", where={"model": CONTACT}, twice=ASIDE, told=False),
        ContactKey("crm.logentry", "contact_id", because=LOG),
    ),
    after=(lambda kept, gone: refresh_search([kept, gone]),),
)
