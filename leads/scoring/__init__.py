"""The score of a lead by rules: fit and engagement, which decays."""
