"""The loyalty programme: joining, earning, spending, expiring."""
