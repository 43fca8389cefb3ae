import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0007_invoices_options_registrations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="invoice",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="contacts.contact"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="order",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="orders.order",
            ),
        ),
        migrations.AddField(
            model_name="lineoption",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="options", to="orders.orderline"
            ),
        ),
        migrations.AddField(
            model_name="lineoption",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="options", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING, related_name="payments", to="orders.invoice"
            ),
        ),
        migrations.AddField(
            model_name="productoption",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="options", to="orders.product"
            ),
        ),
        migrations.AddField(
            model_name="optionchoice",
            name="option",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="choices", to="orders.productoption"
            ),
        ),
        migrations.AddField(
            model_name="productregistration",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="registrations", to="contacts.contact"
            ),
        ),
        migrations.AddField(
            model_name="productregistration",
            name="order",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="registrations",
                to="orders.order",
            ),
        ),
        migrations.AddField(
            model_name="productregistration",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="registrations", to="orders.product"
            ),
        ),
        migrations.AddField(
            model_name="subscriptionrenewal",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="subscriptionrenewal",
            name="subscription",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="renewals", to="orders.subscription"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["-issued_on", "-id"], name="orders_invoice_issued"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["contact", "-issued_on", "-id"], name="orders_invoice_contact"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "part_paid"])),
                fields=["contact", "due_on"],
                include=("base_open_amount",),
                name="orders_invoice_unpaid",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on", None), ("due_on__gte", models.F("issued_on")), _connector="OR"),
                name="orders_invoice_due_after_its_day",
                violation_error_message="It cannot be due before it is issued.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineoption",
            constraint=models.UniqueConstraint(fields=("line", "name"), name="orders_lineoption_once"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["-paid_on", "-id"], name="orders_payment_paid"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="orders_payment_not_nothing"
            ),
        ),
        migrations.AddConstraint(
            model_name="productoption",
            constraint=models.UniqueConstraint(fields=("product", "name"), name="orders_option_once"),
        ),
        migrations.AddConstraint(
            model_name="optionchoice",
            constraint=models.UniqueConstraint(fields=("option", "name"), name="orders_choice_once"),
        ),
        migrations.AddIndex(
            model_name="productregistration",
            index=models.Index(fields=["-registered_on", "-id"], name="orders_registration_day"),
        ),
        migrations.AddIndex(
            model_name="productregistration",
            index=models.Index(fields=["warranty_ends_on"], name="orders_registration_ends"),
        ),
        migrations.AddIndex(
            model_name="productregistration",
            index=models.Index(django.db.models.functions.text.Upper("serial"), name="orders_registration_serial"),
        ),
        migrations.AddConstraint(
            model_name="productregistration",
            constraint=models.UniqueConstraint(
                models.F("product"),
                django.db.models.functions.text.Upper("serial"),
                name="orders_serial_once",
                violation_error_message="This serial number of the product is registered already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionrenewal",
            constraint=models.UniqueConstraint(fields=("subscription", "starts_on"), name="orders_renewal_once"),
        ),
        migrations.AddConstraint(
            model_name="subscriptionrenewal",
            constraint=models.CheckConstraint(
                condition=models.Q(("renews_on__gt", models.F("starts_on"))), name="orders_renewal_has_a_length"
            ),
        ),
    ]
