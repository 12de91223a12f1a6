"""A build: what one dbt command may read, write and publish."""

import atexit
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from delivery.faults import DeliveryRefused, one_line
from delivery.load import load_delivery, write_warnings
from delivery.preflight import inspect_delivery

from building.access import follow_access
from building.earlier import lend_earlier
from building.journal import journal_of, read_journal, spill_folder, write_journal
from building.keeping import forget_older, keep
from building.lock import BuildRefused, take_lock
from building.log import (
    Row,
    added,
    describe_delivery,
    hash_marts,
    log_unpublished,
    now,
    opening_row,
    read_log,
    warnings_against_log,
    write_rows,
)
from building.publishing import half_written, publish


@dataclass
class Build:
    """One build of `warehouse`, in a working file beside it.

    A whole build starts on a fresh working file, and is the only one that publishes.
    """

    warehouse: Path
    working: Path
    is_whole: bool
    n_kept: int = 0
    row: Row = field(default_factory=dict)
    unlogged: list[Row] = field(default_factory=list)
    is_published: bool = False

    def begin(self, *, build_id: str, parameters: dict[str, Any]) -> None:
        """Take the lock; for a whole build, clear what an earlier one left."""
        if self.working.parent.is_file():
            # The working file of a version that gave it no folder of its own.
            self.working.parent.unlink()
        follow_access(self.working.parent, self.warehouse)
        take_lock(self.working)
        if not self.is_whole:
            return
        self.unlogged = read_journal(self._notes)
        self.row = opening_row(build_id=build_id, parameters=parameters)
        self._note()
        for leftover in (self.working, half_written(self.warehouse)):
            for path in (leftover, leftover.with_name(leftover.name + ".wal")):
                path.unlink(missing_ok=True)
        shutil.rmtree(spill_folder(self.working), ignore_errors=True)
        atexit.register(self.end)

    def load(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """Read the delivery into the working file, with the log of builds before."""
        try:
            delivery = inspect_delivery(folder)
            load_delivery(connection, delivery)
        except DeliveryRefused as refused:
            if self.is_whole:
                describe_delivery(self.row, refused)
            self.row.update(verdict="refused", reason=str(refused))
            raise
        except (OSError, duckdb.Error) as error:
            raise self._unwritten(error) from error
        before = added(self._log_before(), self.unlogged)
        lend_earlier(connection, self.warehouse, before)
        write_warnings(connection, warnings_against_log(delivery, before))
        rows = []
        if self.is_whole:
            describe_delivery(self.row, delivery)
            self._note()
            rows = [*before, self.row]
        write_rows(connection, "delivery.build_log", rows)

    @property
    def _notes(self) -> Path:
        return journal_of(self.warehouse)

    def _note(self) -> None:
        write_journal(self._notes, [*self.unlogged, self.row])

    def _log_before(self) -> list[Row]:
        try:
            return read_log(self.warehouse)
        except duckdb.Error as error:
            raise BuildRefused(
                f"{self.warehouse} cannot be opened: close who writes to it, or move "
                f"it away ({one_line(str(error), limit=120)})"
            ) from error

    def publish(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Replace the published file by this build, if it is a whole one."""
        if not self.is_whole:
            return
        try:
            with connection.cursor() as own:
                own.execute(
                    "update marts.delivery_log set finished_at = ?, marts_hash = ?, "
                    "n_included = "
                    "(select count(*) from marts.cohort where is_included) "
                    "where build_id = ?",
                    [now(), hash_marts(own), self.row["build_id"]],
                )
                own.execute("checkpoint")
        except duckdb.Error as error:
            raise self._unwritten(error) from error
        wal = self.working.with_name(self.working.name + ".wal")
        if wal.exists() and wal.stat().st_size:
            raise BuildRefused(f"{self.working} has writes that are not checkpointed")
        try:
            if self.n_kept:
                keep(self.warehouse)
            publish(self.working, self.warehouse)
        except OSError as error:
            raise BuildRefused(one_line(str(error))) from error
        self.is_published = True
        self._notes.unlink(missing_ok=True)
        if self.n_kept:
            try:
                forget_older(self.warehouse, n_kept=self.n_kept)
            except OSError as error:
                print(f"not removed: {one_line(str(error))}", file=sys.stderr)

    def _unwritten(self, error: Exception) -> BuildRefused:
        return BuildRefused(
            f"{self.working} cannot be written (is the disk full?): "
            f"{one_line(str(error), limit=200)}"
        )

    def end(self) -> None:
        """Log a whole build that published nothing, when its process ends."""
        if self.is_published or not self.is_whole:
            return
        self.row.update(
            verdict=self.row["verdict"] or "failed",
            finished_at=now(),
        )
        try:
            # Where there is no log, or it cannot be written, the next build finds this
            # one noted.
            self._note()
            if self.warehouse.exists():
                log_unpublished(self.warehouse, [*self.unlogged, self.row])
                self._notes.unlink(missing_ok=True)
        except (OSError, duckdb.Error) as error:
            print(f"not logged: {one_line(str(error))}", file=sys.stderr)
