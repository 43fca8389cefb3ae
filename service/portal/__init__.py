"""The portal: a customer's own requests behind a secret link, without an account."""
