"""What steps take for granted, for pages that say so: a page need not import what a step computes with."""

SUBSCRIPTIONS = "subscriptions"
"""The label of churn that no field holds: whose subscriptions have all ended."""
CLV_MONTHS = 12
CLV_DISCOUNT = 0.1
CHAIN_DAYS = 180
"""How long after an answer the satisfaction-profit chain looks at purchases."""
SEQUENCE_HORIZON = 90
"""Within how many days of a purchase the chance of what is next in line is meant."""
FAMILY_HORIZON, FAMILY_ELIGIBLE = 90, 365
"""Within how many days a family is bought, and of whom it is foretold: who bought anything within so many days."""
FAMILY_LEVELS = (5, 10, 20, 30, 50, 70)
"""From how many percent on a chance is one of a level."""
FAMILY_WAITS = (30, 90)
"""Within how many days a purchase is expected."""
