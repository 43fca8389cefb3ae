"""What can be arranged of deals: their form."""

from crm.layouts.forms import form_place
from pipeline.forms import DealForm

FORM = form_place(DealForm, "pipeline.deal", "Form of deals", needed=("title", "stage", "currency", "opened_on"))
LAYOUTS = (FORM,)
