"""A synthetic delivery, calibrated to published aggregates; no patient is in it."""
