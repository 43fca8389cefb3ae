"""Addresses of knowledge: colleagues' pages below /knowledge/, customers' below /help/."""

from django.urls import path

from service.knowledge import figure_views, help_views, ticket_views, views

urlpatterns = [
    path("knowledge/", views.ArticleListView.as_view(), name="article_list"),
    path("knowledge/gaps/", figure_views.KnowledgeGapsView.as_view(), name="article_gaps"),
    path("knowledge/new/", views.ArticleCreateView.as_view(), name="article_create"),
    path("knowledge/preview/", views.ArticlePreviewView.as_view(), name="article_preview"),
    path("knowledge/<int:pk>/", views.ArticleDetailView.as_view(), name="article_detail"),
    path("knowledge/<int:pk>/edit/", views.ArticleUpdateView.as_view(), name="article_update"),
    path("knowledge/<int:pk>/review/", views.ArticleReviewView.as_view(), name="article_review"),
    path("knowledge/<int:pk>/return/", views.ArticleReturnView.as_view(), name="article_return"),
    path("knowledge/<int:pk>/publish/", views.ArticlePublishView.as_view(), name="article_publish"),
    path("knowledge/<int:pk>/confirm/", views.ArticleConfirmView.as_view(), name="article_confirm"),
    path("knowledge/<int:pk>/withdraw/", views.ArticleWithdrawView.as_view(), name="article_withdraw"),
    path("knowledge/<int:pk>/restore/", views.ArticleRestoreView.as_view(), name="article_restore"),
    path("knowledge/<int:pk>/files/", views.ArticleFileAddView.as_view(), name="article_file_add"),
    path("knowledge/files/<int:pk>/", views.ArticleFileView.as_view(), name="article_file"),
    path("knowledge/files/<int:pk>/remove/", views.ArticleFileRemoveView.as_view(), name="article_file_remove"),
    path("tickets/<int:pk>/articles/", ticket_views.TicketArticlesView.as_view(), name="ticket_articles"),
    path("tickets/<int:pk>/articles/use/", ticket_views.TicketArticleUseView.as_view(), name="ticket_article_use"),
    path("tickets/<int:pk>/propose/", ticket_views.TicketProposeView.as_view(), name="ticket_propose"),
    path("help/", help_views.HelpView.as_view(), name="help"),
    path("help/seen/", help_views.HelpSeenView.as_view(), name="help_seen"),
    path("help/files/<str:key>/", help_views.HelpFileView.as_view(), name="help_file"),
    path("help/<str:key>/", help_views.HelpArticleView.as_view(), name="help_article"),
    path("help/<str:key>/vote/", help_views.HelpVoteView.as_view(), name="help_vote"),
]
