"""What becomes of deals and quotes when two contacts become one."""

from contacts.merging.keys import ASIDE, ContactKey, ContactKeys

KEYS = ContactKeys(
    keys=(
        ContactKey("pipeline.deal", "contact"),
        ContactKey("pipeline.deal", "organization"),
        ContactKey("pipeline.dealrole", "contact", twice=ASIDE, called=("role in a deal", "roles in deals")),
        ContactKey("pipeline.quote", "contact"),
        ContactKey("pipeline.quote", "recipient"),
    )
)
