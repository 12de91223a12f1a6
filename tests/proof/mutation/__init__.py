"""Small faults put into the clinical SQL one at a time, and what notices them.

``operators`` makes the faults, ``project_sql`` compiles the SQL with them, ``killers``
runs it beside the SQL as it stands and asks the tests.
"""
