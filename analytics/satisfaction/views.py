"""The page of satisfaction: the score over time and divided, beside money, with the comments behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from analytics.models import RetentionRate, RfmScore, SatisfactionCount
from analytics.retention_views import WholeBaseView
from analytics.satisfaction.chain_page import ChainPage
from analytics.satisfaction.page import DIMENSIONS, KINDS, SatisfactionPage, period_of
from analytics.satisfaction.queries import newest_comments, value_names
from analytics.satisfaction.ratings_page import RatingsPage
from analytics.satisfaction.wallet_page import WalletPage
from analytics.views import TakesFigures, day_of
from crm.company import current_company
from crm.field_rights import hidden_specs
from crm.models import User

WALLET = "analytics:satisfaction_wallet"
TABS = (
    ("Who recommends us", "analytics:satisfaction_detail"),
    ("What matters", "analytics:satisfaction_ratings"),
    ("From satisfaction to profit", "analytics:satisfaction_chain"),
    ("Share of wallet", WALLET),
)


def may_see_wallet(user: User | None) -> bool:
    """Neither the share nor what they said is hidden from the person."""
    return not {"wallet", "wallet_said"} & hidden_specs(user, "contacts.contact")


class SatisfactionPart(WholeBaseView):
    """What the pages of satisfaction share."""

    step = "satisfaction"
    tabs = TABS
    period_choices = KINDS

    def shown_tabs(self) -> Sequence[tuple[str, str]]:
        may_see = may_see_wallet(self.request.user)
        return [(label, name) for label, name in self.tabs if may_see or name != WALLET]

    @property
    def csv_urls(self) -> dict[str, str]:
        """Where each table can be had as a file."""
        address = reverse("analytics:satisfaction_export")
        return {"trend": f"{address}?period={self.kind}", "groups": f"{address}?by={self.dimension}"}


class RatingsView(SatisfactionPart):
    """Importance beside performance, gaps to competitors, delight, value, trust, what comments are about."""

    url_name = "analytics:satisfaction_ratings"

    def get(self, request: HttpRequest) -> HttpResponse:
        page = RatingsPage(self.run) if self.run else None
        return self.show("analytics/satisfaction_ratings.html", page=page)


class ChainView(SatisfactionPart):
    """From attributes to satisfaction, to intention, to behaviour, to money."""

    url_name = "analytics:satisfaction_chain"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("analytics/satisfaction_chain.html", page=ChainPage(self.run) if self.run else None)


class WalletView(SatisfactionPart):
    """What customers buy of us, of all that they say that they spend."""

    url_name = WALLET

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see_wallet(self.request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        page = WalletPage(self.run) if self.run else None
        return self.show("analytics/satisfaction_wallet.html", page=page, currency=current_company().currency)


class SatisfactionView(SatisfactionPart):
    """`?period=` month, quarter or year; `?by=` divides the score; `?of=` (such as `segment:loyal`) is the value of
    it whose score and retention are drawn over time."""

    url_name = "analytics:satisfaction_detail"

    @property
    def kind(self) -> str:
        return period_of(self.request.GET.get("period", ""))

    @property
    def dimension(self) -> str:
        asked = self.request.GET.get("by", "")
        return asked if asked in DIMENSIONS else ""

    @property
    def of(self) -> tuple[str, str]:
        """The dimension and the value that are asked for; of another dimension than the page's, none is."""
        dimension, _, value = self.request.GET.get("of", "").partition(":")
        return (dimension, value) if value and dimension == self.dimension else ("", "")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(
            "analytics/satisfaction.html",
            page=self.page,
            dimensions=self.choices("by", [("", "In total"), *DIMENSIONS.items()], self.dimension),
            dimension_label=DIMENSIONS.get(self.dimension, ""),
            comments=newest_comments(self.request.user),
        )

    @cached_property
    def page(self) -> SatisfactionPage | None:
        if self.run is None:
            return None
        counts = list(SatisfactionCount.objects.filter(dimension__in=("", self.dimension)))
        kept = RetentionRate.objects.filter(period=self.kind, dimension__in=("", self.dimension), is_partial=False)
        names = value_names(self.dimension, [one.value for one in counts])
        currency = current_company().currency
        return SatisfactionPage(
            self.run, counts, self.kind, self.dimension, names=names, retention=list(kept), currency=currency,
            of=self.of,
        )  # fmt: skip


class SatisfactionExportView(TakesFigures, SatisfactionView):
    """The scores of the page as CSV: by period, or by the values of a dimension."""

    exported = RfmScore

    def file(self) -> HttpResponse:
        name = f"satisfaction-{self.dimension or self.kind}-{day_of(self.run)}"
        return self.file_of(self._rows(), name, kind=SatisfactionCount, what="the scores of the satisfaction page")

    def _rows(self) -> Iterator[Sequence[Any]]:
        head = self.dimension or self.kind
        yield [head, "nps", "half_width", "answers", "promoters", "passives", "detractors", "retention"]
        if self.page is None:
            return
        for row in self.page.groups if self.dimension else self.page.rows:
            counts = row.counts
            groups = [counts.promoters, counts.passives, counts.detractors]
            yield [row.label, counts.score, counts.half_width, counts.n, *groups, row.retention]
