"""Addresses of the portal."""

from django.urls import path

from service.portal import views

urlpatterns = [
    path("portal/", views.PortalAskView.as_view(), name="portal_ask"),
    path("portal/<str:token>/", views.PortalView.as_view(), name="portal"),
    path("portal/<str:token>/reply/", views.PortalReplyView.as_view(), name="portal_reply"),
    path("portal/<str:token>/close/", views.PortalCloseView.as_view(), name="portal_close"),
    path("portal/<str:token>/new/", views.PortalNewView.as_view(), name="portal_new"),
    path("portal/<str:token>/file/", views.PortalFileView.as_view(), name="portal_file"),
    path("portal/<str:token>/data/", views.PortalDataView.as_view(), name="portal_data"),
    path("portal/<str:token>/again/", views.PortalAgainView.as_view(), name="portal_again"),
    path("portal/<str:token>/void/", views.PortalVoidView.as_view(), name="portal_void"),
]
