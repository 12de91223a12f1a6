"""From an export's folder to a delivery's folder, whole or not at all."""

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from delivery.contract import delivery_contract
from delivery.faults import quoted
from delivery.files import FORMATS
from delivery.mapping.definitions import Mapping, Vocabulary
from delivery.mapping.mapping_file import MANIFEST_SETTINGS, read_mapping
from delivery.mapping.not_mapped import NotMapped, write_list
from delivery.mapping.records import Mapped, mapped_records
from delivery.mapping.refusal import MappingRefused, unknown
from delivery.mapping.sources import Source, export_files, found_file, read_source
from delivery.mapping.values import ISO, DateFormat


@dataclass(frozen=True)
class MappedDelivery:
    """A delivery that was written, the list beside it, and what was done."""

    folder: Path
    not_mapped_file: Path
    manifest: dict[str, str]
    mapped: Mapped


def map_export(
    export: Path,
    mapping_file: Path,
    output: Path,
    *,
    vocabulary: Vocabulary,
    manifest: dict[str, str] | None = None,
    replace: bool = False,
) -> MappedDelivery:
    """Turn an export into a delivery of the contract.

    Parameters
    ----------
    export
        The folder of the export, in which nothing is written.
    mapping_file
        The definitions.
    output
        The delivery's folder; `<output>.not_mapped.csv` lists what is not mapped.
    vocabulary
        The allowed terms of a vocabulary of the contract.
    manifest
        `delivery_id`, `delivered_on` and `data_cutoff_date`, where they are not those
        of the mapping.
    replace
        Whether a delivery that stands in `output` may be replaced.

    Raises
    ------
    MappingRefused
        Where the mapping cannot be carried out; nothing is written.
    """
    if output.name in ("", ".."):
        raise MappingRefused([f"{output}: name the folder to write, as delivery"])
    files = [
        path
        for path in export_files(export)
        if path.resolve() != mapping_file.resolve()
    ]
    listed_file = output.with_name(f"{output.name}.not_mapped.csv")
    _refuse_places(export, output, listed_file, replace)
    mapping = read_mapping(mapping_file, vocabulary=vocabulary)
    told = mapping.manifest | {k: v for k, v in (manifest or {}).items() if v}
    missing = [name for name in MANIFEST_SETTINGS if name not in told]
    if missing:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise MappingRefused(
            [
                f"{mapping_file.name}: no row says the {' and the '.join(missing)}; "
                f"add rows (contract_table manifest), or give {options}"
            ]
        )
    _refuse_manifest(told)
    sources = _sources(mapping, files)
    mapped = mapped_records(mapping, sources, vocabulary=vocabulary)
    mapped.not_mapped[:0] = _files_not_named(files, sources)
    mapped.not_mapped += _contract_not_filled(mapping)
    texts = {name: _table_text(name, rows) for name, rows in mapped.rows.items()}
    texts["manifest"] = _manifest_text(told, texts, mapped)
    _write(output, listed_file, texts, mapped.not_mapped)
    return MappedDelivery(output, listed_file, told, mapped)


def _refuse_manifest(told: dict[str, str]) -> None:
    for name in ("delivered_on", "data_cutoff_date"):
        found = DateFormat.parse(ISO).iso(told[name])
        if found is None or found[0] != told[name] or len(told[name]) != 10:
            said = f"manifest: {name}: {quoted(told[name])} is no date YYYY-MM-DD"
            raise MappingRefused([said])


def _refuse_places(
    export: Path, output: Path, listed_file: Path, replace: bool
) -> None:
    """Refuse to write into the export, or over what no mapping has written."""
    source, target = export.resolve(), output.resolve()
    if target.is_relative_to(source) or source.is_relative_to(target):
        raise MappingRefused(
            [
                f"{output}: lies in the export, or the export in it; "
                "name another --output"
            ]
        )
    if not output.exists() and not listed_file.exists():
        return
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


def _sources(mapping: Mapping, files: list[Path]) -> dict[str, Source]:
    """The files that the mapping names, read; every name in it that is not there."""
    paths: dict[str, Path] = {}
    slips: dict[str, list[int]] = {}
    for named in mapping.named:
        if named.source_file not in paths and not named.source_column:
            try:
                path = found_file(named.source_file, files)
            except ValueError as error:
                slips.setdefault(f"source_file: {error}", []).append(named.file_line)
                continue
            if path in paths.values():
                message = f"source_file: {path.name} has another name above; use one"
                slips[message] = [named.file_line]
            paths[named.source_file] = path
    _refuse_slips(mapping, slips)
    sources = {
        name: read_source(path, mapping.settings.get(name, {}))
        for name, path in paths.items()
    }
    for named in mapping.named:
        source = sources[named.source_file]
        if named.source_column and named.source_column not in source.columns:
            said = unknown(
                named.source_column, f"column of {source.name}", source.columns
            )
            message = f"{named.said_in}: {said}"
            slips.setdefault(message, []).append(named.file_line)
    _refuse_slips(mapping, slips)
    return sources


def _refuse_slips(mapping: Mapping, slips: dict[str, list[int]]) -> None:
    """Refuse the mapping for slips; one that stands on many lines is said once."""
    if slips:
        raise MappingRefused(
            f"{mapping.path.name}: line {lines[0]}"
            f"{f' and {len(lines) - 1} more' if len(lines) > 1 else ''}: {message}"
            for message, lines in slips.items()
        )


def _files_not_named(
    files: list[Path], sources: dict[str, Source]
) -> Iterator[NotMapped]:
    read = {source.path for source in sources.values()}
    for path in files:
        if path not in read:
            yield NotMapped("file", path.name)


def _contract_not_filled(mapping: Mapping) -> Iterator[NotMapped]:
    for table in delivery_contract().values():
        given = [set(p.cells) for p in mapping.parts if p.table.name == table.name]
        if given:
            for column in table.column_names:
                if column not in set().union(*given):
                    yield NotMapped(
                        "contract_column",
                        contract_table=table.name,
                        contract_column=column,
                    )
        elif (
            table.required
            and table.name != "manifest"
            and table.name not in mapping.empty_tables
        ):
            yield NotMapped("contract_table", contract_table=table.name)


def _table_text(name: str, rows: list[tuple[str, ...]]) -> str:
    return _csv_text(delivery_contract()[name].column_names, rows)


def _manifest_text(told: dict[str, str], texts: dict[str, str], mapped: Mapped) -> str:
    settings = tuple(told[name] for name in MANIFEST_SETTINGS)
    rows = [
        (
            name,
            *settings,
            str(len(mapped.rows[name])),
            hashlib.sha256(text.encode()).hexdigest(),
        )
        for name, text in texts.items()
    ]
    return _csv_text(delivery_contract()["manifest"].column_names, rows)


def _csv_text(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _write(
    output: Path, listed_file: Path, texts: dict[str, str], listed: list[NotMapped]
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
