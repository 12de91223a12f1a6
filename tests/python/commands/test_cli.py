"""The command line: what it prints, and how it refuses."""

import csv
import io
import json
import shutil
import subprocess
import sys

import duckdb
import pytest
from mart_fixtures import BMT, build_warehouse
from survival import Warehouse, kaplan_meier
from survival.cli import main

# Our curve and its value, and what the reference calls it.
SURVIVAL_NAMES = [
    ("survival", name, name)
    for name in ("estimate", "std_error", "ci_low", "ci_high", "n_at_risk")
]
INCIDENCE_NAMES = [
    ("cumulative_incidence", "estimate", "estimate"),
    ("cumulative_incidence", "std_error", "std_error_cuminc"),
    ("cumulative_incidence", "ci_low", "ci_low_cuminc_log"),
    ("cumulative_incidence", "ci_high", "ci_high_cuminc_log"),
    ("competing_incidence", "estimate", "competing"),
]
REFERENCE = json.loads((BMT / "reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return build_warehouse(tmp_path_factory.mktemp("published") / "warehouse.duckdb")


@pytest.fixture(autouse=True)
def environment(published, monkeypatch):
    monkeypatch.setenv("WAREHOUSE", str(published))


def run(*arguments):
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "survival.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_json_gives_what_r_gives(capsys):
    assert main(["estimate", "--analysis", "rr_ph_neg__os", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    record = document["estimates"][0]
    expected = REFERENCE["rr_ph_neg"]["os"]
    assert (record["analysis_id"], record["stratum"]) == ("rr_ph_neg__os", "all")
    assert (record["n"], record["n_event"]) == (expected["n"], expected["n_event"])
    assert record["median"]["days"] == {
        "estimate": expected["median_days"],
        "ci_low": expected["median_low"],
        "ci_high": expected["median_high"],
    }
    assert record["median"]["months"]["estimate"] == pytest.approx(476 / 30.4375)
    assert [point["month"] for point in record["survival"]] == expected["month"]
    for name in ("estimate", "std_error", "ci_low", "ci_high", "n_at_risk"):
        assert [point[name] for point in record["survival"]] == pytest.approx(
            expected[name], abs=1e-9
        )


@pytest.fixture(scope="module")
def real_records(bmt):
    """What the command prints of the real patients, by analysis and stratum."""
    printed = run("estimate", "--format", "json", "--warehouse", str(bmt.warehouse))
    assert printed.returncode == 0, printed.stderr
    return {
        (record["analysis_id"], record["stratum"]): record
        for record in json.loads(printed.stdout)["estimates"]
    }


@pytest.mark.parametrize(
    ("population", "endpoint"),
    [
        (population, endpoint)
        for population, endpoints in REFERENCE.items()
        if population != "tests"
        for endpoint in endpoints
    ],
)
def test_a_real_delivery_gives_what_r_gives(real_records, population, endpoint):
    expected = REFERENCE[population][endpoint]
    record = real_records[f"{population}__{endpoint}", "all"]
    for name in ("n", "n_event", "n_competing", "last_day"):
        assert record[name] == expected.get(name, 0)
    if "median_days" in expected:
        median = record["median"]["days"]
        assert (median["estimate"], median["ci_low"], median["ci_high"]) == (
            expected["median_days"],
            expected["median_low"],
            expected["median_high"],
        )
    is_incidence = endpoint == "nrm_after_hsct"
    for curve, name, theirs in INCIDENCE_NAMES if is_incidence else SURVIVAL_NAMES:
        ours = [point[name] for point in record[curve]]
        assert [value is None for value in ours] == [
            value is None for value in expected[theirs]
        ]
        assert [value or 0 for value in ours] == pytest.approx(
            [value or 0 for value in expected[theirs]], rel=0, abs=1e-9
        )


def test_json_has_null_where_nothing_can_be_estimated(capsys):
    main(["estimate", "--analysis", "mrd_pos__os__by_ph_status", "--format", "json"])
    strata = {
        record["stratum"]: record
        for record in json.loads(capsys.readouterr().out)["estimates"]
    }
    assert strata["ph_neg"]["median"]["days"]["ci_high"] is None
    censored = ["--analysis", "rr_ph_neg__os__censored_at_hsct"]
    main(["estimate", *censored, "--format", "json", "--at-months", "0", "24"])
    record = json.loads(capsys.readouterr().out)["estimates"][0]
    assert record["median"]["days"]["estimate"] is None
    assert [point["estimate"] for point in record["survival"]] == [1, None]
    assert record["caution"].startswith("Censoring at transplant")


def test_the_months_are_the_study_s_unless_others_are_asked_for(
    published, tmp_path, capsys
):
    own = shutil.copyfile(published, tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(own)) as connection:
        connection.execute(
            "update definitions.report_months set at_month = at_month + 6"
        )

    def months(*options):
        main(["estimate", "--analysis", "rr_ph_neg__os", "--format", "json", *options])
        record = json.loads(capsys.readouterr().out)["estimates"][0]
        return [point["month"] for point in record["survival"]]

    assert months() == [6, 12, 18, 24]
    assert months("--warehouse", str(own)) == [12, 18, 24, 30]
    assert months("--warehouse", str(own), "--at-months", "1") == [1]


def test_csv_has_one_line_per_estimate(capsys):
    main(["estimate", "--analysis", "mrd_pos__nrm_after_hsct", "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    at_12 = {row["statistic"]: row for row in rows if row["at_month"] == "12"}
    assert set(at_12) == {"survival", "cumulative_incidence", "competing_incidence"}
    assert sum(float(row["estimate"]) for row in at_12.values()) == pytest.approx(1)
    assert at_12["survival"]["n_competing"] == "30"
    assert "Aalen-Johansen" in at_12["cumulative_incidence"]["estimator"]


def test_table_prints_percent_and_the_caution(capsys):
    assert main(["estimate", "--analysis", "mrd_pos__os__by_mrd"]) == 0
    printed = capsys.readouterr().out
    assert "Caution: Grouped by a response known only after" in printed
    assert "38.3 (18.3 to NE)" in printed
    assert "mrd_pos__os__by_mrd_response__landmark_84" in printed


def test_an_analysis_without_patients_says_so(capsys):
    assert main(["estimate", "--analysis", "rr_ph_pos__os"]) == 0
    assert "rr_ph_pos__os\n  no patients to analyse" in capsys.readouterr().out


def test_an_unknown_analysis_suggests_the_nearest(capsys):
    assert main(["estimate", "--analysis", "rr_ph_ng__os"]) == 2
    error = capsys.readouterr().err
    assert "no analysis rr_ph_ng__os: did you mean rr_ph_neg__os" in error
    assert main(["verify", "--analysis", "zzz"]) == 2
    assert "without --analysis lists them all" in capsys.readouterr().err


def test_a_missing_warehouse_names_the_remedy(tmp_path, capsys):
    missing = str(tmp_path / "none.duckdb")
    for command in ("estimate", "verify", "report"):
        assert main([command, "--warehouse", missing]) == 2
        assert "run `make` or `dbt build`" in capsys.readouterr().err


def test_a_file_that_is_no_warehouse_names_the_remedy(tmp_path, capsys):
    text = tmp_path / "notes.duckdb"
    text.write_text("not a database, but long enough to be looked at " * 200)
    assert main(["estimate", "--warehouse", str(text)]) == 2
    assert "cannot be opened" in capsys.readouterr().err
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    assert main(["estimate", "--warehouse", str(empty)]) == 2
    assert "has no mart survival_analyses" in capsys.readouterr().err


def test_a_wrong_risk_set_is_refused_not_estimated(published, tmp_path, capsys):
    path = tmp_path / "wrong.duckdb"
    shutil.copy(published, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update marts.survival_event_table set n_at_risk = 9")
    assert main(["estimate", "--warehouse", str(path)]) == 1
    error = capsys.readouterr().err
    assert "the risk set is wrong after day" in error
    assert "survival verify" in error


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["estimat"],
        ["estimate", "--format", "xml"],
        ["estimate", "--at-months", "soon"],
        ["estimate", "--at-months", "-6"],
        ["verify", "--tolerance", "none"],
    ],
)
def test_slips_of_the_user_exit_with_2_and_no_traceback(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_warehouse_is_the_one_of_the_environment_by_default(published):
    with Warehouse() as warehouse:
        assert warehouse.path == published
        curve = kaplan_meier(warehouse.counts("rr_ph_neg__os"))
        assert curve.median.days == REFERENCE["rr_ph_neg"]["os"]["median_days"]
        with pytest.raises(duckdb.Error):
            warehouse._connection.execute("drop table marts.cohort")


def test_help_does_not_wait_for_the_heavy_libraries():
    code = (
        "import sys\nfrom survival.cli import main\n"
        "try:\n    main(['estimate', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'lifelines', 'pandas', 'duckdb', 'scipy', 'matplotlib'}\n"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "survival estimate --analysis all__os" in result.stdout


def test_importing_the_package_brings_numpy_alone():
    code = (
        "import sys\nbefore = set(sys.modules)\nimport survival\n"
        "for name in survival.__all__:\n    getattr(survival, name)\n"
        "brought = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(brought - set(sys.stdlib_module_names)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["numpy", "survival"]


def test_a_reader_that_leaves_early_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "survival.cli", "estimate", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait()


def test_the_same_marts_print_the_same_bytes():
    first, second = (run("estimate", "--format", "json") for _ in range(2))
    assert first.returncode == 0
    assert first.stdout == second.stdout
