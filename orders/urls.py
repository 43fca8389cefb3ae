"""Addresses of orders, products and subscriptions, included at the root."""

from django.urls import path

from orders import views
from orders.loyalty import views as loyalty

app_name = "orders"
urlpatterns = [
    path("orders/", views.OrderListView.as_view(), name="order_list"),
    path("orders/export/", views.OrderExportView.as_view(), name="order_export"),
    path("orders/new/", views.OrderCreateView.as_view(), name="order_create"),
    path("orders/<int:pk>/", views.OrderDetailView.as_view(), name="order_detail"),
    path("orders/<int:pk>/edit/", views.OrderUpdateView.as_view(), name="order_update"),
    path("products/", views.ProductListView.as_view(), name="product_list"),
    path("products/export/", views.ProductExportView.as_view(), name="product_export"),
    path("products/new/", views.ProductCreateView.as_view(), name="product_create"),
    path("products/options/", views.ProductOptionsView.as_view(), name="product_options"),
    path("products/<int:pk>/", views.ProductDetailView.as_view(), name="product_detail"),
    path("products/<int:pk>/edit/", views.ProductUpdateView.as_view(), name="product_update"),
    path("products/<int:pk>/cell/", views.ProductCellView.as_view(), name="product_cell"),
    path("products/bulk/", views.ProductBulkView.as_view(), name="product_bulk"),
    path("products/<int:pk>/archive/", views.ProductArchiveView.as_view(), name="product_archive"),
    path("products/<int:pk>/restore/", views.ProductRestoreView.as_view(), name="product_restore"),
    path("subscriptions/", views.SubscriptionListView.as_view(), name="subscription_list"),
    path("subscriptions/export/", views.SubscriptionExportView.as_view(), name="subscription_export"),
    path("loyalty/<int:pk>/join/", loyalty.MemberCreateView.as_view(), name="member_create"),
    path("loyalty/<int:whole>/points/", loyalty.PointsCreateView.as_view(), name="points_create"),
]
