"""What contacts brings to the engines."""

from contacts.importing import KINDS
from crm.catalogue import Catalogue

CATALOGUE = Catalogue(imports=KINDS)
