"""SVG written by hand: a figure is a few kilobytes, its curves in data units."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

# A curve's y axis: ten-thousandths of a percent, so that nothing visible is rounded.
UNITS_PER_PERCENT = 10_000


def number(value: float) -> str:
    """A coordinate on the page, to a hundredth of a point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(
    x: float, y: float, words: str, *, anchor: str = "", kind: str = "", extra: str = ""
) -> str:
    """A line of text; `anchor` is ``m`` (middle) or ``e`` (end), a class."""
    classes = " ".join(name for name in (anchor, kind) if name)
    attribute = f' class="{classes}"' if classes else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}"{attribute}{extra}>'
        f"{escape(words)}</text>"
    )


def line(x1: float, y1: float, x2: float, y2: float, *, kind: str) -> str:
    """A straight line."""
    ends = zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2), strict=True)
    return "<line {} class={!r}/>".format(
        " ".join(f'{name}="{number(value)}"' for name, value in ends), kind
    ).replace("'", '"')


def rectangle(
    x: float, y: float, width: float, height: float, *, kind: str, extra: str = ""
) -> str:
    """A rectangle."""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" class="{kind}"{extra}/>'
    )


def drawing(
    parts: Iterable[str], *, width: float, height: float, label: str, name: str
) -> str:
    """The ``<svg>`` element: a group that screen readers enter, with its label.

    It is no image to them: the legend's switches and the read-off are inside.
    """
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} '
        f'{number(height)}" class="drawing" role="group" aria-label="{escape(label)}" '
        f'data-name="{escape(name)}">\n{body}\n</svg>'
    )
