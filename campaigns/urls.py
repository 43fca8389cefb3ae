"""Addresses of segments and campaigns, included at the root."""

from django.urls import path

from campaigns import public
from campaigns.offers import views as offers
from campaigns.plays import look_views as play_looks
from campaigns.plays import views as plays
from campaigns.retaining import views as retaining
from campaigns.segments import views as segments
from campaigns.views import campaigns, pictures, propensity, recipients, sending, uplift
from campaigns.ways import delivery
from campaigns.ways import views as ways

app_name = "campaigns"
urlpatterns = [
    path("retention-actions/", retaining.RetentionActionListView.as_view(), name="retention_action_list"),
    path("retention-actions/new/", retaining.RetentionActionCreateView.as_view(), name="retention_action_create"),
    path("retention-actions/run/", retaining.RetentionActionRunView.as_view(), name="retention_action_run"),
    path("retention-actions/<int:pk>/", retaining.RetentionActionDetailView.as_view(), name="retention_action_detail"),
    path(
        "retention-actions/<int:pk>/edit/",
        retaining.RetentionActionUpdateView.as_view(),
        name="retention_action_update",
    ),
    path(
        "retention-actions/<int:pk>/start/", retaining.RetentionActionStartView.as_view(), name="retention_action_start"
    ),
    path("retention-actions/<int:pk>/end/", retaining.RetentionActionEndView.as_view(), name="retention_action_end"),
    path(
        "retention-actions/<int:pk>/delete/",
        retaining.RetentionActionDeleteView.as_view(),
        name="retention_action_delete",
    ),
    path("campaigns/", campaigns.CampaignListView.as_view(), name="campaign_list"),
    path("campaigns/export/", campaigns.CampaignExportView.as_view(), name="campaign_export"),
    path("campaigns/new/", campaigns.CampaignCreateView.as_view(), name="campaign_create"),
    path("campaigns/sample-size/", campaigns.SampleSizeView.as_view(), name="sample_size"),
    path("campaigns/recipients/", recipients.RecipientListView.as_view(), name="recipient_list"),
    path("campaigns/recipients/export/", recipients.RecipientExportView.as_view(), name="recipient_export"),
    path("campaigns/propensity/", propensity.PropensityView.as_view(), name="propensity"),
    path("campaigns/propensity/run/", propensity.PropensityRunView.as_view(), name="propensity_run"),
    path("campaigns/uplift/", uplift.UpliftView.as_view(), name="uplift"),
    path("campaigns/uplift/run/", uplift.UpliftRunView.as_view(), name="uplift_run"),
    path("campaigns/uplift/export/", uplift.UpliftExportView.as_view(), name="uplift_export"),
    path("campaigns/<int:pk>/", campaigns.CampaignDetailView.as_view(), name="campaign_detail"),
    path("campaigns/<int:pk>/audience/", sending.AudienceView.as_view(), name="audience"),
    path("campaigns/<int:whole>/variants/new/", sending.VariantCreateView.as_view(), name="variant_create"),
    path("campaigns/variants/<int:pk>/", sending.VariantUpdateView.as_view(), name="variant_update"),
    path("campaigns/variants/<int:pk>/remove/", sending.VariantRemoveView.as_view(), name="variant_remove"),
    path("campaigns/pictures/new/", pictures.PictureCreateView.as_view(), name="picture_create"),
    path("campaigns/pictures/<slug:key>/", pictures.PictureView.as_view(), name="picture"),
    path("campaigns/<int:pk>/check/", sending.CheckView.as_view(), name="check"),
    path("campaigns/<int:pk>/test/", sending.CampaignTestView.as_view(), name="campaign_test"),
    path("campaigns/<int:pk>/ask/", sending.CampaignAskView.as_view(), name="campaign_ask"),
    path("campaigns/<int:pk>/approve/", sending.CampaignApproveView.as_view(), name="campaign_approve"),
    path("campaigns/<int:pk>/launch/", sending.CampaignLaunchView.as_view(), name="campaign_launch"),
    path("campaigns/<int:pk>/pause/", sending.CampaignPauseView.as_view(), name="campaign_pause"),
    path("campaigns/<int:pk>/resume/", sending.CampaignResumeView.as_view(), name="campaign_resume"),
    path("campaigns/<int:pk>/cancel/", sending.CampaignCancelView.as_view(), name="campaign_cancel"),
    path("campaigns/<int:pk>/pieces/", ways.PieceListView.as_view(), name="piece_list"),
    path("campaigns/<int:pk>/pieces/take/", ways.PieceTakeView.as_view(), name="piece_take"),
    path("campaigns/files/<int:pk>/", ways.PieceFileView.as_view(), name="piece_file"),
    path("campaigns/files/<int:pk>/gone/", ways.PieceGoneView.as_view(), name="piece_gone"),
    path("campaigns/<int:pk>/pieces/back/", ways.PieceBackView.as_view(), name="piece_back"),
    path("hooks/messages/<str:token>/", delivery.MessageHookView.as_view(), name="message_hook"),
    path("t/<str:token>/", public.ClickView.as_view(), name="click"),
    path("t/o/<str:token>.gif", public.OpeningView.as_view(), name="opening"),
    path("m/<slug:key>/", pictures.PublicPictureView.as_view(), name="mail_picture"),
    path("p/<str:token>/", public.PreferencesView.as_view(), name="preferences"),
    path("offers/", offers.OfferListView.as_view(), name="offer_list"),
    path("offers/export/", offers.OfferExportView.as_view(), name="offer_export"),
    path("offers/new/", offers.OfferCreateView.as_view(), name="offer_create"),
    path("offers/<int:pk>/", offers.OfferDetailView.as_view(), name="offer_detail"),
    path("offers/<int:pk>/edit/", offers.OfferUpdateView.as_view(), name="offer_update"),
    path("offers/<int:pk>/archive/", offers.OfferArchiveView.as_view(), name="offer_archive"),
    path("offers/<int:pk>/restore/", offers.OfferRestoreView.as_view(), name="offer_restore"),
    path("plays/", plays.PlayListView.as_view(), name="play_list"),
    path("plays/export/", plays.PlayExportView.as_view(), name="play_export"),
    path("plays/new/", plays.PlayCreateView.as_view(), name="play_create"),
    path("plays/<int:pk>/", plays.PlayDetailView.as_view(), name="play_detail"),
    path("plays/<int:pk>/edit/", plays.PlayUpdateView.as_view(), name="play_update"),
    path("plays/<int:pk>/mails/", play_looks.PlayLookView.as_view(), name="play_look"),
    path("plays/<int:pk>/test/", play_looks.PlayTestView.as_view(), name="play_test"),
    path("plays/<int:pk>/ask/", plays.PlayAskView.as_view(), name="play_ask"),
    path("plays/<int:pk>/approve/", plays.PlayApproveView.as_view(), name="play_approve"),
    path("plays/<int:pk>/start/", plays.PlayStartView.as_view(), name="play_start"),
    path("plays/<int:pk>/pause/", plays.PlayPauseView.as_view(), name="play_pause"),
    path("plays/<int:pk>/resume/", plays.PlayResumeView.as_view(), name="play_resume"),
    path("plays/<int:pk>/end/", plays.PlayEndView.as_view(), name="play_end"),
    path("plays/entries/<int:pk>/out/", plays.PlayTakeOutView.as_view(), name="play_take_out"),
    path("segments/", segments.SegmentListView.as_view(), name="segment_list"),
    path("segments/new/", segments.SegmentCreateView.as_view(), name="segment_create"),
    path("segments/from-a-list/", segments.SegmentPasteView.as_view(), name="segment_paste"),
    path("segments/<int:pk>/", segments.SegmentDetailView.as_view(), name="segment_detail"),
    path("segments/<int:pk>/edit/", segments.SegmentUpdateView.as_view(), name="segment_update"),
    path("segments/<int:whole>/mail/", segments.SegmentMailView.as_view(), name="segment_mail"),
    path("segments/<int:pk>/fix/", segments.SegmentFixView.as_view(), name="segment_fix"),
    path("segments/<int:pk>/refresh/", segments.SegmentRefreshView.as_view(), name="segment_refresh"),
    path("segments/<int:pk>/remove/", segments.SegmentRemoveView.as_view(), name="segment_remove"),
    path("campaigns/<int:pk>/edit/", campaigns.CampaignUpdateView.as_view(), name="campaign_update"),
]
