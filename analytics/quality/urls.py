"""The addresses of data quality."""

from django.urls import path

from analytics.quality import views
from contacts.repairing.views import RepairView

app_name = "quality"
urlpatterns = [
    path("", views.QualityView.as_view(), name="overview"),
    path("run/", views.QualityRunView.as_view(), name="run"),
    path("repair/", RepairView.as_view(), name="repair"),
]
