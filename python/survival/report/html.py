"""The report as one HTML page: mark-up, style and script, nothing computed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from survival.report.document import (
    Block,
    Figure,
    Fold,
    Grid,
    Links,
    Paragraph,
    Section,
)
from survival.report.font import figure_font
from survival.report.table import Row, Table


def page(
    *,
    title: str,
    head: Iterable[Block],
    sections: Sequence[Section],
    definitions: dict[str, object],
) -> str:
    """A whole document. The policy forbids every request, and every script but ours."""
    style = asset("style.css").replace("FIGURE_FONT", figure_font())
    script = asset("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    data = json.dumps(definitions, ensure_ascii=False, sort_keys=True)
    data = data.replace("<", "\\u003c")
    contents = "".join(
        f'<li><a href="#{section.anchor}">{escape(section.title)}</a></li>\n'
        for section in sections
        if section.level == 2
    )
    body = "".join(_section(section) for section in sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; font-src data:; img-src data:; script-src 'sha256-{digest}'">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<h1>{escape(title)}</h1>
{"".join(_block(block) for block in head)}</header>
<nav aria-label="Contents"><ol>
{contents}</ol></nav>
<main id="main">
{body}</main>
<aside id="origin" role="dialog" aria-labelledby="origin-title" tabindex="-1" hidden>
<h2 id="origin-title">Where this number comes from</h2>
<div id="origin-text"></div>
<button type="button" id="origin-close">Close</button>
</aside>
<div id="reading" aria-hidden="true" hidden></div>
<script type="application/json" id="definitions">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def asset(name: str) -> str:
    """A file that lies beside this module."""
    return files("survival.report").joinpath(name).read_text(encoding="utf-8")


def _section(section: Section) -> str:
    tag = f"h{section.level}"
    return (
        f'<section><{tag} id="{escape(section.anchor)}">{escape(section.title)}'
        f"</{tag}>\n{''.join(_block(block) for block in section.blocks)}</section>\n"
    )


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        kind = f' class="{block.kind}"' if block.kind else ""
        return f"<p{kind}>{escape(block.text)}</p>\n"
    if isinstance(block, Links):
        items = (
            f'<li><a href="{escape(address)}">{escape(words)}</a></li>\n'
            for address, words in block.items
        )
        return f"<ul>\n{''.join(items)}</ul>\n"
    if isinstance(block, Figure):
        return _figure(block)
    if isinstance(block, Grid):
        return f'<div class="grid">\n{"".join(map(_figure, block.figures))}</div>\n'
    if isinstance(block, Fold):
        inner = "".join(_block(part) for part in block.blocks)
        title = escape(block.title)
        return f"<details>\n<summary>{title}</summary>\n{inner}</details>\n"
    return table(block)


def _figure(figure: Figure) -> str:
    name = escape(figure.name)
    cautions = "".join(
        f'<p class="caution">Caution: {escape(words)}</p>\n'
        for words in figure.cautions
    )
    origin = ""
    if figure.source is not None:
        origin = (
            f' <button type="button" class="origin" data-q='
            f'"{escape(figure.source.packed())}">Where it comes from</button>'
        )
    return (
        f'<figure id="{name}">\n{figure.svg}\n'
        f"<figcaption><strong>{escape(figure.title)}.</strong> "
        f"{escape(figure.caption)}{origin}</figcaption>\n{cautions}</figure>\n"
    )


def table(content: Table) -> str:
    """A table; its first cells are headings of their rows."""
    names = "".join(
        f'<th scope="col"{_number(place, content)}>{escape(name)}</th>'
        for place, name in enumerate(content.columns)
    )
    body = "\n".join(_row(row, content) for row in content.rows)
    notes = "".join(f'<p class="quiet">{escape(note)}</p>\n' for note in content.notes)
    caption = escape(content.caption)
    return (
        f'<div class="wide table" tabindex="0" role="region" aria-label="{caption}" '
        f'id="table-{escape(content.name)}"><table>\n<caption>{caption}</caption>\n'
        f"<thead><tr>{names}</tr></thead>\n<tbody>\n{body}\n</tbody>\n"
        f"</table></div>\n{notes}"
    )


def _number(place: int, content: Table) -> str:
    return ' class="number"' if place >= content.n_words else ""


def _row(row: Row, content: Table) -> str:
    if row.is_heading:
        words = escape(row.cells[0].text)
        span = len(content.columns)
        return f'<tr><th scope="rowgroup" colspan="{span}">{words}</th></tr>'
    packed = [cell.source.packed() if cell.source else "" for cell in row.cells]
    # What the sources of a row share is written once, on the row.
    shared = shared_start([text for text in packed if text])
    cells = []
    for place, (cell, text) in enumerate(zip(row.cells, packed, strict=True)):
        tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
        source = f' data-q="{escape(text[len(shared) :])}"' if text else ""
        attributes = f"{scope}{_number(place, content)}{source}"
        cells.append(f"<{tag}{attributes}>{escape(cell.text)}</{tag}>")
    start = f' data-p="{escape(shared)}"' if shared else ""
    return f"<tr{start}>{''.join(cells)}</tr>"


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
