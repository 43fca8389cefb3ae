"""The page of a play's mails as one person would get them, and a test of one to whoever asks."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from campaigns.models import Offer, Play, Variant
from campaigns.plays.looking import looks_of, people_to_look_at
from campaigns.sending.trying import send_test
from contacts.models import Contact
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, hidden_specs
from crm.once import new_token, sent_before
from crm.primary_keys import key_in
from crm.views.base import ActionView, ScopedView


class PlayLookView(ScopedView):
    """The mails of its steps as a contact (`?contact=`) would get them."""

    model = Play
    verb = Verb.CHANGE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        play, user = self.get_record(), self.request.user
        people = people_to_look_at(play, user)
        contact = self._contact(request.GET.get("contact", ""), people)
        context = {
            "record": play,
            "people": people if contact in people or contact is None else [contact, *people],
            "contact": contact,
            "looks": [(one, new_token()) for one in looks_of(play, contact, user)] if contact else [],
            "shows_chances": "propensity" not in hidden_specs(user, "contacts.contact")
            and "margin_amount" not in hidden_fields(user, Offer),
            "base": current_company().currency,
        }
        return render(request, "campaigns/plays/look.html", context)

    def _contact(self, asked: str, people: list[Contact]) -> Contact | None:
        if not asked:
            return people[0] if people else None
        if (key := key_in(asked)) is None:
            raise Http404("There is no such contact.")
        return get_object_or_404(Contact.objects.visible_to(self.request.user), pk=key)


class PlayTestView(ActionView):
    """The mail of one of its steps (`variant`) as a contact (`contact`) would get it, to whoever asks."""

    model = Play
    done = "The test is on its way to you."

    def act(self, record: Play) -> None:
        user, sent = self.request.user, self.request.POST
        steps = record.steps.filter(removed_at=None)
        mails = Variant.objects.filter(campaign__in=steps.values("carrier"), is_control=False)
        variant = mails.select_related("campaign__play").filter(pk=key_in(sent.get("variant", "")) or 0).first()
        contact = Contact.objects.visible_to(user).filter(pk=key_in(sent.get("contact", "")) or 0).first()
        if variant is None or contact is None:
            raise ValidationError("The mail or the contact is not there any more: look again.")
        with transaction.atomic():
            if sent_before(user=user, data=sent) is None:
                send_test(actor=user, variant=variant, contact=contact)

    def get_success_url(self, record: Play) -> str:
        key = key_in(self.request.POST.get("contact", ""))
        return reverse("campaigns:play_look", args=[record.pk]) + (f"?contact={key}" if key else "")
