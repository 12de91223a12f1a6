"""What `graph` is while SQL is linted: a project without nodes."""

nodes: dict = {}
sources: dict = {}
