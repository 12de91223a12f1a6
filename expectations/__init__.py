"""What must hold of a delivery that may be used, judged by Great Expectations."""
