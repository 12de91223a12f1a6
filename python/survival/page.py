"""The report as one HTML page: mark-up and style, nothing computed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

GLYPH = re.compile(
    r'\s*(<path id="(DejaVuSans[^"]*)"(?: d="[^"]*")? transform="[^"]*"/>)'
)
STYLE = """
:root { --ink: #222; --quiet: #555; --rule: #ccc; --accent: #0b5394; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff;
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main, header, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 2rem 0 .25rem; }
h2 { font-size: 1.4rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
a { color: var(--accent); }
.quiet, figcaption { color: var(--quiet); font-size: .9rem; }
.banner { border: 2px solid #9a3412; background: #fff7ed; color: #7c2d12;
  padding: .6rem .9rem; margin: 1rem 0; font-weight: 600; }
.caution { border-left: 4px solid #9a3412; background: #fff7ed; padding: .4rem .8rem;
  margin: .5rem 0; }
figure { margin: .5rem 0 1rem; }
figure svg { width: 100%; height: auto; display: block; }
svg.glyphs { position: absolute; width: 0; height: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem;
  font-variant-numeric: tabular-nums; margin: .5rem 0; }
caption { text-align: left; color: var(--quiet); padding-bottom: .25rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top;
  border-bottom: 1px solid #e5e5e5; }
td.number, th.number { text-align: right; }
td.number { white-space: nowrap; }
nav ul { columns: 2; padding-left: 1.1rem; }
nav li { break-inside: avoid; }
section.analysis { content-visibility: auto; contain-intrinsic-size: auto 40rem; }
code { font-size: .85em; }
footer { margin-top: 3rem; padding-bottom: 3rem; }
@media (max-width: 40rem) { nav ul { columns: 1; } }
@media print {
  section.analysis { content-visibility: visible; break-inside: avoid; }
  nav { display: none; }
}
"""


def page(*, title: str, head: Iterable[str], body: Iterable[str]) -> str:
    """A whole document; `head` goes into the header, `body` into the main part.

    The policy forbids every request, so that a later change cannot slip one in.
    """
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
{"".join(head)}
</header>
<main>
{"".join(body)}
</main>
</body>
</html>
"""


def paragraph(text: str, *, kind: str = "") -> str:
    """A paragraph of text; `kind` is its class."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{escape(text)}</p>\n"


def heading(text: str, *, level: int, anchor: str = "") -> str:
    """A heading that links can reach."""
    attribute = f' id="{escape(anchor)}"' if anchor else ""
    return f"<h{level}{attribute}>{escape(text)}</h{level}>\n"


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str,
    numeric: Iterable[int] = (),
) -> str:
    """A table of text cells; the columns numbered in `numeric` are set right."""
    right = set(numeric)

    def cells(values: Sequence[str], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f"<{tag}{scope}"
            + (' class="number"' if place in right else "")
            + f">{escape(value)}</{tag}>"
            for place, value in enumerate(values)
        )

    body = "\n".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table>\n<caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{cells(columns, 'th')}</tr></thead>\n<tbody>\n{body}\n</tbody>\n"
        "</table></div>\n"
    )


def figure(svg: str, *, alternative: str, caption: str) -> str:
    """A drawing with the words that stand for it where it cannot be seen."""
    described = svg.replace(
        "<svg ", f'<svg role="img" aria-label="{escape(alternative)}" ', 1
    )
    words = f"<figcaption>{escape(caption)}</figcaption>"
    return f"<figure>\n{described}\n{words}\n</figure>\n"


def share_glyphs(text: str) -> str:
    """Keep one copy of each letter's outline for all figures of the page.

    Each figure brings the outlines that it uses, under ids that depend on the font
    and the letter alone: they are the same everywhere, and a good part of the page.
    """
    outlines = {match.group(2): match.group(1) for match in GLYPH.finditer(text)}
    shared = "\n".join(outlines[name] for name in sorted(outlines))
    glyphs = f'<svg class="glyphs" aria-hidden="true"><defs>\n{shared}\n</defs></svg>'
    return GLYPH.sub("", text).replace("<main>\n", f"<main>\n{glyphs}\n", 1)


def navigation(links: Iterable[tuple[str, str]], *, label: str) -> str:
    """A list of (anchor, text) links within the page."""
    items = "\n".join(
        f'<li><a href="#{escape(anchor)}">{escape(text)}</a></li>'
        for anchor, text in links
    )
    return f'<nav aria-label="{escape(label)}">\n<ul>\n{items}\n</ul>\n</nav>\n'
