"""Addresses about persons' data, below /privacy/."""

from django.urls import path

from contacts.privacy import views

app_name = "privacy"
urlpatterns = [
    path("", views.RequestListView.as_view(), name="request_list"),
    path("<int:pk>/", views.RequestDetailView.as_view(), name="request_detail"),
    path("people/<int:pk>/file/", views.PersonFileView.as_view(), name="person_file"),
    path("people/<int:pk>/erase/", views.EraseView.as_view(), name="person_erase"),
    path("people/<int:pk>/ask/", views.AccessAskView.as_view(), name="access_ask"),
]
