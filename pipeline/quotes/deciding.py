"""Pages on which something is decided about a quote: sent, asked, approved, refused, answered by hand."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.choices import Verb
from crm.views.forms import FormPage
from pipeline.models import Quote
from pipeline.quotes import actions
from pipeline.quotes.forms import SendForm, WordsForm


class DecisionPage(FormPage):
    """What these pages share: nothing of the record is typed over, so the second to decide is told what happened."""

    model = Quote
    verb = Verb.CHANGE
    form_class: type[forms.BaseForm] = WordsForm
    label = "Words"
    hint = ""

    def make_form(self, data: Any = None) -> Any:
        form = super().make_form(data)
        if "words" in form.fields:
            form.fields["words"].label, form.fields["words"].help_text = self.label, self.hint
        return form

    def version_typed(self, form: Any) -> int:
        version = form.cleaned_data["version"]
        return self.record.version if version is None else int(version)


class QuoteSendView(DecisionPage):
    form_class = SendForm
    template_name = "pipeline/quotes/send_form.html"
    heading = "Send {record.number}"
    submit_label = "Send"
    done = "{record.number} is on its way."

    def save(self, form: SendForm) -> Quote:
        version = self.version_typed(form)
        return actions.send_quote(actor=self.request.user, quote=self.record, version=version, mail=form.mail)


class QuoteAskView(DecisionPage):
    heading = "Ask to approve {record.number}"
    submit_label = "Ask"
    done = "{record.asked_of} is asked to approve {record.number}."
    label = "Why this discount?"
    hint = "Whoever is asked reads it."

    def save(self, form: WordsForm) -> Quote:
        words, version = form.cleaned_data["words"], self.version_typed(form)
        return actions.ask_approval(actor=self.request.user, quote=self.record, version=version, words=words)


class QuoteApproveView(DecisionPage):
    heading = "Approve {record.number}"
    submit_label = "Approve"
    done = "{record.number} is approved."
    label = "Words to who asked"

    def save(self, form: WordsForm) -> Quote:
        words, version = form.cleaned_data["words"], self.version_typed(form)
        return actions.approve_quote(actor=self.request.user, quote=self.record, version=version, words=words)


class QuoteRefuseView(DecisionPage):
    heading = "Do not approve {record.number}"
    submit_label = "Refuse"
    done = "{record.number} is not approved; it is a draft again."
    label = "Why not?"
    hint = "So that it can be made right."

    def save(self, form: WordsForm) -> Quote:
        words, version = form.cleaned_data["words"], self.version_typed(form)
        return actions.refuse_approval(actor=self.request.user, quote=self.record, version=version, words=words)


class QuoteAcceptView(DecisionPage):
    """The customer said yes by phone or on paper."""

    heading = "{record.number} is accepted"
    submit_label = "Write it down"
    done = "{record.number} is accepted, and its order is made."
    label = "Who said so, and how?"
    hint = "On the customer's side: Ada Okafor, by phone."

    def save(self, form: WordsForm) -> Quote:
        answer = actions.Answer(name=_name(self.request.user), words=form.cleaned_data["words"])
        return actions.accept_quote(actor=self.request.user, quote=self.record, answer=answer)


class QuoteDeclineView(DecisionPage):
    """The customer said no by phone or on paper."""

    heading = "{record.number} is declined"
    submit_label = "Write it down"
    done = "{record.number} is declined."
    label = "Why?"

    def save(self, form: WordsForm) -> Quote:
        answer = actions.Answer(name=_name(self.request.user), words=form.cleaned_data["words"])
        return actions.decline_quote(actor=self.request.user, quote=self.record, answer=answer)


def _name(user: Any) -> str:
    """Who wrote the answer down."""
    return f"{user.name} (by hand)"[:120]
