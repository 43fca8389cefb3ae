"""What can be arranged of tickets: their form."""

from crm.layouts.forms import form_place
from service.forms import TicketForm

FORM = form_place(TicketForm, "service.ticket", "Form of tickets", needed=("subject", "queue"))
LAYOUTS = (FORM,)
