"""The kinds of rows that contacts lets in: contacts and organizations."""

from contacts.importing.kinds import CONTACTS, ORGANIZATIONS
from contacts.importing.references import make_bare_contacts, reject_contacts_out_of_reach

KINDS = (CONTACTS, ORGANIZATIONS)

__all__ = ["CONTACTS", "KINDS", "ORGANIZATIONS", "make_bare_contacts", "reject_contacts_out_of_reach"]
