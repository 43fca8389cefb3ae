"""What becomes of tickets, remedies and defections when two contacts become one."""

from contacts.merging.keys import ContactKey, ContactKeys

KEYS = ContactKeys(
    keys=(
        ContactKey("service.ticket", "contact"),
        ContactKey("service.ticket", "organization"),
        ContactKey("service.compensation", "contact"),
        ContactKey("service.defection", "contact"),
    )
)
