"""The kinds of rows that contacts lets in."""

from contacts.importing.consents import CONSENTS
from contacts.importing.interactions import INTERACTIONS
from contacts.importing.kinds import CONTACTS, ORGANIZATIONS
from contacts.importing.references import make_bare_contacts, reject_contacts_out_of_reach

KINDS = (CONTACTS, ORGANIZATIONS, INTERACTIONS, CONSENTS)

__all__ = ["CONTACTS", "KINDS", "ORGANIZATIONS", "make_bare_contacts", "reject_contacts_out_of_reach"]
