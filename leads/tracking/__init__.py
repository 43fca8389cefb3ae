"""How leads fare: the funnel by cohort of entry, response times, and what a lead and a customer cost."""
