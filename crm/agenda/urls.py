"""Addresses of tasks and the calendar."""

from django.urls import path

from crm.agenda import calendar_views, views

app_name = "agenda"
urlpatterns = [
    path("tasks/", views.TaskListView.as_view(), name="task_list"),
    path("tasks/new/", views.TaskCreateView.as_view(), name="task_create"),
    path("tasks/<int:pk>/", views.TaskDetailView.as_view(), name="task_detail"),
    path("tasks/<int:pk>/edit/", views.TaskUpdateView.as_view(), name="task_update"),
    path("tasks/<int:pk>/done/", views.TaskCompleteView.as_view(), name="task_complete"),
    path("tasks/<int:pk>/reopen/", views.TaskReopenView.as_view(), name="task_reopen"),
    path("tasks/<int:pk>/snooze/", views.TaskSnoozeView.as_view(), name="task_snooze"),
    path("tasks/<int:pk>/delete/", views.TaskDeleteView.as_view(), name="task_delete"),
    path("calendar/", calendar_views.CalendarView.as_view(), name="calendar"),
    path("calendar/links/", calendar_views.FeedListView.as_view(), name="feed_list"),
    path("calendar/links/<int:pk>/revoke/", calendar_views.FeedRevokeView.as_view(), name="feed_revoke"),
    path("ics/<str:secret>.ics", calendar_views.FeedView.as_view(), name="feed"),
]
