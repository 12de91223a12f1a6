"""The smallest workbook that Excel and LibreOffice open: one sheet, every cell text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What XML 1.0 has no place for.
_NO_LETTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Style 1, of the columns to fill in and of every cell: text, wrapped, at the top.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    "<fonts><font/><font><b/></font></fonts>"
    '<fills><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/>"
    '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    "</cellXfs></styleSheet>"
)


def workbook(
    rows: Sequence[Sequence[str]],
    *,
    title: str,
    widths: Sequence[float],
    choices: Mapping[int, Sequence[str]],
) -> bytes:
    """A workbook of one sheet.

    Parameters
    ----------
    rows : sequence of sequences of str
        The first is the header, which stays in sight. No cell is a number, a date or a
        formula, so that a program changes none.
    title : str
        Of the sheet.
    widths : sequence of float
        Of the columns, in letters.
    choices : mapping of int to sequence of str
        By column, from 0, the words that its cells can be.

    Returns
    -------
    bytes
        The same for the same rows.
    """
    last = max(len(rows), 2)
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" style="1" customWidth="1"/>'
        for n, width in enumerate(widths, start=1)
    )
    lists = "".join(
        f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" '
        f'sqref="{_letter(n)}2:{_letter(n)}{last}">'
        f"<formula1>{escape(chr(34) + ','.join(words) + chr(34))}</formula1>"
        "</dataValidation>"
        for n, words in choices.items()
    )
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{columns}</cols><sheetData>"
        + "".join(_row(n, cells) for n, cells in enumerate(rows, start=1))
        + f'</sheetData><dataValidations count="{len(choices)}">{lists}'
        "</dataValidations></worksheet>"
    )
    name = re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "queries"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")
        ),
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": sheet,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            # Without the time of writing.
            archive.writestr(zipfile.ZipInfo(path), _HEAD + text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _relations(*targets: tuple[str, str]) -> str:
    found = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def _row(number: int, cells: Sequence[str]) -> str:
    style = 2 if number == 1 else 1
    told = "".join(
        f'<c r="{_letter(n)}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(_NO_LETTER.sub(" ", cell))}</t></is></c>'
        for n, cell in enumerate(cells)
        if cell
    )
    return f'<row r="{number}">{told}</row>'


def _letter(column: int) -> str:
    return chr(ord("A") + column)
