"""The dbt-duckdb plugin: a delivery is read before a build, and one build at a time.

Only ``dbt build`` and ``dbt run`` read a delivery; what inspects the working file
(``dbt test``, ``show``, ``compile``, ``docs``) leaves it as it is.
"""

import os
import sys
from pathlib import Path
from typing import Any

import duckdb
from dbt import selected_resources
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.factory import get_adapter_by_type
from dbt.flags import get_flags
from dbt_common.exceptions import DbtBaseException
from dbt_common.invocation import get_invocation_id
from delivery.contract import ContractBroken, delivery_contract
from delivery.faults import DeliveryRefused

from building.build import Build
from building.environment import (
    delivery_folder,
    memory_limit,
    n_kept,
    named_warehouse,
    warehouse_file,
)
from building.journal import spill_folder, working_file
from building.lock import BuildRefused
from building.parameters import parameter_faults, parameters_used
from building.quality_page import read_messages, write_page, write_refusal
from building.sql_functions import lend_functions
from building.terminal import escape_letters
from expectations.runner import Runner

_READS_DELIVERY = ("build", "run")


class Refused(DbtBaseException):
    """A reason that dbt prints as it is, without a trace."""


class Plugin(BasePlugin):
    """Prepare the working file of one dbt command.

    Attributes
    ----------
    build : Build
    folder : Path or None
        The delivery, where the command reads one.
    runner : Runner or None
        Great Expectations, importing in another process while this one reads.
    """

    @classmethod
    def in_use(cls) -> "Plugin":
        """The plugin of the connection that dbt has open; asked by Python models."""
        plugins = DuckDBConnectionManager.env()._plugins.values()
        (plugin,) = (plugin for plugin in plugins if isinstance(plugin, cls))
        return plugin

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take the lock, and note which build this is; dbt-duckdb calls it first."""
        flags = get_flags()
        escape_letters()
        try:
            delivery_contract()
        except ContractBroken as broken:
            raise Refused(str(broken)) from broken
        if faults := parameter_faults(flags.VARS or {}):
            raise Refused("\n".join(faults))
        try:
            warehouse = warehouse_file()
            kept = n_kept()
            self.memory_limit = memory_limit()
            self.creds.path = str(working_file(named_warehouse()))
            self.folder = delivery_folder() if flags.WHICH in _READS_DELIVERY else None
        except BuildRefused as refused:
            raise Refused(str(refused)) from refused
        self.build = Build(
            warehouse=warehouse,
            n_kept=kept,
            working=Path(os.path.abspath(self.creds.path)),
            is_whole=flags.WHICH == "build" and is_whole_build(),
        )
        try:
            self.build.begin(
                build_id=get_invocation_id(),
                parameters=parameters_used(flags.VARS or {}),
            )
        except BuildRefused as refused:
            raise Refused(str(refused)) from refused
        selected = {
            name.split(".")[-1] for name in selected_resources.SELECTED_RESOURCES
        }
        is_judged = "expectation_results" in selected and flags.WHICH in _READS_DELIVERY
        self.runner = Runner() if is_judged else None

    def update_connection_config(
        self, creds: DuckDBCredentials, config: dict[str, Any]
    ) -> None:
        """Keep DuckDB within MEMORY_LIMIT, which goes before the profile's limit.

        Read here, and not in the profile, where another value would make dbt parse the
        whole project anew.
        """
        if self.memory_limit:
            config["memory_limit"] = self.memory_limit
        config["temp_directory"] = str(spill_folder(self.build.working))

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Read the delivery, before the first query."""
        lend_functions(conn)
        if self.folder is None:
            return
        try:
            self.build.load(conn, self.folder)
        except DeliveryRefused as refused:
            write_refusal(quality_folder(), refused.folder, refused.faults)
            raise Refused(
                "\n".join(f"delivery refused: {fault}" for fault in refused.faults)
                + f"\nfindings: {quality_folder() / 'index.html'}"
                + f"\nnot published: {self.build.warehouse} is as it was"
            ) from refused
        except BuildRefused as refused:
            raise Refused(str(refused)) from refused

    def judge(self, session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """What Great Expectations finds in the delivery of the working file."""
        return (self.runner or Runner()).results(session)

    def report(self, session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Write the page and list of what was found, and log what stops the build."""
        paths = write_page(session, quality_folder())
        if stops := [message for is_stop, message in read_messages(session) if is_stop]:
            self.build.row.update(verdict="refused", reason="\n".join(stops))
        return session.query(
            "select unnest(cast(? as varchar[])) as file_name",
            params=[[path.name for path in paths]],
        )

    def publish(self, session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Publish a whole build; what is returned is stored as the last table."""
        # Once more, with what only the derivation showed.
        write_page(session, quality_folder())
        try:
            self.build.publish(session)
        except BuildRefused as refused:
            # dbt prints what a Python model raises with all its frames; the reason of
            # this is in its words.
            sys.tracebacklimit = 0
            raise Refused(str(refused)) from None
        return session.query(
            "select cast(? as varchar) as warehouse, "
            "cast(? as boolean) as is_published",
            params=[str(self.build.warehouse), self.build.is_published],
        )


def is_whole_build() -> bool:
    """What the macro of this name answers, on every engine."""
    return bool(get_adapter_by_type("duckdb").execute_macro("is_whole_build"))


def quality_folder() -> Path:
    """Where the page and the lists of the last delivery lie."""
    return Path(get_flags().TARGET_PATH or "target").resolve() / "quality"
