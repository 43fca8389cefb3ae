"""Deals on their way from the first talk to won or lost: pipelines, stages, boards, targets."""
