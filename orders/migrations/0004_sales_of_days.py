"""The newest orders by an index that also holds what the sales of some days are summed from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0003_territories"),
        ("orders", "0003_product_search"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="order",
            name="orders_ordered_at",
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["-ordered_at", "-id"], include=("contact", "base_amount", "is_purchase"), name="orders_sold_at"
            ),
        ),
    ]
