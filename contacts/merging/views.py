"""The pages of merging: who is the same, both side by side, what was merged, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from contacts.merging import actions
from contacts.merging.comparing import kept_lines, lines_of, what_hangs
from contacts.merging.forms import MergeForm, OtherForm
from contacts.merging.keys import moved_keys
from contacts.merging.obstacles import obstacles_of, told, what_came_since
from contacts.merging.rights import may_merge, refusal
from contacts.models import Contact, ContactMerge
from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.filtering.searching import finds_names_only, search_condition
from crm.languages.telling import spoken
from crm.models import User
from crm.primary_keys import key_in
from crm.saving import StaleRecord
from crm.views.base import ActionView, ScopedView
from crm.views.forms import CONFLICT, REFUSED
from crm.views.lists import ListPage


class MergeView(ScopedView):
    """Which contact is the same; then (`other`) both side by side, with a choice for each field in which they differ.
    Sent, they are one."""

    model = Contact
    verb = Verb.CHANGE

    def get_queryset(self) -> Any:
        related = ("owner", "team", "territory", "organization", "parent")
        return super().get_queryset().select_related(*related).prefetch_related("points", "addresses")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one, other = self.both(request.GET)
        return self.choose(one) if other is None else self.show(one, other)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one, other = self.both(request.POST)
        if other is None:
            return self.choose(one, REFUSED)
        form = self.make_form(one, other, request.POST)
        if not form.is_valid():
            return self.show(one, other, form, status=REFUSED)
        versions = form.cleaned_data["version_1"], form.cleaned_data["version_2"]
        is_first = form.cleaned_data["keep"] == "1"
        kept, gone = (one, other) if is_first else (other, one)
        try:
            merge = actions.merge_contacts(
                actor=self.request.user,
                kept=kept,
                gone=gone,
                wanted=form.wanted,
                versions=versions if is_first else (versions[1], versions[0]),
            )
        except StaleRecord as stale:
            form.data = {**form.data.dict(), "version_1": str(one.version), "version_2": str(other.version)}  # type: ignore[attr-defined]
            form.add_error(None, stale.sentence)
            return self.show(one, other, form, status=CONFLICT)
        except ValidationError as error:
            form.add_error(None, error)
            return self.show(one, other, form, status=REFUSED)
        messages.success(
            request, spoken(request, "%(gone)s and %(kept)s are one contact now.", gone=gone.name, kept=kept.name)
        )
        return redirect(merge)

    def both(self, data: Any) -> tuple[Contact, Contact | None]:
        """The contact of this address and the other one. Raises 404 for one that the person does not see, 403 for one
        that they may not change."""
        one: Contact = self.get_record()
        key = key_in(data.get("other", ""))
        if key is None or key == one.pk:
            return one, None
        self.kwargs = {**self.kwargs, "pk": key}
        other: Contact = self.get_record()
        return one, None if other.pk == one.pk else other

    def choose(self, one: Contact, status: int = 200) -> HttpResponse:
        context = {"form": OtherForm(user=self.request.user, record=one), "record": one}
        return render(self.request, "contacts/merging/other.html", context, status=status)

    def make_form(self, one: Contact, other: Contact, data: Any = None) -> MergeForm:
        user = self.request.user
        pairs = (("1", one, other), ("2", other, one))
        keepable = tuple(side for side, kept, gone in pairs if may_merge(user, kept, gone))
        if not keepable:
            raise PermissionDenied
        return MergeForm(lines=lines_of(one, other, user), keepable=keepable, data=data)

    def show(self, one: Contact, other: Contact, form: MergeForm | None = None, status: int = 200) -> HttpResponse:
        user, form = self.request.user, form or self.make_form(one, other)
        chosen = form.data if form.is_bound else {}
        keepable = [side for side, _ in form.fields["keep"].choices]  # type: ignore[attr-defined]
        keep = chosen.get("keep") or keepable[0]
        lines = [
            (line, chosen.get(line.name) or (line.first if keep == "1" else line.second))
            for line in lines_of(one, other, user)
        ]
        kept, gone = (one, other) if keep == "1" else (other, one)
        context = {
            "form": form,
            "contacts": ((one, "1", "1" in keepable), (other, "2", "2" in keepable)),
            "keep": keep,
            "lines": lines,
            "kept_lines": kept_lines(one, other, user),
            "hanging": what_hangs(one, other, user),
            "refusal": refusal(user, kept, gone),
            "versions": (chosen.get("version_1", one.version), chosen.get("version_2", other.version)),
        }
        return render(self.request, "contacts/merging/merge.html", context, status=status)


class MergedView(ScopedView):
    """A merge: what became one."""

    model = ContactMerge

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("kept", "gone", "actor", "undone_by", "job")


class MergeDetailView(MergedView):
    """What was merged and moved, what came since, and whether it can be undone."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        merge, user = self.get_record(), self.request.user
        may_undo = merge.undone_at is None and may_merge(user, merge.kept, merge.gone)
        sees_all = scope_of(user, Contact, Verb.VIEW) == Scope.ALL
        context = {
            "merge": merge,
            "moved": [told(model, count) for model, count in merge.moved.items() if _is_seen(user, model)],
            "obstacles": obstacles_of(merge, user) if may_undo else [],
            "came": what_came_since(merge) if may_undo and sees_all else [],
            "may_undo": may_undo,
        }
        return render(request, "contacts/merging/merged.html", context)


class MergeUndoView(ActionView, MergedView):
    """Takes a merge back."""

    verb = Verb.VIEW
    done = "Taken apart again: {record.gone_name} and {record.kept_name} are two contacts."

    def act(self, record: ContactMerge) -> None:
        if not may_merge(self.request.user, record.kept, record.gone):
            raise PermissionDenied
        actions.undo_merge(actor=self.request.user, merge=record)


class MergeListView(ListPage):
    model = ContactMerge
    heading = "Merged contacts"
    name_column = "gone"
    default_sort = "-at"
    search_hint = "Contact"
    phone = {"kept": "cell-secondary", "at": "cell-end", "undone_at": "cell-secondary-end"}
    template_name = "contacts/merging/list.html"
    empty_title = "Nothing was merged yet"
    empty_text = "Pairs that are one party stand under Duplicates; what was merged stands here and can be undone."

    @staticmethod
    def search(rows: Any, text: str, user: User | None = None) -> Any:
        """Merges into a contact whom the text finds."""
        if not text.strip():
            return rows
        condition = search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
        return rows.filter(kept__in=Contact.objects.filter(condition).order_by().values("pk"))


def _is_seen(user: User, model: str) -> bool:
    keys = [key for key in moved_keys() if key.model == model]
    return bool(keys) and can(user, Verb.VIEW, keys[0].of)
