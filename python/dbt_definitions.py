"""A dbt plugin: no command of dbt begins with a definition that says nothing.

dbt looks for modules of this prefix, and asks their plugins before it reads a file of
the project: a study without a folder, or with a word that nothing makes, is told in a
line rather than by what breaks on it later.
"""

from building.vocabularies import faults
from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin
from dbt_common.context import get_invocation_context
from dbt_common.exceptions import DbtRuntimeError
from delivery.contract import delivery_contract

PROJECT_NAME = "neuf_warehouse"


class Definitions(dbtPlugin):
    """Refuse what the study's definitions and parameters get wrong.

    And tell SQL which tables the contract has, which it cannot read while dbt parses
    (`macros/delivery_tables.sql`); dbt parses anew what asks where they are others.
    """

    def initialize(self) -> None:
        """Check the definitions; dbt calls it before it parses the project."""
        if self.project_name != PROJECT_NAME:
            return
        if found := faults(get_flags().VARS or {}):
            # dbt drops the first line, where its own errors have their kind.
            raise DbtRuntimeError("\n".join(found))
        # dbt has copied the environment by now, and offers no other way to add to it.
        environment = get_invocation_context()._env
        environment["CONTRACT_TABLES"] = ",".join(delivery_contract())


plugins = [Definitions]
