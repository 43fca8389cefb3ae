"""Sharing one record: with whom it is shared, one more person, and taking it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm.choices import ShareRight, Verb
from crm.company import end_of_day
from crm.languages.telling import spoken
from crm.models import User
from crm.primary_keys import key_in
from crm.sharing import end_share, may_share, share_record, shares_of
from crm.views.base import ScopedView

REFUSED = 422


class ShareForm(forms.Form):
    """With whom, what for, until when."""

    person = forms.ModelChoiceField(
        queryset=User.objects.none(), label="With", widget=forms.Select(attrs={"data-pick": "one"}), empty_label=""
    )
    right = forms.ChoiceField(label="They", choices=ShareRight.choices, widget=forms.RadioSelect)
    ends_on = forms.DateField(
        label="Until, and including",
        required=False,
        help_text="Empty: until you end it.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, initial={"right": ShareRight.VIEW})
        people = User.objects.visible_to(user).filter(is_active=True).exclude(pk=user.pk)
        self.fields["person"].queryset = people.order_by("name", "id")  # type: ignore[attr-defined]


class ShareView(ScopedView):
    """The page of one record's shares; its form shares it with one more person, or changes how."""

    verb = Verb.CHANGE
    template_name = "crm/share.html"
    share_url_name = ""
    end_url_name = ""

    def get_record(self) -> Any:
        record = super().get_record()
        if not may_share(self.request.user, record):
            raise PermissionDenied
        return record

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_record(), ShareForm(user=self.request.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record, form = self.get_record(), ShareForm(request.POST, user=self.request.user)
        if not form.is_valid():
            return self.show(record, form, REFUSED)
        said = form.cleaned_data
        ends_at = end_of_day(said["ends_on"]) if said["ends_on"] else None
        try:
            share_record(
                actor=self.request.user, record=record, person=said["person"], right=said["right"], ends_at=ends_at
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(record, form, REFUSED)
        messages.success(
            request, spoken(request, "%(record)s is shared with %(name)s.", record=record, name=said["person"].name)
        )
        return redirect(self.share_url_name, record.pk)

    def show(self, record: Any, form: ShareForm, status: int = 200) -> HttpResponse:
        context = {
            "record": record,
            "form": form,
            "shares": shares_of(record),
            "heading": f"Share {record}",
            "submit_label": "Share it",
            "cancel_url": record.get_absolute_url(),
            "end_url_name": self.end_url_name,
        }
        return render(self.request, self.template_name, context, status=status)


class ShareEndView(ShareView):
    """Takes one share back (`share`, its id, in the body)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record = self.get_record()
        share = shares_of(record).filter(pk=key_in(request.POST.get("share", "")) or 0).first()
        if share is None:
            messages.info(request, "That share has ended already.")
        else:
            end_share(actor=self.request.user, record=record, share=share)
            messages.success(
                request,
                spoken(request, "%(record)s is no longer shared with %(user)s.", record=record, user=share.user.name),
            )
        return redirect(self.share_url_name, record.pk)
