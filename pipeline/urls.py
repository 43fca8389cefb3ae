"""Addresses of deals and the board, included at the root."""

from django.urls import path

from pipeline.quotes import deciding, public
from pipeline.quotes import views as quotes
from pipeline.views import board, deals, months, moving, parts, performance, targets

app_name = "pipeline"
urlpatterns = [
    path("pipeline/", board.BoardView.as_view(), name="board"),
    path("pipeline/start/", board.PipelineStartView.as_view(), name="pipeline_start"),
    path("pipeline/months/", months.MonthBoardView.as_view(), name="month_board"),
    path("targets/", targets.TargetListView.as_view(), name="target_list"),
    path("targets/new/", targets.TargetCreateView.as_view(), name="target_create"),
    path("targets/<int:pk>/", targets.TargetUpdateView.as_view(), name="target_update"),
    path("targets/<int:pk>/remove/", targets.TargetRemoveView.as_view(), name="target_remove"),
    path("analytics/performance/", performance.PerformanceView.as_view(), name="performance"),
    path("deals/", deals.DealListView.as_view(), name="deal_list"),
    path("deals/export/", deals.DealExportView.as_view(), name="deal_export"),
    path("deals/bulk/", deals.DealBulkView.as_view(), name="deal_bulk"),
    path("deals/new/", deals.DealCreateView.as_view(), name="deal_create"),
    path("deals/<int:pk>/", deals.DealDetailView.as_view(), name="deal_detail"),
    path("deals/<int:pk>/edit/", deals.DealUpdateView.as_view(), name="deal_update"),
    path("deals/<int:pk>/cell/", deals.DealCellView.as_view(), name="deal_cell"),
    path("deals/<int:pk>/move/", moving.DealMoveView.as_view(), name="deal_move"),
    path("deals/<int:pk>/expect/", months.DealExpectView.as_view(), name="deal_expect"),
    path("deals/<int:pk>/tick/", moving.DealTickView.as_view(), name="deal_tick"),
    path("deals/<int:pk>/archive/", deals.DealArchiveView.as_view(), name="deal_archive"),
    path("deals/<int:pk>/restore/", deals.DealRestoreView.as_view(), name="deal_restore"),
    path("deals/<int:whole>/lines/new/", parts.LineCreateView.as_view(), name="line_create"),
    path("deals/<int:whole>/people/new/", parts.RoleCreateView.as_view(), name="role_create"),
    path("deals/<int:whole>/shares/new/", parts.ShareCreateView.as_view(), name="share_create"),
    path("deals/<int:whole>/competitors/new/", parts.CompetitorCreateView.as_view(), name="competitor_create"),
    path("deals/options/", quotes.DealOptionsView.as_view(), name="deal_options"),
    path("deals/<int:pk>/parts/remove/", parts.DealPartRemoveView.as_view(), name="part_remove"),
    path("quotes/", quotes.QuoteListView.as_view(), name="quote_list"),
    path("quotes/export/", quotes.QuoteExportView.as_view(), name="quote_export"),
    path("quotes/new/", quotes.QuoteCreateView.as_view(), name="quote_create"),
    path("quotes/<int:pk>/", quotes.QuoteDetailView.as_view(), name="quote_detail"),
    path("quotes/<int:pk>/edit/", quotes.QuoteUpdateView.as_view(), name="quote_update"),
    path("quotes/<int:pk>/document/", quotes.QuoteDocumentView.as_view(), name="quote_document"),
    path("quotes/<int:pk>/send/", deciding.QuoteSendView.as_view(), name="quote_send"),
    path("quotes/<int:pk>/mark-sent/", quotes.QuoteMarkView.as_view(), name="quote_mark"),
    path("quotes/<int:pk>/ask/", deciding.QuoteAskView.as_view(), name="quote_ask"),
    path("quotes/<int:pk>/take-back/", quotes.QuoteTakeBackView.as_view(), name="quote_take_back"),
    path("quotes/<int:pk>/approve/", deciding.QuoteApproveView.as_view(), name="quote_approve"),
    path("quotes/<int:pk>/refuse/", deciding.QuoteRefuseView.as_view(), name="quote_refuse"),
    path("quotes/<int:pk>/accept/", deciding.QuoteAcceptView.as_view(), name="quote_accept"),
    path("quotes/<int:pk>/decline/", deciding.QuoteDeclineView.as_view(), name="quote_decline"),
    path("quotes/<int:pk>/revise/", quotes.QuoteReviseView.as_view(), name="quote_revise"),
    path("quotes/<int:pk>/withdraw/", quotes.QuoteWithdrawView.as_view(), name="quote_withdraw"),
    path("quotes/<int:pk>/count/", quotes.QuoteCountView.as_view(), name="quote_count"),
    path("q/<str:token>/", public.PublicQuoteView.as_view(), name="quote_page"),
    path("q/<str:token>/document/", public.PublicDocumentView.as_view(), name="quote_page_document"),
    path("q/<str:token>/accept/", public.PublicAcceptView.as_view(), name="quote_page_accept"),
    path("q/<str:token>/decline/", public.PublicDeclineView.as_view(), name="quote_page_decline"),
]
