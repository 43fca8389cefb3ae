"""Custom fields: their definitions, the one place that validates values, and how lists, forms and pages show them."""
