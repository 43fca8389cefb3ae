"""Open tickets by what is due, all of them and those of nobody, come in their order from an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built beside the work: nobody waits to write a ticket
    dependencies = [("service", "0006_deliveries_go_with_their_message")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("state__in", ("new", "open", "waiting"))),
                fields=["due_at", "id"],
                name="service_ticket_by_due",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("owner", None), ("state__in", ("new", "open", "waiting"))),
                fields=["due_at", "id"],
                name="service_ticket_free_by_due",
            ),
        ),
    ]
