"""The page of the company."""

from __future__ import annotations

from typing import Any

from crm.models import Company
from crm.setting_up.actions import save_company
from crm.setting_up.forms import CompanyForm
from crm.setting_up.pages import OneRowPage


class CompanyView(OneRowPage):
    model = Company
    form_class = CompanyForm
    heading = "Company"

    def save(self, form: Any) -> None:
        save_company(actor=self.request.user, fields={name: form.cleaned_data[name] for name in form._meta.fields})
