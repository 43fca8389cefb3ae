"""Addresses of deals and the board, included at the root."""

from django.urls import path

from pipeline.views import board, deals, moving, parts, performance

app_name = "pipeline"
urlpatterns = [
    path("pipeline/", board.BoardView.as_view(), name="board"),
    path("pipeline/start/", board.PipelineStartView.as_view(), name="pipeline_start"),
    path("analytics/performance/", performance.PerformanceView.as_view(), name="performance"),
    path("deals/", deals.DealListView.as_view(), name="deal_list"),
    path("deals/export/", deals.DealExportView.as_view(), name="deal_export"),
    path("deals/bulk/", deals.DealBulkView.as_view(), name="deal_bulk"),
    path("deals/new/", deals.DealCreateView.as_view(), name="deal_create"),
    path("deals/<int:pk>/", deals.DealDetailView.as_view(), name="deal_detail"),
    path("deals/<int:pk>/edit/", deals.DealUpdateView.as_view(), name="deal_update"),
    path("deals/<int:pk>/move/", moving.DealMoveView.as_view(), name="deal_move"),
    path("deals/<int:pk>/tick/", moving.DealTickView.as_view(), name="deal_tick"),
    path("deals/<int:pk>/archive/", deals.DealArchiveView.as_view(), name="deal_archive"),
    path("deals/<int:pk>/restore/", deals.DealRestoreView.as_view(), name="deal_restore"),
    path("deals/<int:whole>/lines/new/", parts.LineCreateView.as_view(), name="line_create"),
    path("deals/<int:whole>/people/new/", parts.RoleCreateView.as_view(), name="role_create"),
    path("deals/<int:whole>/shares/new/", parts.ShareCreateView.as_view(), name="share_create"),
    path("deals/<int:whole>/competitors/new/", parts.CompetitorCreateView.as_view(), name="competitor_create"),
    path("deals/<int:pk>/parts/remove/", parts.DealPartRemoveView.as_view(), name="part_remove"),
]
