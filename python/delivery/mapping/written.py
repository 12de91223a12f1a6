"""A delivery's files, and their place: whole or not at all, and nobody else's."""

import csv
import hashlib
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from delivery.contract import Table, delivery_contract
from delivery.csv_file import DIALECT
from delivery.faults import quoted
from delivery.files import FORMATS
from delivery.mapping.mapping_file import MANIFEST_SETTINGS
from delivery.mapping.not_mapped import NotMapped, write_list
from delivery.mapping.refusal import MappingRefused

Rows = Sequence[tuple[str, ...]]


def refuse_places(export: Path, output: Path, *, replace: bool) -> Path:
    """Refuse to write into the export, or over what no mapping has written.

    Returns
    -------
    The file beside `output` for what is not mapped.
    """
    if output.name in ("", ".."):
        raise MappingRefused([f"{output}: name the folder to write, as delivery"])
    listed_file = output.with_name(f"{output.name}.not_mapped.csv")
    source, target = export.resolve(), output.resolve()
    if target.is_relative_to(source) or source.is_relative_to(target):
        raise MappingRefused(
            [
                f"{output}: lies in the export, or the export in it; "
                "name another --output"
            ]
        )
    if not output.exists() and not listed_file.exists():
        return listed_file
    if output.exists() and not output.is_dir():
        raise MappingRefused([f"{output}: is no folder; name another --output"])
    standing = sorted(output.iterdir()) if output.exists() else []
    ours = {f"{name}.{form}" for name in delivery_contract() for form in FORMATS}
    foreign = [path.name for path in standing if path.name not in ours]
    if foreign:
        raise MappingRefused(
            [
                f"{output}: holds {quoted(foreign[0])}, which no delivery has; "
                "name another --output"
            ]
        )
    if (standing or listed_file.exists()) and not replace:
        place = output if standing else listed_file
        raise MappingRefused(
            [f"{place}: is there already; name another --output, or add --replace"]
        )
    return listed_file


def delivery_texts(
    rows: dict[str, list[tuple[str, ...]]], manifest: dict[str, str]
) -> dict[str, str]:
    """The text of each table's file, the manifest's last."""
    contract = delivery_contract()
    texts = {
        name: _table_text(contract[name], of_table) for name, of_table in rows.items()
    }
    settings = tuple(manifest[name] for name in MANIFEST_SETTINGS)
    listed = [
        (name, *settings, str(len(rows[name])), _sha256(text))
        for name, text in texts.items()
    ]
    return texts | {"manifest": _csv_text(contract["manifest"].column_names, listed)}


def _table_text(table: Table, rows: Rows) -> str:
    """A table's text, without optional columns that nothing fills."""
    kept = [
        n
        for n, column in enumerate(table.columns)
        if column.required or any(row[n] for row in rows)
    ]
    header = tuple(table.column_names[n] for n in kept)
    return _csv_text(header, [tuple(row[n] for n in kept) for row in rows])


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _csv_text(header: tuple[str, ...], rows: Rows) -> str:
    text = io.StringIO()
    writer = csv.writer(text, **DIALECT | {"lineterminator": "\n"})
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_delivery(
    output: Path, texts: dict[str, str], listed_file: Path, listed: Sequence[NotMapped]
) -> None:
    """Write all beside, then put it in its place: a full disk leaves what stood."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=output.parent, prefix=".mapping-"
        ) as place:
            made, old = Path(place, "delivery"), Path(place, "replaced")
            made.mkdir()
            for name, text in texts.items():
                (made / f"{name}.csv").write_bytes(text.encode())
            write_list(Path(place, "list"), listed)
            if output.exists():
                output.replace(old)
            try:
                made.replace(output)
            except OSError:
                if old.exists():
                    old.replace(output)
                raise
            Path(place, "list").replace(listed_file)
    except OSError as error:
        raise MappingRefused(
            [f"{output}: cannot be written: {error.strerror}"]
        ) from error
