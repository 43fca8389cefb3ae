"""The page that adds an entry to the ledger of consent of a contact."""

from __future__ import annotations

from typing import Any, cast

from contacts.choices import ConsentChannel
from contacts.models import Consent, Contact
from contacts.permission.actions import record_consent
from contacts.permission.forms import ConsentForm
from crm.views.parts import PartFormPage


class ConsentCreateView(PartFormPage):
    """Adds an entry; whoever may change the contact may."""

    model = Consent
    whole_model = Contact
    form_class = ConsentForm
    heading = "What {record} allows"
    submit_label = "Record it"
    done = "Recorded what {record} allows."
    tab = "permission"

    def get_initial(self) -> dict[str, Any]:
        channel = self.request.GET.get("channel", "")
        return {"channel": channel} if channel in ConsentChannel.values else {}

    def save(self, form: ConsentForm) -> Contact:
        record_consent(actor=self.request.user, contact=self.whole, **form.entry)
        return cast(Contact, self.whole)
