"""Addresses of tickets, included at the root."""

from django.urls import path

from service.knowledge.urls import urlpatterns as knowledge
from service.portal.urls import urlpatterns as portal
from service.views import figures, process, talking, tickets

app_name = "service"
urlpatterns = [
    *knowledge,
    *portal,
    path("tickets/", tickets.TicketListView.as_view(), name="ticket_list"),
    path("tickets/export/", tickets.TicketExportView.as_view(), name="ticket_export"),
    path("tickets/bulk/", tickets.TicketBulkView.as_view(), name="ticket_bulk"),
    path("tickets/new/", tickets.TicketCreateView.as_view(), name="ticket_create"),
    path("tickets/figures/", figures.FiguresView.as_view(), name="figures"),
    path("tickets/process/", process.ProcessView.as_view(), name="process"),
    path("tickets/options/", tickets.TicketOptionsView.as_view(), name="ticket_options"),
    path("tickets/<int:pk>/", tickets.TicketDetailView.as_view(), name="ticket_detail"),
    path("tickets/<int:pk>/edit/", tickets.TicketUpdateView.as_view(), name="ticket_update"),
    path("tickets/<int:pk>/cell/", tickets.TicketCellView.as_view(), name="ticket_cell"),
    path("tickets/<int:pk>/fact/", tickets.TicketFactView.as_view(), name="ticket_fact"),
    path("tickets/<int:pk>/files/", tickets.TicketFileView.as_view(), name="ticket_file"),
    path("tickets/<int:pk>/take/", tickets.TicketTakeView.as_view(), name="ticket_take"),
    path("tickets/<int:pk>/solve/", tickets.TicketSolveView.as_view(), name="ticket_solve"),
    path("tickets/<int:pk>/reopen/", tickets.TicketReopenView.as_view(), name="ticket_reopen"),
    path("tickets/<int:pk>/close/", tickets.TicketCloseView.as_view(), name="ticket_close"),
    path("tickets/<int:pk>/merge/", tickets.TicketMergeView.as_view(), name="ticket_merge"),
    path("tickets/<int:pk>/unmerge/", tickets.TicketUnmergeView.as_view(), name="ticket_unmerge"),
    path("tickets/<int:whole>/replies/new/", talking.ReplyView.as_view(), name="reply_create"),
    path("tickets/<int:whole>/notes/new/", talking.NoteView.as_view(), name="note_create"),
    path("tickets/<int:whole>/heard/new/", talking.HeardView.as_view(), name="heard_create"),
    path("tickets/messages/<int:pk>/", talking.MessageHtmlView.as_view(), name="message_html"),
]
