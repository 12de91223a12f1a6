"""The files beside the page: tables as CSV and RTF, figures as SVG, PNG and PDF."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from building.access import create_private, keep_access

from survival.formatting import escape_formula
from survival.report.document import Figure, Paragraph, Section, Table, blocks_of
from survival.report.painting import painted
from survival.report.render import style

FORMATS = ("svg", "png", "pdf")
# dbt's page asks for an icon, by a name that it forgot to fill in. Nothing may be asked
# for: the page holds clinical metadata, and opens from a file.
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    'img-src data:; font-src data:">'
)


def write(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    create_private(unfinished)
    unfinished.write_bytes(content)
    keep_access(unfinished, path)
    os.replace(unfinished, path)


def written(folder: Path) -> set[Path]:
    """Files of the report that stands in a folder, as its page names them.

    An earlier report may have held what the next one must not: patients, or counts.
    """
    page = folder / "index.html"
    if not page.is_file():
        return set()
    text = page.read_text(encoding="utf-8")
    found = {folder / name for name in re.findall(r'<a href="([\w.]+)"', text)}
    for name in re.findall(r'id="table-([^"]*)"', text):
        found.add(folder / "tables" / f"{name}.csv")
    for name in re.findall(r'data-name="([^"]*)"', text):
        found |= {folder / "figures" / f"{name}.{kind}" for kind in FORMATS}
    return {path for path in found if path.is_file()}


def catalogue_page() -> str | None:
    """dbt's static page, without requests and without the machine's paths.

    None where dbt has not made it.
    """
    target = Path(os.environ.get("DBT_TARGET_PATH") or "target")
    path = target / "static_index.html"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    for folder, shown in ((target, "target"), (Path(), ".")):
        text = text.replace(str(folder.resolve()), shown)
    return text.replace("<head>", f"<head>{POLICY}", 1)


def write_tables(
    sections: Sequence[Section], head: Iterable[Paragraph], *, folder: Path
) -> set[Path]:
    """``tables/<name>.csv`` of every table, and all of them in ``tables.rtf``."""
    paths = {folder / "tables.rtf"}
    tables = [t for section in sections for t in blocks_of(section.blocks, Table)]
    for table in tables:
        content = csv_of(table).encode("utf-8")
        paths.add(folder / "tables" / f"{table.name}.csv")
        write(folder / "tables" / f"{table.name}.csv", content)
    words = [block.text for block in head]
    write(folder / "tables.rtf", rtf_of(tables, words).encode("ascii"))
    return paths


def write_figures(
    sections: Sequence[Section],
    *,
    folder: Path,
    formats: Iterable[str],
    progress: Callable[[str], None] | None = None,
) -> set[Path]:
    """``figures/<name>.<format>`` of every figure outside the appendix."""
    paths = set()
    for section in sections[:-1]:
        for figure in blocks_of(section.blocks, Figure):
            if progress is not None:
                progress(figure.name)
            for kind in formats:
                content = (
                    standalone(figure.svg).encode("utf-8")
                    if kind == "svg"
                    else painted(figure.svg, kind=kind)
                )
                paths.add(folder / "figures" / f"{figure.name}.{kind}")
                write(folder / "figures" / f"{figure.name}.{kind}", content)
    return paths


def standalone(svg: str) -> str:
    """An SVG file that carries its own style and letters."""
    rules = re.findall(r"(?:@font-face|:root|\.drawing)[^{}]*\{[^{}]*\}", style())
    kept = "\n".join(rule for rule in rules if "read-off" not in rule)
    kept += "\n.drawing .read-off { fill: none; }"
    start = svg.index(">") + 1
    return f"{svg[:start]}\n<style>{kept}</style>{svg[start:]}\n"


def csv_of(table: Table) -> str:
    """A table with the names of its blocks in a column of their own."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["block", *table.columns])
    block = ""
    for row in table.rows:
        texts = [cell.text.strip() for cell in row.cells]
        if row.is_heading:
            block = texts[0]
        else:
            block = block if row.is_inner else ""
            writer.writerow([escape_formula(text) for text in (block, *texts)])
    return buffer.getvalue()


def rtf_of(tables: Sequence[Table], words: Iterable[str]) -> str:
    """All tables as one RTF document, in landscape."""
    body = "".join(f"\\pard\\sa120 {_escaped(text)}\\par\n" for text in words)
    body += "".join(_rtf_table(table) for table in tables)
    return (
        "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\paperw16838\\paperh11906"
        "\\margl850\\margr850\\margt850\\margb850\\landscape\\fs16\n" + body + "}\n"
    )


def _rtf_table(table: Table) -> str:
    lines = [f"\\pard\\sb240\\sa80\\b {_escaped(table.caption)}\\b0\\par"]
    lines.append(_rtf_row(table.columns, len(table.columns), is_bold=True))
    for row in table.rows:
        texts = [cell.text for cell in row.cells]
        texts += [""] * (len(table.columns) - len(texts))
        lines.append(_rtf_row(texts, len(table.columns), is_bold=row.is_heading))
    lines += [f"\\pard\\sb40 {_escaped(note)}\\par" for note in table.notes]
    return "\n".join(lines) + "\n"


def _rtf_row(texts: Sequence[str], n_columns: int, *, is_bold: bool) -> str:
    width, first = 15100, 4000
    rest = (width - first) // max(n_columns - 1, 1)
    edges = "".join(f"\\cellx{first + place * rest}" for place in range(n_columns))
    bold = ("\\b ", "\\b0") if is_bold else ("", "")
    cells = "".join(f"{bold[0]}{_escaped(text)}{bold[1]}\\cell " for text in texts)
    return f"\\trowd\\trgaph60{edges}\\pard\\intbl {cells}\\row"


def _escaped(text: str) -> str:
    escaped = re.sub(r"([\\{}])", r"\\\1", text)
    return "".join(
        letter if ord(letter) < 128 else f"\\u{_signed(ord(letter))}?"
        for letter in escaped
    )


def _signed(code: int) -> int:
    # RTF counts in signed 16-bit units.
    return code - 65536 if code > 32767 else code
