"""An export in other words becomes a delivery: the step before the gate.

`mapping_file` reads what each word means (`parts`), `sources` and `xpt` what
came; `values` translates a cell, `reading` a file, `records` makes the contract rows;
`not_mapped` lists what no definition covers, `written` writes it and the delivery;
`mapped_delivery` does all of it. Nothing here judges a delivery.
"""
