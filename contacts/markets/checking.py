"""What a market category asks for, held against a form of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from contacts.markets.facts import Fact, facts, facts_of, is_missing
from contacts.markets.queries import categories
from contacts.models import Contact, MarketCategory
from crm.languages.refusing import refused

EMPTY: tuple[Any, ...] = (None, "", [], ())


def check_required(form: forms.BaseForm, cleaned: Mapping[str, Any], record: Contact | None) -> None:
    """Refuse a form that leaves out what a customer of the chosen categories must have.

    A form of one fact answers for its own fields only. What a person may not write they are not asked for, nor what a
    customer of the category lacks already (from an import, say): that is shown on their page and bars no other change.
    """
    chosen = cleaned.get("markets") if "markets" in form.fields else (record.markets if record else [])
    kind = record.kind if record else cleaned.get("kind")
    asking = [one for one in categories() if one.required and one.key in (chosen or ())]
    known = facts() if asking else []
    for category in asking:
        for fact in facts_of(category, known):
            is_left_out = cleaned.get(fact.field) in EMPTY and fact.field not in form.errors
            if is_left_out and _is_asked(form, fact, str(kind)) and not _lacked(record, category, fact):
                form.add_error(
                    fact.field, refused("A customer of the category %(category)s must have this.", category=category)
                )


def _is_asked(form: forms.BaseForm, fact: Fact, kind: str) -> bool:
    field = form.fields.get(fact.field)
    return field is not None and not field.disabled and (not fact.only or fact.only == kind)


def _lacked(record: Contact | None, category: MarketCategory, fact: Fact) -> bool:
    return record is not None and category.key in record.markets and is_missing(fact, record)
