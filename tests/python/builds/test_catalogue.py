"""Every table that a build leaves is described: its grain, its columns and its key."""

import json

import duckdb
import pytest
import yaml
from dbt_builds import PROJECT
from delivery.contract import delivery_contract

FOLDERS = ("staging", "quality", "intermediate", "marts")
# The way through the house: no model reads one of a layer after its own.
LAYERS = (
    "definitions",
    "records",
    "staging",
    "quality",
    "intermediate",
    "checks",
    "marts",
    "summaries",
    "survival",
    "comparison",
    "changes",
    "publish",
)
# Tests that hold the keys of several models, or of one whose key has a NULL in it.
KEYS_TESTED = ("assert_rows_keyed", "assert_survival_summary_complete")
# A key that one of these doubles is doubled where it is tested, too: in what lists its
# rows, or in what they are listed of.
KEYS_IMPLIED = {
    "delivered_dates": ("stg_delivery__patients", "stg_delivery__follow_up"),
    "findings_dates": ("findings",),
    "findings_disease": ("findings",),
    "findings_patients": ("findings",),
    "findings_spellings": ("findings",),
    "findings_units": ("findings",),
    "findings_values": ("findings",),
}


@pytest.fixture(scope="module")
def nodes(example):
    """The project's nodes by their unique id."""
    return json.loads(example.manifest.read_text(encoding="utf-8"))["nodes"]


@pytest.fixture(scope="module")
def models(nodes):
    """The models of the folders by name, and the seeds that are marts."""
    return {
        node["alias"]: node
        for node in nodes.values()
        if node["resource_type"] in ("model", "seed") and node["schema"] in FOLDERS
    }


@pytest.fixture(scope="module")
def columns_built(example):
    """The columns of each table in the published file, by table."""
    built = {}
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        for table, column in connection.execute(
            """
            select table_name, column_name
            from information_schema.columns
            where list_contains(?, table_schema)
            order by table_name, ordinal_position
            """,
            [list(FOLDERS)],
        ).fetchall():
            built.setdefault(table, []).append(column)
    return built


def test_no_model_reads_one_of_a_later_layer(nodes):
    layer = {
        name: LAYERS.index(node["fqn"][1])
        for name, node in nodes.items()
        if node["resource_type"] == "model"
    }
    assert set(layer.values()) == set(range(len(LAYERS)))
    assert [
        f"{name} reads {parent}"
        for name in layer
        for parent in nodes[name]["depends_on"]["nodes"]
        if layer.get(parent, -1) > layer[name]
    ] == []


def test_what_asks_for_every_delivered_table_waits_for_each(nodes):
    """The list is the contract's while dbt parses, too."""
    staged = {
        f"model.neuf_warehouse.stg_delivery__{name}"
        for name in delivery_contract()
        if name != "manifest"
    }
    for name in (
        "date_order_conflicts",
        "delivered_dates",
        "int_delivered_events",
        "reconciliation",
    ):
        parents = nodes[f"model.neuf_warehouse.{name}"]["depends_on"]["nodes"]
        assert staged <= set(parents)


def test_every_table_built_is_a_model_that_says_its_grain(models, columns_built):
    assert set(columns_built) == set(models)
    assert [
        name
        for name, model in models.items()
        if not model["description"].startswith("One row per ")
    ] == []


def test_every_column_is_described_and_no_other(models, columns_built):
    undescribed = {
        name: [
            column
            for column in columns
            if not models[name]["columns"].get(column, {}).get("description")
        ]
        for name, columns in columns_built.items()
    }
    unbuilt = {
        name: sorted(set(model["columns"]) - set(columns_built[name]))
        for name, model in models.items()
    }
    assert {name: columns for name, columns in undescribed.items() if columns} == {}
    assert {name: columns for name, columns in unbuilt.items() if columns} == {}


def test_every_mart_has_an_enforced_contract(models):
    assert [
        name
        for name, model in models.items()
        if model["schema"] == "marts"
        and model["resource_type"] == "model"
        and not model["contract"]["enforced"]
    ] == []


def test_every_model_has_its_key_tested(nodes, models):
    keyed = set()
    for node in nodes.values():
        if node["resource_type"] != "test":
            continue
        metadata = node.get("test_metadata") or {"name": node["name"]}
        if metadata["name"] in ("keyed_by", "unique", *KEYS_TESTED):
            keyed.update(node["depends_on"]["nodes"])
    assert {
        name for name, model in models.items() if model["unique_id"] not in keyed
    } == KEYS_IMPLIED.keys()
    parents = {
        name: set(nodes[models[name]["unique_id"]]["depends_on"]["nodes"])
        for name in models
        if models[name]["resource_type"] == "model"
    }
    for name, others in KEYS_IMPLIED.items():
        for other in others:
            one, two = (models[each]["unique_id"] for each in (name, other))
            assert two in keyed
            assert one in parents[other] or two in parents[name]


def test_what_several_models_say_of_a_column_is_a_doc_block():
    """A description told twice would drift."""
    told = {}
    for path in sorted((PROJECT / "models").glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ()):
            for column in model.get("columns", ()):
                text = " ".join(column.get("description", "").split())
                if text and "doc(" not in text:
                    key = (column["name"], text)
                    told.setdefault(key, []).append(model["name"])
    assert {key: models for key, models in told.items() if len(models) > 1} == {}
