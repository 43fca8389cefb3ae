"""What a tool that draws reports reads of the desk: no name, no address, no word of a conversation."""

from crm.warehouse.views import Column, WarehouseView

TICKETS = WarehouseView(
    name="tickets",
    says="One row per ticket, those that were merged into another left out.",
    columns=(
        Column("ticket_id", "t.id", "The ticket's number."),
        Column("customer_id", "t.contact_id", "Who asked, where we know them."),
        Column("organization_id", "t.organization_id", "Their organization."),
        Column("product_id", "t.product_id", "What it is about."),
        Column("kind", "t.kind", "Query, complaint, purchase issue, suggestion."),
        Column("queue", "q.name", "The queue."),
        Column("priority", "t.priority", "How urgent it is."),
        Column("state", "t.state", "How far it is."),
        Column("channel", "t.channel", "How it came to us."),
        Column("tags", "t.tags", "The tags, of the 7 Ps among others."),
        Column("owner", "o.name", "Who answers."),
        Column("opened_at", "t.opened_at", "When it came in."),
        Column("first_reply_at", "t.first_reply_at", "When we first answered."),
        Column("solved_at", "t.solved_at", "When it was solved."),
        Column("closed_at", "t.closed_at", "When it was closed."),
        Column("reopenings", "t.reopenings", "How often it was opened again."),
    ),
    source="""FROM service_ticket AS t
JOIN service_queue AS q ON q.id = t.queue_id
LEFT JOIN crm_user AS o ON o.id = t.owner_id
WHERE t.merged_into_id IS NULL""",
)
VIEWS = (TICKETS,)
