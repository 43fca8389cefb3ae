"""Addresses of tickets, included at the root."""

from django.urls import path

from service.channels import views as channels
from service.defectors import views as defectors
from service.hours_page import HoursView
from service.knowledge.urls import urlpatterns as knowledge
from service.macros import views as macros
from service.portal.urls import urlpatterns as portal
from service.promises import views as promises
from service.queues import views as queues
from service.remedies import views as remedies
from service.routing import views as routing
from service.ties import views as ties
from service.views import bulk, figures, process, talking, tickets

app_name = "service"
urlpatterns = [
    *knowledge,
    *portal,
    path("settings/hours/", HoursView.as_view(), name="hours"),
    path("tickets/", tickets.TicketListView.as_view(), name="ticket_list"),
    path("tickets/export/", tickets.TicketExportView.as_view(), name="ticket_export"),
    path("tickets/bulk/", bulk.TicketBulkView.as_view(), name="ticket_bulk"),
    path("tickets/new/", tickets.TicketCreateView.as_view(), name="ticket_create"),
    path("tickets/figures/", figures.FiguresView.as_view(), name="figures"),
    path("tickets/process/", process.ProcessView.as_view(), name="process"),
    path("tickets/macros/", macros.MacroListView.as_view(), name="macro_list"),
    path("tickets/macros/new/", macros.MacroCreateView.as_view(), name="macro_create"),
    path("tickets/macros/preview/", macros.MacroPreviewView.as_view(), name="macro_preview"),
    path("tickets/macros/<int:pk>/edit/", macros.MacroUpdateView.as_view(), name="macro_update"),
    path("tickets/macros/<int:pk>/remove/", macros.MacroRemoveView.as_view(), name="macro_remove"),
    path("tickets/routing/", routing.RuleListView.as_view(), name="rule_list"),
    path("tickets/routing/start/", routing.RoutingStartView.as_view(), name="routing_start"),
    path("tickets/routing/rules/new/", routing.RuleCreateView.as_view(), name="rule_create"),
    path("tickets/routing/rules/<int:pk>/", routing.RuleUpdateView.as_view(), name="rule_update"),
    path("tickets/routing/rules/<int:pk>/remove/", routing.RuleRemoveView.as_view(), name="rule_remove"),
    path("tickets/routing/people/new/", routing.IntakeCreateView.as_view(), name="intake_create"),
    path("tickets/routing/people/<int:pk>/", routing.IntakeUpdateView.as_view(), name="intake_update"),
    path("tickets/queues/", queues.QueueListView.as_view(), name="queue_list"),
    path("tickets/queues/new/", queues.QueueCreateView.as_view(), name="queue_create"),
    path("tickets/queues/<int:pk>/", queues.QueueUpdateView.as_view(), name="queue_update"),
    path("tickets/queues/<int:pk>/remove/", queues.QueueRemoveView.as_view(), name="queue_remove"),
    path("tickets/promises/", promises.PromiseListView.as_view(), name="promise_list"),
    path("tickets/promises/new/", promises.PromiseCreateView.as_view(), name="promise_create"),
    path("tickets/promises/<int:pk>/", promises.PromiseUpdateView.as_view(), name="promise_update"),
    path("tickets/promises/<int:pk>/remove/", promises.PromiseRemoveView.as_view(), name="promise_remove"),
    path("tickets/promises/hours/new/", promises.HoursCreateView.as_view(), name="hours_create"),
    path("tickets/promises/hours/<int:pk>/", promises.HoursUpdateView.as_view(), name="hours_update"),
    path("tickets/promises/hours/<int:pk>/remove/", promises.HoursRemoveView.as_view(), name="hours_remove"),
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
    path("tickets/<int:pk>/macros/", macros.MacroOfferView.as_view(), name="macro_offer"),
    path("tickets/<int:pk>/macros/use/", macros.MacroUseView.as_view(), name="macro_use"),
    path("tickets/<int:whole>/replies/new/", talking.ReplyView.as_view(), name="reply_create"),
    path("tickets/<int:whole>/notes/new/", talking.NoteView.as_view(), name="note_create"),
    path("tickets/<int:whole>/heard/new/", talking.HeardView.as_view(), name="heard_create"),
    path("tickets/<int:whole>/links/new/", ties.LinkView.as_view(), name="link_create"),
    path("tickets/<int:pk>/unlink/", ties.UnlinkView.as_view(), name="unlink"),
    path("tickets/<int:whole>/split/", ties.SplitView.as_view(), name="ticket_split"),
    path("tickets/<int:whole>/incidents/", ties.IncidentsView.as_view(), name="incidents_answer"),
    path("tickets/<int:pk>/watch/", ties.WatchView.as_view(), name="watch"),
    path("tickets/<int:pk>/unwatch/", ties.UnwatchView.as_view(), name="unwatch"),
    path("tickets/<int:pk>/presence/", ties.PresenceView.as_view(), name="presence"),
    path(
        "tickets/<int:whole>/compensations/new/", remedies.CompensationCreateView.as_view(), name="compensation_create"
    ),
    path("tickets/deliveries/<int:pk>/again/", channels.DeliveryAgainView.as_view(), name="delivery_again"),
    path("f/ticket/<str:token>/", channels.PublicTicketView.as_view(), name="public_form"),
    path("defectors/", defectors.DefectionListView.as_view(), name="defection_list"),
    path("defectors/export/", defectors.DefectionExportView.as_view(), name="defection_export"),
    path("defectors/new/", defectors.DefectionCreateView.as_view(), name="defection_create"),
    path("defectors/figures/", defectors.DefectionFiguresView.as_view(), name="defection_figures"),
    path("defectors/<int:pk>/", defectors.DefectionDetailView.as_view(), name="defection_detail"),
    path("defectors/<int:pk>/edit/", defectors.DefectionUpdateView.as_view(), name="defection_update"),
    path("defectors/<int:pk>/result/", defectors.DefectionSettleView.as_view(), name="defection_settle"),
    path("defectors/<int:pk>/reopen/", defectors.DefectionReopenView.as_view(), name="defection_reopen"),
    path("defectors/<int:whole>/attempts/new/", defectors.AttemptCreateView.as_view(), name="attempt_create"),
    path("compensations/", remedies.CompensationListView.as_view(), name="compensation_list"),
    path("compensations/export/", remedies.CompensationExportView.as_view(), name="compensation_export"),
    path("compensations/figures/", remedies.CompensationFiguresView.as_view(), name="compensation_figures"),
    path("compensations/<int:pk>/", remedies.CompensationDetailView.as_view(), name="compensation_detail"),
    path("compensations/<int:pk>/approve/", remedies.CompensationApproveView.as_view(), name="compensation_approve"),
    path("compensations/<int:pk>/refuse/", remedies.CompensationRefuseView.as_view(), name="compensation_refuse"),
    path("compensations/<int:pk>/reverse/", remedies.CompensationReverseView.as_view(), name="compensation_reverse"),
    path("compensations/<int:pk>/withdraw/", remedies.CompensationWithdrawView.as_view(), name="compensation_withdraw"),
    path("tickets/messages/<int:pk>/", talking.MessageHtmlView.as_view(), name="message_html"),
]
