"""Addresses of leads, included at the root."""

from django.urls import path

from leads import views
from leads.allocation import views as allocation
from leads.calling import views as calling
from leads.capture import public
from leads.capture import views as capture
from leads.conversion import views as conversion
from leads.nurturing import public as unsubscribing
from leads.nurturing import views as nurturing
from leads.qualification import views as qualification
from leads.scoring import views as scoring
from leads.tracking import views as tracking
from leads.writing.views import LeadMailView

app_name = "leads"
urlpatterns = [
    path("leads/", views.LeadListView.as_view(), name="lead_list"),
    path("leads/export/", views.LeadExportView.as_view(), name="lead_export"),
    path("leads/new/", views.LeadCreateView.as_view(), name="lead_create"),
    path("leads/options/", views.LeadOptionsView.as_view(), name="lead_options"),
    path("leads/bulk/", nurturing.LeadBulkView.as_view(), name="lead_bulk"),
    path("f/<str:token>/", public.PublicFormView.as_view(), name="public_form"),
    path("f/confirm/<str:token>/", public.PublicConfirmView.as_view(), name="public_confirm"),
    path("leads/forms/", capture.CaptureFormListView.as_view(), name="form_list"),
    path("leads/forms/new/", capture.CaptureFormCreateView.as_view(), name="form_create"),
    path("leads/forms/<int:pk>/", capture.CaptureFormDetailView.as_view(), name="form_detail"),
    path("leads/forms/<int:pk>/edit/", capture.CaptureFormUpdateView.as_view(), name="form_update"),
    path("leads/tracking/", tracking.TrackingView.as_view(), name="tracking"),
    path("leads/tracking/costs/new/", tracking.CostCreateView.as_view(), name="cost_create"),
    path("leads/tracking/costs/<int:pk>/", tracking.CostUpdateView.as_view(), name="cost_update"),
    path("leads/tracking/costs/<int:pk>/remove/", tracking.CostRemoveView.as_view(), name="cost_remove"),
    path("leads/allocation/", allocation.RuleListView.as_view(), name="rule_list"),
    path("leads/allocation/start/", allocation.AllocationStartView.as_view(), name="allocation_start"),
    path("leads/allocation/rules/new/", allocation.RuleCreateView.as_view(), name="rule_create"),
    path("leads/allocation/rules/<int:pk>/", allocation.RuleUpdateView.as_view(), name="rule_update"),
    path("leads/allocation/rules/<int:pk>/remove/", allocation.RuleRemoveView.as_view(), name="rule_remove"),
    path("leads/allocation/people/new/", allocation.IntakeCreateView.as_view(), name="intake_create"),
    path("leads/allocation/people/<int:pk>/", allocation.IntakeUpdateView.as_view(), name="intake_update"),
    path("leads/<int:pk>/", views.LeadDetailView.as_view(), name="lead_detail"),
    path("leads/<int:pk>/edit/", views.LeadUpdateView.as_view(), name="lead_update"),
    path("leads/<int:pk>/cell/", views.LeadCellView.as_view(), name="lead_cell"),
    path("leads/<int:pk>/fact/", views.LeadFactView.as_view(), name="lead_fact"),
    path("leads/<int:pk>/history/", views.LeadHistoryView.as_view(), name="lead_history"),
    path("leads/<int:pk>/touches/", views.TouchCreateView.as_view(), name="touch_create"),
    path("leads/<int:pk>/mail/", LeadMailView.as_view(), name="lead_mail"),
    path("leads/<int:pk>/move/", views.LeadMoveView.as_view(), name="lead_move"),
    path("leads/<int:pk>/score/", views.LeadScoreView.as_view(), name="lead_score"),
    path("leads/<int:pk>/qualify/", qualification.LeadQualifyView.as_view(), name="lead_qualify"),
    path("leads/checklist/", qualification.ChecklistView.as_view(), name="checklist"),
    path("leads/checklist/start/", qualification.ChecklistStartView.as_view(), name="checklist_start"),
    path("leads/checklist/new/", qualification.ChecklistItemCreateView.as_view(), name="item_create"),
    path("leads/checklist/<int:pk>/", qualification.ChecklistItemUpdateView.as_view(), name="item_update"),
    path("leads/scoring/", scoring.ScoreRuleListView.as_view(), name="score_rule_list"),
    path("leads/scoring/new/", scoring.ScoreRuleCreateView.as_view(), name="score_rule_create"),
    path("leads/scoring/<int:pk>/", scoring.ScoreRuleUpdateView.as_view(), name="score_rule_update"),
    path("leads/scoring/<int:pk>/remove/", scoring.ScoreRuleRemoveView.as_view(), name="score_rule_remove"),
    path("leads/calls/", calling.CallListListView.as_view(), name="call_list_list"),
    path("leads/calls/new/", calling.CallListCreateView.as_view(), name="call_list_create"),
    path("leads/calls/<int:pk>/", calling.CallListDetailView.as_view(), name="call_list_detail"),
    path("leads/calls/<int:pk>/close/", calling.CallListCloseView.as_view(), name="call_list_close"),
    path("leads/calls/<int:pk>/reopen/", calling.CallListReopenView.as_view(), name="call_list_reopen"),
    path("leads/calls/<int:pk>/outcome/", calling.CallOutcomeView.as_view(), name="call_outcome"),
    path("u/<str:token>/", unsubscribing.UnsubscribeView.as_view(), name="unsubscribe"),
    path("leads/sequences/", nurturing.SequenceListView.as_view(), name="sequence_list"),
    path("leads/sequences/new/", nurturing.SequenceCreateView.as_view(), name="sequence_create"),
    path("leads/sequences/<int:pk>/", nurturing.SequenceDetailView.as_view(), name="sequence_detail"),
    path("leads/sequences/<int:pk>/look/", nurturing.SequenceLookView.as_view(), name="sequence_look"),
    path("leads/sequences/<int:pk>/test/", nurturing.SequenceTestView.as_view(), name="sequence_test"),
    path("leads/sequences/<int:pk>/edit/", nurturing.SequenceUpdateView.as_view(), name="sequence_update"),
    path("leads/sequences/<int:pk>/enrol/", nurturing.SequenceEnrolView.as_view(), name="sequence_enrol"),
    path("leads/<int:pk>/enrol/", nurturing.LeadEnrolView.as_view(), name="lead_enrol"),
    path("leads/enrolments/<int:pk>/pause/", nurturing.EnrolmentPauseView.as_view(), name="enrolment_pause"),
    path("leads/enrolments/<int:pk>/resume/", nurturing.EnrolmentResumeView.as_view(), name="enrolment_resume"),
    path("leads/enrolments/<int:pk>/stop/", nurturing.EnrolmentStopView.as_view(), name="enrolment_stop"),
    path("leads/<int:pk>/convert/", conversion.LeadConvertView.as_view(), name="lead_convert"),
    path("leads/<int:pk>/convert/reverse/", conversion.ConversionReverseView.as_view(), name="conversion_reverse"),
    path("leads/<int:pk>/archive/", views.LeadArchiveView.as_view(), name="lead_archive"),
    path("leads/<int:pk>/restore/", views.LeadRestoreView.as_view(), name="lead_restore"),
]
