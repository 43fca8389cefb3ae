"""The page of queues: where tickets wait, who answers them, and what becomes of quiet ones."""
