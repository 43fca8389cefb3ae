"""What campaigns brings to the engines."""

from crm.catalogue import Catalogue

CATALOGUE = Catalogue()
