"""The analysis of customers: recency, value, churn, retention."""
