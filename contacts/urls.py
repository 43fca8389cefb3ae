"""Addresses of contacts, below /contacts/."""

from django.urls import path

from contacts import facts, history, views
from contacts.acquired import views as acquired
from contacts.composing import views as composing
from contacts.likely import views as likely
from contacts.markets import views as markets
from contacts.merging import views as merging
from contacts.permission import views as permission
from contacts.relations import views as relations
from contacts.responsibility import views as responsibility
from contacts.territories import views as territories

app_name = "contacts"
urlpatterns = [
    path("", views.ContactListView.as_view(), name="contact_list"),
    path("export/", views.ContactExportView.as_view(), name="contact_export"),
    path("new/", views.ContactCreateView.as_view(), name="contact_create"),
    path("likely/", likely.LikelyView.as_view(), name="contact_likely"),
    path("options/", views.ContactOptionsView.as_view(), name="contact_options"),
    path("options/organizations/", views.OrganizationOptionsView.as_view(), name="organization_options"),
    path("territories/", territories.TerritoryListView.as_view(), name="territory_list"),
    path("territories/new/", territories.TerritoryCreateView.as_view(), name="territory_create"),
    path("territories/place/", territories.PlacingStartView.as_view(), name="territory_place"),
    path("territories/<int:pk>/", territories.TerritoryUpdateView.as_view(), name="territory_update"),
    path("territories/<int:pk>/remove/", territories.TerritoryRemoveView.as_view(), name="territory_remove"),
    path("lists/", acquired.AcquiredListListView.as_view(), name="acquired_list_list"),
    path("lists/export/", acquired.AcquiredListExportView.as_view(), name="acquired_list_export"),
    path("lists/new/", acquired.AcquiredListCreateView.as_view(), name="acquired_list_create"),
    path("lists/<int:pk>/", acquired.AcquiredListDetailView.as_view(), name="acquired_list_detail"),
    path("lists/<int:pk>/edit/", acquired.AcquiredListUpdateView.as_view(), name="acquired_list_update"),
    path("lists/<int:pk>/remove/", acquired.AcquiredListRemoveView.as_view(), name="acquired_list_remove"),
    path("markets/", markets.MarketListView.as_view(), name="market_list"),
    path("markets/new/", markets.MarketCreateView.as_view(), name="market_create"),
    path("markets/<int:pk>/", markets.MarketUpdateView.as_view(), name="market_update"),
    path("markets/<int:pk>/remove/", markets.MarketRemoveView.as_view(), name="market_remove"),
    path("responsibilities/", responsibility.ResponsibilityListView.as_view(), name="responsibility_list"),
    path("responsibilities/new/", responsibility.ResponsibilityCreateView.as_view(), name="responsibility_create"),
    path("responsibilities/<int:pk>/", responsibility.ResponsibilityUpdateView.as_view(), name="responsibility_update"),
    path(
        "responsibilities/<int:pk>/remove/",
        responsibility.ResponsibilityRemoveView.as_view(),
        name="responsibility_remove",
    ),
    path("merges/", merging.MergeListView.as_view(), name="merge_list"),
    path("merges/<int:pk>/", merging.MergeDetailView.as_view(), name="merge_detail"),
    path("merges/<int:pk>/undo/", merging.MergeUndoView.as_view(), name="merge_undo"),
    path("<int:pk>/merge/", merging.MergeView.as_view(), name="contact_merge"),
    path("<int:pk>/reviewed/", responsibility.ContactReviewView.as_view(), name="contact_review"),
    path("<int:pk>/", views.ContactDetailView.as_view(), name="contact_detail"),
    path("<int:pk>/edit/", views.ContactUpdateView.as_view(), name="contact_update"),
    path("bulk/", views.ContactBulkView.as_view(), name="contact_bulk"),
    path("<int:pk>/archive/", views.ContactArchiveView.as_view(), name="contact_archive"),
    path("<int:pk>/restore/", views.ContactRestoreView.as_view(), name="contact_restore"),
    path("<int:pk>/share/", views.ContactShareView.as_view(), name="contact_share"),
    path("<int:pk>/unshare/", views.ContactUnshareView.as_view(), name="contact_unshare"),
    path("<int:whole>/consents/new/", permission.ConsentCreateView.as_view(), name="consent_create"),
    path("<int:whole>/relations/new/", relations.RelationCreateView.as_view(), name="relation_create"),
    path("<int:pk>/relations/end/", relations.RelationEndView.as_view(), name="relation_end"),
    path("<int:pk>/timeline/", history.ContactTimelineView.as_view(), name="contact_timeline"),
    path("<int:pk>/signals/", history.SignalDaysView.as_view(), name="signal_days"),
    path("<int:pk>/composer/", composing.ComposerPartView.as_view(), name="composer_part"),
    path("<int:pk>/cell/", views.ContactCellView.as_view(), name="contact_cell"),
    path("<int:pk>/fact/", facts.FactEditView.as_view(), name="fact_edit"),
    path("<int:pk>/files/", composing.FileAddView.as_view(), name="file_add"),
    path("<int:pk>/notes/", composing.NoteCreateView.as_view(), name="note_create"),
    path("<int:pk>/calls/", composing.CallCreateView.as_view(), name="call_create"),
    path("<int:pk>/meetings/", composing.MeetingCreateView.as_view(), name="meeting_create"),
    path("<int:pk>/tasks/", composing.TaskCreateView.as_view(), name="task_create"),
    path("<int:pk>/mails/", composing.MailSendView.as_view(), name="mail_send"),
    path("<int:pk>/mails/draft/", composing.MailDraftKeepView.as_view(), name="mail_draft_keep"),
    path("<int:pk>/interactions/", composing.InteractionCreateView.as_view(), name="interaction_create"),
]
