"""An export in other words becomes a delivery: the step before the gate.

`definitions` reads what each word means, `sources` what came, `values` translates one
cell, `records` puts contract rows together, `written` writes them, and `not_mapped`
lists what no definition covers. Nothing here judges a delivery.
"""
