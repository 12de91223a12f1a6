"""The page: templates are filled here, and nothing is computed."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from survival.report.document import Block, Row, Section

if TYPE_CHECKING:
    from jinja2 import Environment

# Latin letters, and the signs that the labels use.
LETTERS = [*range(32, 127), *map(ord, "\u2264\u2265\u2013\u2212\u00b7\u207b\u2074")]


@cache
def environment() -> Environment:
    """The templates: all is escaped that does not say that it is markup already."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("survival.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["n"] = rounded
    return found


def page(
    *,
    title: str,
    head: Iterable[Block],
    sections: Sequence[Section],
    definitions: Mapping[str, object] | None = None,
    subtitle: str = "",
) -> str:
    """A whole document. The policy forbids every request, and every script but ours.

    Without `definitions` it is one without figures, and without numbers to open.
    """
    script = asset("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = environment().get_template("page.html")
    text = template.render(
        title=title,
        subtitle=subtitle,
        head=head,
        sections=sections,
        definitions=definitions or {"tables": {}, "analyses": {}},
        style=asset("style.css") if definitions is None else style(),
        script=script,
        digest=digest,
        packed=packed,
    )
    # A file's name need not be text: what is none shows as its number.
    return text.encode(errors="backslashreplace").decode()


def draw(template: str, /, **values: object) -> str:
    """A drawing of the templates, as one ``<svg>`` element."""
    return environment().get_template(template).render(**values).strip()


def rounded(value: float) -> str:
    """A coordinate on the page, to a hundredth of a point.

    >>> rounded(1.5), rounded(2.004)
    ('1.5', '2')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def packed(row: Row) -> tuple[str, list[str]]:
    """What the sources of a row share, and what each has of its own."""
    found = [cell.source.packed() if cell.source else "" for cell in row.cells]
    shared = shared_start([text for text in found if text])
    return shared, [text[len(shared) :] if text else "" for text in found]


def shared_start(texts: Sequence[str]) -> str:
    """The longest beginning that all have.

    >>> shared_start(["month=6", "month=12"])
    'month='
    """
    if not texts:
        return ""
    # Of the first and the last in order of letters, all others have it too.
    first, last = min(texts), max(texts)
    n = next((i for i, letter in enumerate(first) if last[i] != letter), len(first))
    return first[:n]


def asset(name: str) -> str:
    """A file of the templates as it is."""
    folder = files("survival.report").joinpath("templates")
    return folder.joinpath(name).read_text(encoding="utf-8")


@cache
def style() -> str:
    """The style sheet, with the letters of the figures in it."""
    font = f'@font-face {{ font-family: "Figure Sans"; src: url({figure_font()}); }}'
    return f"{font}\n{asset('style.css')}"


@cache
def figure_font() -> str:
    """A subset of DejaVu Sans (free licence; matplotlib brings it) as a data URI.

    With it the figures look alike wherever they are opened.
    """
    from fontTools import subset

    # find_spec says where matplotlib is, without the cost of importing it.
    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    path = folder / "DejaVuSans.ttf"
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
