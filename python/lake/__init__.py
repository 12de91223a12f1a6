"""A build on Spark: a delivery that was checked here, and the marts it made of it."""
