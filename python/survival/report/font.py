"""The letters of the figures, so that they look alike wherever they are opened."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path

# Latin letters, and the signs that the labels use.
LETTERS = [*range(32, 127), *map(ord, "\u2264\u2265\u2013\u2212\u00b7\u207b\u2074")]


@cache
def figure_font() -> str:
    """A subset of DejaVu Sans (free licence; matplotlib brings it) as a data URI."""
    import matplotlib
    from fontTools import subset

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    options = subset.Options(
        flavor="woff", hinting=False, recalc_timestamp=False, layout_features=["kern"]
    )
    options.drop_tables += ["FFTM"]
    buffer = io.BytesIO()
    with subset.load_font(str(path), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LETTERS)
        cutter.subset(font)
        font.flavor = "woff"
        font.save(buffer)
    encoded = base64.b64encode(buffer.getvalue()).decode()
    return f"data:font/woff;base64,{encoded}"
