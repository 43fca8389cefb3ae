"""The addresses of the analysis."""

from django.urls import path

from analytics import (
    churn_views,
    cluster_views,
    clv_views,
    forecast_views,
    lead_views,
    prospect_views,
    retention_views,
    run_views,
    segment_views,
    views,
)
from analytics.alerts import views as alerts
from analytics.costs import views as costs
from analytics.families import views as families
from analytics.initiatives import part_views as initiative_parts
from analytics.initiatives import views as initiatives
from analytics.partners.views import PartnersView
from analytics.portfolio import rule_views as portfolio_rules
from analytics.portfolio import views as portfolio
from analytics.profile import views as profile
from analytics.satisfaction import views as satisfaction
from analytics.sequences import views as sequences
from analytics.significance import views as significance

app_name = "analytics"
urlpatterns = [
    path("", views.OverviewView.as_view(), name="overview"),
    path("rfm/", views.RfmView.as_view(), name="rfm_detail"),
    path("rfm/run/", views.RfmRunView.as_view(), name="rfm_run"),
    path("rfm/segments/", segment_views.SegmentListView.as_view(), name="segment_list"),
    path("rfm/usage/", segment_views.UsageLevelView.as_view(), name="usage_list"),
    path("runs/", run_views.RunListView.as_view(), name="run_list"),
    path("runs/start/", run_views.RunStartView.as_view(), name="run_start"),
    path("runs/step/", run_views.RunStepView.as_view(), name="run_step"),
    path("retention/", retention_views.RetentionView.as_view(), name="retention_detail"),
    path("retention/contracts/", retention_views.ContractView.as_view(), name="contract_detail"),
    path("retention/worth/", retention_views.WorthView.as_view(), name="worth_detail"),
    path("retention/export/", retention_views.RetentionExportView.as_view(), name="retention_export"),
    path("partners/", PartnersView.as_view(), name="partners"),
    path("cohorts/", retention_views.CohortView.as_view(), name="cohort_list"),
    path("rfm/export/", views.RfmExportView.as_view(), name="rfm_export"),
    path("alerts/", alerts.AlertListView.as_view(), name="alert_list"),
    path("alerts/export/", alerts.AlertExportView.as_view(), name="alert_export"),
    path("alerts/effect/", alerts.AlertEffectView.as_view(), name="alert_effect"),
    path("alerts/<int:pk>/", alerts.AlertDetailView.as_view(), name="alert_detail"),
    path("alerts/<int:pk>/accept/", alerts.AlertAcceptView.as_view(), name="alert_accept"),
    path("alerts/<int:pk>/dismiss/", alerts.AlertDismissView.as_view(), name="alert_dismiss"),
    path("alerts/<int:pk>/snooze/", alerts.AlertSnoozeView.as_view(), name="alert_snooze"),
    path("satisfaction/", satisfaction.SatisfactionView.as_view(), name="satisfaction_detail"),
    path("satisfaction/ratings/", satisfaction.RatingsView.as_view(), name="satisfaction_ratings"),
    path("satisfaction/chain/", satisfaction.ChainView.as_view(), name="satisfaction_chain"),
    path("satisfaction/wallet/", satisfaction.WalletView.as_view(), name="satisfaction_wallet"),
    path("satisfaction/export/", satisfaction.SatisfactionExportView.as_view(), name="satisfaction_export"),
    path("leads/", lead_views.LeadChanceView.as_view(), name="lead_detail"),
    path("leads/run/", lead_views.LeadRunView.as_view(), name="lead_run"),
    path("prospects/", prospect_views.ProspectView.as_view(), name="prospect_list"),
    path("prospects/run/", prospect_views.ProspectRunView.as_view(), name="prospect_run"),
    path("prospects/take/", prospect_views.ProspectTakeView.as_view(), name="prospect_take"),
    path("clusters/", cluster_views.ClusterView.as_view(), name="cluster_list"),
    path("clusters/run/", cluster_views.ClusterRunView.as_view(), name="cluster_run"),
    path("clusters/export/", cluster_views.ClusterExportView.as_view(), name="cluster_export"),
    path("churn/", churn_views.ChurnView.as_view(), name="churn_detail"),
    path("churn/run/", churn_views.ChurnRunView.as_view(), name="churn_run"),
    path("churn/export/", churn_views.ChurnExportView.as_view(), name="churn_export"),
    path("churn/allow/", churn_views.FeatureAllowView.as_view(), name="churn_allow"),
    path("churn/refuse/", churn_views.FeatureRefuseView.as_view(), name="churn_refuse"),
    path("portfolio/", portfolio.PortfolioView.as_view(), name="portfolio_detail"),
    path("portfolio/rules/", portfolio_rules.StrategyListView.as_view(), name="strategy_list"),
    path("portfolio/run/", portfolio.PortfolioRunView.as_view(), name="portfolio_run"),
    path("profile/", profile.ProfileView.as_view(), name="profile_detail"),
    path("profile/run/", profile.ProfileRunView.as_view(), name="profile_run"),
    path("profile/export/", profile.ProfileExportView.as_view(), name="profile_export"),
    path("families/", families.FamilyView.as_view(), name="families_detail"),
    path("families/run/", families.FamilyRunView.as_view(), name="families_run"),
    path("families/export/", families.FamilyExportView.as_view(), name="families_export"),
    path("sequence/", sequences.SequenceView.as_view(), name="sequence_detail"),
    path("sequence/run/", sequences.SequenceRunView.as_view(), name="sequence_run"),
    path("sequence/export/", sequences.SequenceExportView.as_view(), name="sequence_export"),
    path("significant/", significance.SignificanceView.as_view(), name="significance_list"),
    path("significant/run/", significance.SignificanceRunView.as_view(), name="significance_run"),
    path("significant/<int:whole>/mark/", significance.MarkCreateView.as_view(), name="mark_create"),
    path("significant/<int:pk>/unmark/", significance.MarkEndView.as_view(), name="mark_end"),
    path("initiatives/", initiatives.InitiativeListView.as_view(), name="initiative_list"),
    path("initiatives/export/", initiatives.InitiativeExportView.as_view(), name="initiative_export"),
    path("initiatives/new/", initiatives.InitiativeCreateView.as_view(), name="initiative_create"),
    path("initiatives/run/", initiatives.InitiativeRunView.as_view(), name="initiative_run"),
    path("initiatives/<int:pk>/", initiatives.InitiativeDetailView.as_view(), name="initiative_detail"),
    path("initiatives/<int:pk>/edit/", initiatives.InitiativeUpdateView.as_view(), name="initiative_update"),
    path("initiatives/<int:pk>/start/", initiatives.InitiativeStartView.as_view(), name="initiative_start"),
    path("initiatives/<int:pk>/end/", initiatives.InitiativeEndView.as_view(), name="initiative_end"),
    path("initiatives/<int:pk>/delete/", initiatives.InitiativeDeleteView.as_view(), name="initiative_delete"),
    path(
        "initiatives/<int:whole>/milestones/new/",
        initiative_parts.MilestoneCreateView.as_view(),
        name="milestone_create",
    ),
    path("milestones/<int:pk>/edit/", initiative_parts.MilestoneUpdateView.as_view(), name="milestone_update"),
    path("milestones/<int:pk>/reach/", initiative_parts.MilestoneReachView.as_view(), name="milestone_reach"),
    path("milestones/<int:pk>/delete/", initiative_parts.MilestoneDeleteView.as_view(), name="milestone_delete"),
    path(
        "initiatives/<int:whole>/costs/new/", initiative_parts.CostCreateView.as_view(), name="initiative_cost_create"
    ),
    path("initiative-costs/<int:pk>/edit/", initiative_parts.CostUpdateView.as_view(), name="initiative_cost_update"),
    path("initiative-costs/<int:pk>/delete/", initiative_parts.CostDeleteView.as_view(), name="initiative_cost_delete"),
    path("clv/", clv_views.ClvView.as_view(), name="clv_detail"),
    path("clv/run/", clv_views.ClvRunView.as_view(), name="clv_run"),
    path("forecast/", forecast_views.ForecastView.as_view(), name="forecast_detail"),
    path("forecast/run/", forecast_views.ForecastRunView.as_view(), name="forecast_run"),
    path("profitability/", costs.ProfitabilityView.as_view(), name="profitability"),
    path("profitability/run/", costs.CostRunView.as_view(), name="cost_run"),
    path("profitability/pools/", costs.PoolListView.as_view(), name="pool_list"),
    path("clv/export/", clv_views.ClvExportView.as_view(), name="clv_export"),
]
