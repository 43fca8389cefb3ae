"""What orders brings to the engines."""

from crm.catalogue import Catalogue
from orders.importing import KINDS

CATALOGUE = Catalogue(imports=KINDS)
