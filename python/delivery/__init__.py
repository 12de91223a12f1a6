"""A delivery: which files came, whether they can be read, and what stands in them."""
