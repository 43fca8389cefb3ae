"""Their addresses."""

from django.urls import path

from bench.floor import views

urlpatterns = [
    path("", views.empty),
    path("list/", views.contact_list),
    path("search/", views.search),
    path("record/<int:pk>/", views.record),
]
