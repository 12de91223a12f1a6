"""What dbt's ``adapter`` is to sqlfluff, which renders models without dbt."""


def dispatch(name):
    """Render a dispatched macro as a call of its own name."""
    return lambda *arguments: f"{name}({', '.join(map(str, arguments))})"
