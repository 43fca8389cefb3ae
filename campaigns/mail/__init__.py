"""What a campaign writes: blocks, merge fields, links."""
