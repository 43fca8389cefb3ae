"""Addresses of deals, the board and quotes, included at the root."""

from django.urls import path

from pipeline import views

app_name = "pipeline"
urlpatterns = [
    path("deals/", views.DealListView.as_view(), name="deal_list"),
    path("deals/export/", views.DealExportView.as_view(), name="deal_export"),
    path("deals/<int:pk>/", views.DealDetailView.as_view(), name="deal_detail"),
    path("deals/bulk/", views.DealBulkView.as_view(), name="deal_bulk"),
]
