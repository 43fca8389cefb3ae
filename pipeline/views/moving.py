"""Moving a deal: a page with a form, which the board sends too."""

from __future__ import annotations

from typing import Any

from crm.choices import Verb
from crm.languages.telling import spoken_refusal
from crm.primary_keys import key_in
from crm.requests import SignedInRequest
from crm.views.base import ActionView
from crm.views.boards import BoardMovePage
from pipeline import actions
from pipeline.actions.moving import missing_before
from pipeline.forms import MoveForm
from pipeline.models import Deal


class DealMoveView(BoardMovePage):
    """`?stage=` names where it goes."""

    model = Deal
    form_class = MoveForm
    verb = Verb.CHANGE
    template_name = "pipeline/move_form.html"
    heading = "Move {record.title}"
    submit_label = "Move"
    done = "{record.title} is in {record.stage} now."
    lane = "stage"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("stage", "pipeline")

    def get_initial(self) -> dict[str, Any]:
        stage = self.request.GET.get("stage", "")
        return {"stage": stage} if stage.isdecimal() else {}

    def save(self, form: MoveForm) -> Deal:
        """What was filled in is saved with the move, or not at all."""
        user, version, cleaned = self.request.user, form.cleaned_data["version"], form.cleaned_data
        deal = self.record
        if form.filled:
            deal = actions.change_deal(actor=user, deal=deal, version=version, fields=form.filled)
            version = deal.version
        for line in set(cleaned.get("ticked", ())) - set(deal.ticked):
            actions.tick(actor=user, deal=deal, line=line, is_done=True)
        return actions.move_deal(
            actor=user,
            deal=deal,
            version=version,
            stage=cleaned["stage"],
            on=cleaned["on"],
            reason=cleaned["reason"],
        )

    def get_context_data(self, form: Any) -> dict[str, Any]:
        """With what the asked stage still needs, where the address names one: the board leads here for it."""
        asked = self.request.GET.get("stage", "")
        key = key_in(asked)
        stage = form.fields["stage"].queryset.filter(pk=key).first() if key else None
        missing = missing_before(self.record, stage) if stage is not None and not form.is_bound else None
        return super().get_context_data(form) | {"missing": spoken_refusal(self.request, missing) if missing else ""}

    def get_success_url(self, record: Any) -> str:
        return str(record.get_absolute_url())


class DealTickView(ActionView):
    """Ticks a line of the checklist (`line`), or takes the tick off."""

    request: SignedInRequest
    model = Deal
    done = "Noted."

    def act(self, record: Deal) -> None:
        line = self.request.POST.get("line", "")[:200]
        actions.tick(actor=self.request.user, deal=record, line=line, is_done=line not in record.ticked)
