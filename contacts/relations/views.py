"""The pages that say and take back how one contact stands to another."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from contacts.models import Contact, Relationship
from contacts.relations.actions import end_relation, relate
from contacts.relations.forms import RelationForm
from crm.choices import Verb
from crm.views.base import ScopedView
from crm.views.parts import PartFormPage


class RelationCreateView(PartFormPage):
    """Says how the contact stands to another one; whoever may change the contact may."""

    model = Relationship
    whole_model = Contact
    form_class = RelationForm
    heading = "A relation of {record}"
    submit_label = "Add the relation"
    done = "The relation is there."
    tab = "relations"

    def save(self, form: RelationForm) -> Contact:
        relate(actor=self.request.user, **form.relation)
        return cast(Contact, self.whole)


class RelationEndView(ScopedView):
    """Takes a relation of the contact away (`relation`, its id, in the body)."""

    model = Contact
    verb = Verb.CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        contact, key = self.get_record(), request.POST.get("relation", "")
        own = Relationship.objects.filter(Q(contact=contact) | Q(other=contact)).select_related("contact", "other")
        relation = own.filter(pk=int(key) if key.isdecimal() and len(key) < 19 else 0).first()
        if relation is None:
            messages.info(request, "That relation has been taken away already.")
        else:
            end_relation(actor=self.request.user, relation=relation)
            messages.success(request, "The relation is taken away.")
        return redirect(f"{contact.get_absolute_url()}?tab=relations")
