"""Whether a lead can pay and wants to buy: a checklist, a verdict, and its reason."""
