"""What feedback brings to the engines."""

from crm.catalogue import Catalogue

CATALOGUE = Catalogue()
