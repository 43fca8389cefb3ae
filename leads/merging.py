"""What becomes of leads when two contacts become one."""

from contacts.merging.keys import ContactKey, ContactKeys

KEYS = ContactKeys(
    keys=(
        ContactKey("leads.lead", "contact"),
        ContactKey("leads.conversion", "contact", told=False),
        ContactKey("leads.conversion", "organization", told=False),
        ContactKey("leads.conversion", "contact_before", told=False),
    )
)
