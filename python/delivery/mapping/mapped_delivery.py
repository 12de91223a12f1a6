"""From an export's folder to a delivery's folder, whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from delivery.contract import delivery_contract
from delivery.faults import quoted
from delivery.mapping.mapping_file import MANIFEST_SETTINGS, read_mapping
from delivery.mapping.not_mapped import NotMapped
from delivery.mapping.parts import Mapping
from delivery.mapping.records import Mapped, mapped_records
from delivery.mapping.refusal import MappingRefused, unknown
from delivery.mapping.sources import Source, export_files, found_file, read_source
from delivery.mapping.values import ISO, DateFormat
from delivery.mapping.written import delivery_texts, refuse_places, write_delivery


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
    files = [
        path
        for path in export_files(export)
        if path.resolve() != mapping_file.resolve()
    ]
    listed_file = refuse_places(export, output, replace=replace)
    mapping = read_mapping(mapping_file)
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
    mapped = mapped_records(mapping, sources)
    mapped.not_mapped[:0] = _files_not_named(files, sources)
    mapped.not_mapped += _contract_not_filled(mapping)
    texts = delivery_texts(mapped.rows, told)
    write_delivery(output, texts, listed_file, mapped.not_mapped)
    return MappedDelivery(output, listed_file, told, mapped)


def _refuse_manifest(told: dict[str, str]) -> None:
    for name in ("delivered_on", "data_cutoff_date"):
        found = DateFormat.parse(ISO).iso(told[name])
        if found is None or found[0] != told[name] or len(told[name]) != 10:
            said = f"manifest: {name}: {quoted(told[name])} is no date YYYY-MM-DD"
            raise MappingRefused([said])


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
            for column in table.columns:
                if column.required and column.name not in set().union(*given):
                    yield NotMapped(
                        "contract_column",
                        contract_table=table.name,
                        contract_column=column.name,
                    )
        elif (
            table.required
            and table.name != "manifest"
            and table.name not in mapping.empty_tables
        ):
            yield NotMapped("contract_table", contract_table=table.name)
