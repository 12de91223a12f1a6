"""A build: one at a time, logged, and published whole or not at all."""
