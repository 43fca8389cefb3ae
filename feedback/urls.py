"""Addresses of surveys and answers, included at the root."""

from django.urls import URLPattern, path

from feedback.answering import public
from feedback.experience import views as experience
from feedback.ideas import portal
from feedback.ideas import views as ideas
from feedback.views import loop, responses, reviews, surveys
from feedback.visits import views as visits

app_name = "feedback"
urlpatterns: list[URLPattern] = [
    path("surveys/", surveys.SurveyListView.as_view(), name="survey_list"),
    path("surveys/new/", surveys.SurveyChooseView.as_view(), name="survey_choose"),
    path("surveys/make/", surveys.SurveyCreateView.as_view(), name="survey_create"),
    path("surveys/<int:pk>/", surveys.SurveyDetailView.as_view(), name="survey_detail"),
    path("surveys/<int:pk>/edit/", surveys.SurveyUpdateView.as_view(), name="survey_update"),
    path("surveys/<int:pk>/languages/", surveys.SurveyTranslateView.as_view(), name="survey_translate"),
    path("surveys/<int:pk>/look/", surveys.SurveyLookView.as_view(), name="survey_look"),
    path("surveys/<int:pk>/open/", surveys.SurveyOpenView.as_view(), name="survey_open"),
    path("surveys/<int:pk>/close/", surveys.SurveyCloseView.as_view(), name="survey_close"),
    path("surveys/<int:pk>/open-link/", surveys.OpenLinkView.as_view(), name="survey_open_link"),
    path("surveys/<int:pk>/ask/", surveys.SurveyAskView.as_view(), name="survey_ask"),
    path("surveys/loop/", loop.LoopView.as_view(), name="loop"),
    path("surveys/asked/", surveys.InvitationListView.as_view(), name="invitation_list"),
    path("surveys/answers/", responses.ResponseListView.as_view(), name="response_list"),
    path("surveys/answers/export/", responses.ResponseExportView.as_view(), name="response_export"),
    path("surveys/answers/<int:pk>/", responses.ResponseDetailView.as_view(), name="response_detail"),
    path("surveys/answers/<int:pk>/follow-up/", responses.FollowUpView.as_view(), name="response_follow_up"),
    path("surveys/answers/<int:pk>/tags/", responses.ResponseTagView.as_view(), name="response_tag"),
    path("surveys/reviews/", reviews.ReviewListView.as_view(), name="review_list"),
    path("surveys/reviews/<int:pk>/", reviews.ReviewDetailView.as_view(), name="review_detail"),
    path("surveys/reviews/<int:pk>/publish/", reviews.ReviewPublishView.as_view(), name="review_publish"),
    path("surveys/reviews/<int:pk>/refuse/", reviews.ReviewRefuseView.as_view(), name="review_refuse"),
    path("suggestions/", ideas.SuggestionListView.as_view(), name="suggestion_list"),
    path("suggestions/board/", ideas.SuggestionBoardView.as_view(), name="suggestion_board"),
    path("suggestions/export/", ideas.SuggestionExportView.as_view(), name="suggestion_export"),
    path("suggestions/new/", ideas.SuggestionCreateView.as_view(), name="suggestion_create"),
    path("suggestions/<int:pk>/", ideas.SuggestionDetailView.as_view(), name="suggestion_detail"),
    path("suggestions/<int:pk>/edit/", ideas.SuggestionUpdateView.as_view(), name="suggestion_update"),
    path("suggestions/<int:pk>/move/", ideas.SuggestionMoveView.as_view(), name="suggestion_move"),
    path("suggestions/<int:pk>/tell/", ideas.SuggestionTellView.as_view(), name="suggestion_tell"),
    path("suggestions/<int:whole>/votes/new/", ideas.VoteCreateView.as_view(), name="vote_create"),
    path("suggestions/<int:pk>/votes/remove/", ideas.VoteRemoveView.as_view(), name="vote_remove"),
    path("visits/", visits.VisitListView.as_view(), name="visit_list"),
    path("visits/export/", visits.VisitExportView.as_view(), name="visit_export"),
    path("visits/new/", visits.VisitCreateView.as_view(), name="visit_create"),
    path("visits/scores/", visits.VisitFiguresView.as_view(), name="visit_figures"),
    path("visits/checklists/", visits.ChecklistListView.as_view(), name="checklist_list"),
    path("visits/checklists/new/", visits.ChecklistCreateView.as_view(), name="checklist_create"),
    path("visits/checklists/<int:pk>/", visits.ChecklistUpdateView.as_view(), name="checklist_update"),
    path("visits/<int:pk>/", visits.VisitDetailView.as_view(), name="visit_detail"),
    path("visits/<int:pk>/edit/", visits.VisitUpdateView.as_view(), name="visit_update"),
    path("visits/<int:pk>/marks/", visits.VisitMarkView.as_view(), name="visit_mark"),
    path("visits/<int:pk>/drop/", visits.VisitDropView.as_view(), name="visit_drop"),
    path("experience/", experience.ExperienceView.as_view(), name="experience"),
    path("experience/count/", experience.ExperienceCountView.as_view(), name="experience_count"),
    path("experience/count-own/", experience.ExperienceOwnCountView.as_view(), name="experience_count_own"),
    path("experience/contacts/", experience.TouchListView.as_view(), name="touch_list"),
    path("experience/new/", experience.TouchPointCreateView.as_view(), name="touch_point_create"),
    path("experience/<int:pk>/edit/", experience.TouchPointUpdateView.as_view(), name="touch_point_update"),
    path("portal/<str:token>/suggestions/", portal.PortalIdeasView.as_view(), name="portal_ideas"),
    path("reviews/", reviews.PublicReviewsView.as_view(), name="public_reviews"),
    path("reviews/feed.json", reviews.ReviewFeedView.as_view(), name="public_review_feed"),
    path("s/<str:token>/", public.PublicSurveyView.as_view(), name="public_survey"),
    path("s/<str:token>/no/", public.PublicRefusalView.as_view(), name="public_refusal"),
]
