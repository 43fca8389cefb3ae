"""Addresses of orders and what belongs to them, included at the root."""

from django.urls import path

from orders import views
from orders.contracts import views as contracts
from orders.invoices import views as invoices
from orders.lines import views as lines
from orders.lines.margin_page import MarginListView
from orders.loyalty import views as loyalty
from orders.options import views as options
from orders.prices import views as prices
from orders.registrations import views as registrations
from orders.returns import views as returns

app_name = "orders"
urlpatterns = [
    path("orders/", views.OrderListView.as_view(), name="order_list"),
    path("orders/export/", views.OrderExportView.as_view(), name="order_export"),
    path("orders/lines/", lines.LineListView.as_view(), name="line_list"),
    path("orders/lines/export/", lines.LineExportView.as_view(), name="line_export"),
    path("orders/new/", views.OrderCreateView.as_view(), name="order_create"),
    path("orders/<int:pk>/", views.OrderDetailView.as_view(), name="order_detail"),
    path("orders/bulk/", views.OrderBulkView.as_view(), name="order_bulk"),
    path("orders/<int:pk>/cell/", views.OrderCellView.as_view(), name="order_cell"),
    path("orders/<int:whole>/return/", returns.ReturnCreateView.as_view(), name="return_create"),
    path("orders/<int:pk>/edit/", views.OrderUpdateView.as_view(), name="order_update"),
    path("products/", views.ProductListView.as_view(), name="product_list"),
    path("products/export/", views.ProductExportView.as_view(), name="product_export"),
    path("products/new/", views.ProductCreateView.as_view(), name="product_create"),
    path("products/options/", views.ProductOptionsView.as_view(), name="product_options"),
    path("products/<int:pk>/", views.ProductDetailView.as_view(), name="product_detail"),
    path("products/margins/", MarginListView.as_view(), name="margin_list"),
    path("products/prices/", prices.PriceListView.as_view(), name="price_list"),
    path("products/<int:pk>/choices/", options.ProductChoicesView.as_view(), name="product_choices"),
    path("products/<int:pk>/options/", options.OptionSetView.as_view(), name="option_set"),
    path("products/<int:pk>/edit/", views.ProductUpdateView.as_view(), name="product_update"),
    path("products/<int:pk>/cell/", views.ProductCellView.as_view(), name="product_cell"),
    path("products/bulk/", views.ProductBulkView.as_view(), name="product_bulk"),
    path("products/<int:pk>/archive/", views.ProductArchiveView.as_view(), name="product_archive"),
    path("products/<int:pk>/restore/", views.ProductRestoreView.as_view(), name="product_restore"),
    path("subscriptions/", contracts.SubscriptionListView.as_view(), name="subscription_list"),
    path("subscriptions/export/", contracts.SubscriptionExportView.as_view(), name="subscription_export"),
    path("subscriptions/new/", contracts.SubscriptionCreateView.as_view(), name="subscription_create"),
    path("subscriptions/<int:pk>/", contracts.SubscriptionDetailView.as_view(), name="subscription_detail"),
    path("subscriptions/bulk/", contracts.SubscriptionBulkView.as_view(), name="subscription_bulk"),
    path("subscriptions/<int:pk>/cell/", contracts.SubscriptionCellView.as_view(), name="subscription_cell"),
    path("subscriptions/<int:pk>/edit/", contracts.SubscriptionUpdateView.as_view(), name="subscription_update"),
    path("subscriptions/<int:pk>/cancel/", contracts.SubscriptionCancelView.as_view(), name="subscription_cancel"),
    path("subscriptions/<int:whole>/renew/", contracts.RenewalCreateView.as_view(), name="renewal_create"),
    path("invoices/", invoices.InvoiceListView.as_view(), name="invoice_list"),
    path("invoices/export/", invoices.InvoiceExportView.as_view(), name="invoice_export"),
    path("invoices/new/", invoices.InvoiceCreateView.as_view(), name="invoice_create"),
    path("invoices/<int:pk>/", invoices.InvoiceDetailView.as_view(), name="invoice_detail"),
    path("invoices/bulk/", invoices.InvoiceBulkView.as_view(), name="invoice_bulk"),
    path("invoices/<int:pk>/cell/", invoices.InvoiceCellView.as_view(), name="invoice_cell"),
    path("invoices/<int:pk>/edit/", invoices.InvoiceUpdateView.as_view(), name="invoice_update"),
    path("invoices/<int:pk>/cancel/", invoices.InvoiceCancelView.as_view(), name="invoice_cancel"),
    path("invoices/<int:whole>/payments/new/", invoices.PaymentCreateView.as_view(), name="payment_create"),
    path("registrations/", registrations.RegistrationListView.as_view(), name="registration_list"),
    path("registrations/export/", registrations.RegistrationExportView.as_view(), name="registration_export"),
    path("registrations/new/", registrations.RegistrationCreateView.as_view(), name="registration_create"),
    path("registrations/<int:pk>/", registrations.RegistrationDetailView.as_view(), name="registration_detail"),
    path("registrations/bulk/", registrations.RegistrationBulkView.as_view(), name="registration_bulk"),
    path("registrations/<int:pk>/cell/", registrations.RegistrationCellView.as_view(), name="registration_cell"),
    path("registrations/<int:pk>/edit/", registrations.RegistrationUpdateView.as_view(), name="registration_update"),
    path("loyalty/<int:pk>/join/", loyalty.MemberCreateView.as_view(), name="member_create"),
    path("loyalty/<int:whole>/points/", loyalty.PointsCreateView.as_view(), name="points_create"),
]
