"""Addresses about persons' data, below /privacy/."""

from django.urls import path

from contacts.privacy import views
from contacts.privacy.looks.views import AccessFileView, AccessView
from contacts.privacy.many_views import EraseManyView
from contacts.privacy.retention import views as retention

app_name = "privacy"
urlpatterns = [
    path("", views.RequestListView.as_view(), name="request_list"),
    path("<int:pk>/", views.RequestDetailView.as_view(), name="request_detail"),
    path("people/<int:pk>/file/", views.PersonFileView.as_view(), name="person_file"),
    path("people/<int:pk>/erase/", views.EraseView.as_view(), name="person_erase"),
    path("erase/", EraseManyView.as_view(), name="erase_many"),
    path("retention/", retention.RetentionView.as_view(), name="retention"),
    path("retention/trial/", retention.TrialView.as_view(), name="retention_trial"),
    path("retention/rules/<int:pk>/", retention.RuleUpdateView.as_view(), name="retention_rule"),
    path("retention/runs/<int:pk>/", retention.RunDetailView.as_view(), name="retention_run"),
    path("people/<int:whole>/hold/", retention.HoldCreateView.as_view(), name="hold_create"),
    path("holds/<int:pk>/end/", retention.HoldEndView.as_view(), name="hold_end"),
    path("people/<int:pk>/access/", AccessView.as_view(), name="person_access"),
    path("people/<int:pk>/access/file/", AccessFileView.as_view(), name="person_access_file"),
    path("people/<int:pk>/ask/", views.AccessAskView.as_view(), name="access_ask"),
]
