"""A figure of the page as PNG or PDF: its own SVG, painted by matplotlib.

There is one drawing of each figure; the formats cannot disagree with it.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS_PER_INCH = 72
PNG_DPI = 200
INK, COLOURS = "#1d1d1f", ("#0072b2", "#b84a00", "#00775a", "#7a4e9c")
NOT_KNOWN, LANE = "#6b7280", "#c3c7cf"
DASHES = ((), (7, 3), (2, 2.5), (9, 3, 2, 3))
# Text in the PDF stays text, and its font is in the file.
SETTINGS = {"pdf.fonttype": 42, "path.simplify": False, "font.family": "DejaVu Sans"}
# No date and no version, so that the same marts give the same bytes.
NO_METADATA = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


class Shift(NamedTuple):
    """Where a group stands: page = place + scale * own."""

    x: float = 0.0
    y: float = 0.0
    across: float = 1.0
    up: float = 1.0


def painted(svg: str, *, kind: str) -> bytes:
    """The bytes of a figure as ``png`` or ``pdf``."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    root = ElementTree.fromstring(svg.replace(' xmlns="', ' data-xmlns="', 1))
    _, _, width, height = (float(part) for part in root.get("viewBox").split())
    with rc_context(SETTINGS):
        size = (width / POINTS_PER_INCH, height / POINTS_PER_INCH)
        figure = Figure(figsize=size, dpi=PNG_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.axis("off")
        for element, classes, shift in _leaves(root, (), Shift()):
            PAINTERS[element.tag](axes, element, classes, shift)
        return _saved(figure, kind)


def _saved(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=PNG_DPI, metadata=NO_METADATA[kind])
    return buffer.getvalue()


def _leaves(
    element: ElementTree.Element, classes: tuple[str, ...], shift: Shift
) -> Iterator[tuple[ElementTree.Element, tuple[str, ...], Shift]]:
    for child in element:
        own = (*classes, *(child.get("class") or "").split())
        if child.tag != "g":
            yield child, own, shift
            continue
        found = re.fullmatch(
            r"translate\((\S+) (\S+)\) scale\((\S+) (\S+)\)", child.get("transform", "")
        )
        inner = Shift(*map(float, found.groups())) if found else shift
        yield from _leaves(child, own, inner)


def _colour(classes: tuple[str, ...]) -> str:
    place = _place(classes)
    if place is None:
        return INK
    if "share" in classes and place >= 3:
        return NOT_KNOWN
    return COLOURS[place]


def _place(classes: tuple[str, ...]) -> int | None:
    return next((int(c[1]) for c in classes if re.fullmatch(r"c\d", c)), None)


def _paint_path(axes, element, classes, shift: Shift) -> None:
    from matplotlib.patches import PathPatch

    colour = _colour(classes)
    style = {"facecolor": "none", "edgecolor": colour, "linewidth": 1.0}
    if "band" in classes:
        style = {"facecolor": colour, "edgecolor": "none", "alpha": 0.14}
    elif "stack" in classes:
        opacity = 0.2 if _place(classes) == 1 else 0.45
        style = {"facecolor": colour, "edgecolor": "none", "alpha": opacity}
    elif "filled" in classes:
        style = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.5}
    elif "cross" in classes:
        style["linewidth"] = 1.8
    elif "lane" in classes:
        style.update(edgecolor=LANE, linewidth=3.0)
    elif "hollow" in classes:
        style.update(facecolor="white", linewidth=1.5)
    elif "median" in classes:
        style["linestyle"] = (0, (2, 3))
    elif "line" in classes:
        style["linewidth"] = 1.5 if "mark" in classes else 2.0
        dashes = () if "mark" in classes else DASHES[_place(classes) or 0]
        style["linestyle"] = (0, tuple(d / 2 for d in dashes)) if dashes else "-"
    path = _path(element.get("d"), shift)
    if path is not None:
        axes.add_patch(PathPatch(path, **style, capstyle="butt"))


def _path(text: str, shift: Shift):
    """The path of M, L, H, V, Z and their small letters, on the page."""
    from matplotlib.path import Path

    x = y = 0.0
    corners, codes = [], []
    for command, rest in re.findall(r"([MHVZLhvlmz])([^MHVZLhvlmz]*)", text):
        values = [float(v) for v in re.findall(r"-?[\d.]+", rest)]
        if command in "Zz":
            corners.append((x, y))
            codes.append(Path.CLOSEPOLY)
            continue
        for step in _steps(command, values):
            x, y = step(x, y)
            corners.append((x, y))
            codes.append(Path.MOVETO if command in "Mm" else Path.LINETO)
    if not corners:
        return None
    placed = [(shift.x + a * shift.across, shift.y + b * shift.up) for a, b in corners]
    return Path(placed, codes)


def _steps(command: str, values: list[float]) -> Iterator:
    if command in "ML":
        for a, b in zip(values[::2], values[1::2], strict=True):
            yield lambda x, y, a=a, b=b: (a, b)
    elif command in "lm":
        for a, b in zip(values[::2], values[1::2], strict=True):
            yield lambda x, y, a=a, b=b: (x + a, y + b)
    else:
        (value,) = values
        yield {
            "H": lambda x, y: (value, y),
            "V": lambda x, y: (x, value),
            "h": lambda x, y: (x + value, y),
            "v": lambda x, y: (x, y + value),
        }[command]


def _paint_line(axes, element, classes, shift: Shift) -> None:
    x1, y1, x2, y2 = (float(element.get(name)) for name in ("x1", "y1", "x2", "y2"))
    is_grid = "grid" in classes
    colour, width = ("#e4e4e7", 0.8) if is_grid else (INK, 0.9)
    axes.plot([x1, x2], [y1, y2], color=colour, linewidth=width, zorder=1)


def _paint_rectangle(axes, element, classes, shift: Shift) -> None:
    from matplotlib.patches import Rectangle

    if {"read-off", "hit"} & set(classes):
        return
    x, y, width, height = (
        float(element.get(name)) for name in ("x", "y", "width", "height")
    )
    style = {"facecolor": "white", "edgecolor": INK, "linewidth": 1.0}
    if "share" in classes:
        style = {"facecolor": _colour(classes), "edgecolor": "white", "linewidth": 0.7}
        if "c4" in classes:
            style = {"facecolor": "white", "edgecolor": INK, "linewidth": 0.7}
    elif "last" in classes:
        style.update(facecolor="#eef4fa", linewidth=1.5)
    axes.add_patch(Rectangle((x, y), width, height, **style))


def _paint_circle(axes, element, classes, shift: Shift) -> None:
    from matplotlib.patches import Circle

    centre = (float(element.get("cx")), float(element.get("cy")))
    radius = float(element.get("r"))
    axes.add_patch(Circle(centre, radius, facecolor=_colour(classes), zorder=3))


def _paint_text(axes, element, classes, shift: Shift) -> None:
    style = {
        "fontsize": 10 if {"small", "stratum"} & set(classes) else 11,
        "fontweight": "bold" if {"strong", "stratum"} & set(classes) else "normal",
        "color": "white" if "on" in classes else INK,
        "ha": "center" if "m" in classes else "right" if "e" in classes else "left",
        "va": "baseline",
        "parse_math": False,
    }
    if "stratum" in classes:
        style["color"] = _colour(classes)
    if element.get("transform"):
        style.update(rotation=90, rotation_mode="anchor")
    pieces = [element, *element.findall("tspan")]
    y = float(element.get("y"))
    for piece in pieces:
        if piece.text and piece.text.strip():
            axes.text(float(piece.get("x")), y, piece.text, **style)


PAINTERS = {
    "path": _paint_path,
    "line": _paint_line,
    "rect": _paint_rectangle,
    "circle": _paint_circle,
    "text": _paint_text,
}
