"""What `invocation_args_dict` is while SQL is linted: a command without options."""

get = {}.get
