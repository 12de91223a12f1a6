"""The folder of a delivery: which file is which table's, and what lies there instead.

The name of a file says its table and its format; no other part of a path says anything.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path

from delivery.contract import delivery_contract
from delivery.faults import DeliveryRefused, Fault, quoted
from delivery.files import FORMATS

_CURES = {
    **dict.fromkeys(
        ("xlsx", "xls", "xlsm", "ods"), "save its sheet as CSV UTF-8 (comma delimited)"
    ),
    **dict.fromkeys(
        ("zip", "csv.zip", "7z", "rar", "tar", "tar.gz", "tgz"), "unpack it"
    ),
    **dict.fromkeys(("txt", "tsv", "csv.txt", "dat"), "save it as CSV, with commas"),
    **dict.fromkeys(
        ("xpt", "sas7bdat", "sav", "dta", "rds", "rdata", "json", "feather", "arrow"),
        "export it as CSV",
    ),
}
_UNPACKED = "unpack it, and name the folder that comes out of it"


def files_found(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    """The file of each table, and what is wrong with the folder.

    Raises
    ------
    DeliveryRefused
        Where there is no folder, or no file of a delivery in it.
    """
    _refuse_what_is_no_folder(folder)
    # Names that begin with a dot are the system's: a Mac writes ._patients.csv.
    entries = sorted(path for path in folder.iterdir() if path.name[0] != ".")
    found: dict[str, list[Path]] = {}
    faults = []
    for path in entries:
        if fault := _fault_of_entry(folder, path):
            faults.append(fault)
        elif _has_format(path):
            found.setdefault(path.name.partition(".")[0], []).append(path)
    for table_name, paths in found.items():
        if len(paths) > 1:
            names = ", ".join(path.name for path in paths)
            faults.append(
                Fault("two_formats", table_name, f"comes as {names}; expected one file")
            )
    overlooked = _overlooked(entries)
    if not found and not faults and not overlooked:
        _refuse(folder, "folder_empty", "holds no file of a delivery" + _inner(entries))
    named = {fault.file_name.partition(".")[0] for fault in faults}
    faults += _missing(found.keys() | named, overlooked)
    once = {name: paths[0] for name, paths in found.items() if len(paths) == 1}
    return {name: once[name] for name in delivery_contract() if name in once}, faults


def _fault_of_entry(folder: Path, path: Path) -> Fault | None:
    """What is wrong with one entry of the folder, by its name and kind alone."""
    table_name, _, file_format = path.name.partition(".")
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        return Fault(
            "link_leads_out", path.name, "is a link that leads out of the folder"
        )
    if not _has_format(path):
        return None
    if file_format.lower() not in FORMATS or table_name not in delivery_contract():
        return _unknown_table(path)
    if not path.is_file():
        return Fault("not_its_format", path.name, _no_file(path))
    return None


def _missing(named: set[str], overlooked: dict[str, str]) -> list[Fault]:
    """Tables of which no file came, and what lies there instead."""
    faults = []
    for table in delivery_contract().values():
        if table.name in named:
            continue
        if table.name in overlooked:
            faults.append(
                Fault(
                    "file_missing",
                    f"{table.name}.csv",
                    f"is missing, and {overlooked[table.name]}",
                )
            )
        elif table.required:
            faults.append(
                Fault(
                    "file_missing",
                    f"{table.name}.csv",
                    "required file is missing; expected "
                    + ", ".join(f"{table.name}.{known}" for known in FORMATS[:2])
                    + f" or {table.name}.{FORMATS[2]}",
                )
            )
    return faults


def _refuse(folder: Path, rule_id: str, message: str) -> None:
    raise DeliveryRefused(str(folder), [Fault(rule_id, str(folder), message)])


def _refuse_what_is_no_folder(folder: Path) -> None:
    if folder.is_file():
        cure = _CURES.get(folder.name.partition(".")[2].lower())
        cure = _UNPACKED if cure == "unpack it" else "name the folder that it lies in"
        _refuse(folder, "folder_missing", f"is a file; expected a delivery: {cure}")
    if not folder.is_dir():
        cure = ""
        if "~" in folder.parts:
            cure = "; the shell leaves a ~ between quotes as it is: write $HOME"
        _refuse(folder, "folder_missing", f"is no folder; expected a delivery{cure}")


def _has_format(path: Path) -> bool:
    return path.name.lower().endswith(tuple(f".{known}" for known in FORMATS))


def _overlooked(entries: Iterable[Path]) -> dict[str, str]:
    """What lies there under the name of a table, and is none of its files."""
    overlooked = {}
    for path in entries:
        table_name, _, file_format = path.name.lower().partition(".")
        if table_name not in delivery_contract() or _has_format(path):
            continue
        if path.is_dir():
            overlooked[table_name] = f"{path.name}/ {_no_file(path)}"
        else:
            cure = _CURES.get(file_format, "send it as CSV")
            overlooked[table_name] = f"{path.name} is there: {cure}"
    return overlooked


def _no_file(path: Path) -> str:
    if not path.is_dir():
        return "is not a regular file"
    return (
        "is a folder, as Spark and arrow's write_dataset make them; expected one file "
        "(coalesce(1) in Spark, write_parquet in R), under the table's name"
    )


def _inner(entries: Iterable[Path]) -> str:
    """Where else the delivery may lie: in an inner folder, or an archive."""
    for path in entries:
        if path.is_dir() and any(
            inner.name.lower().partition(".")[0] in delivery_contract()
            for inner in path.iterdir()
        ):
            return f"; {path.name}/ does: name that folder"
    for path in entries:
        if _CURES.get(path.name.lower().partition(".")[2]) == "unpack it":
            return f"; {path.name} may: {_UNPACKED}"
    return ""


def _unknown_table(path: Path) -> Fault:
    message = "is no table of the delivery contract"
    near = difflib.get_close_matches(
        path.name.lower().split(".")[0], delivery_contract(), 1
    )
    if near:
        message += (
            f"; did you mean {near[0]}{path.name[path.name.find('.') :].lower()}?"
        )
    return Fault("table_unknown", quoted(path.name), message)
