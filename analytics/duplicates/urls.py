"""The addresses of the review of duplicates."""

from django.urls import path

from analytics.duplicates import views

app_name = "duplicates"
urlpatterns = [
    path("", views.PairListView.as_view(), name="pair_list"),
    path("export/", views.PairExportView.as_view(), name="pair_export"),
    path("not-the-same/", views.DistinctListView.as_view(), name="distinct_list"),
    path("not-the-same/<int:pk>/take-back/", views.DistinctTakeBackView.as_view(), name="distinct_take_back"),
    path("merge/", views.SurestView.as_view(), name="surest_merge"),
    path("merge/<int:pk>/undo/", views.SurestUndoView.as_view(), name="surest_undo"),
    path("<int:pk>/", views.PairDetailView.as_view(), name="pair_detail"),
    path("<int:pk>/not-the-same/", views.PairDistinctView.as_view(), name="pair_distinct"),
]
