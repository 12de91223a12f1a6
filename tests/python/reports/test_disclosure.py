"""Small numbers: what an attacker gets from a report, and what from a masked one."""

import csv
import itertools
import re
from dataclasses import replace

import duckdb
import pytest
from attack import attack, reconstructed, turned
from survival import Warehouse
from survival.cli import main
from survival.disclosure.bounds import known_small, tightened
from survival.disclosure.counts import below, rounded, window
from survival.disclosure.masking import largest_shift, masked
from survival.disclosure.rounded_curves import rounded_group
from survival.formatting import Masked
from survival.groups import Day, Group, Value
from survival.read_study import read_study
from survival.report.curves import line_path

SMALLEST = 5
NONE = Value()


def write(build, folder, *options):
    arguments = ["--warehouse", str(build.warehouse), "--output", str(folder)]
    assert main(["report", *arguments, *options]) == 0
    return folder


@pytest.fixture(scope="module", params=["example", "bmt", "edges"])
def released(request, tmp_path_factory):
    """A delivery's build and its masked report."""
    build = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp("released")
    return build, write(build, folder, "--minimum-cell", str(SMALLEST))


@pytest.mark.parametrize("n", [10, 8, 5, 4])
def test_one_event_gives_the_number_at_risk_back(n):
    path = f"M0 1000000H7V{round(1e6 * (1 - 1 / n))}"
    assert list(reconstructed(path, n=n)) == [(7, 1)]


def test_the_attacker_recovers_small_counts_from_a_report_that_is_not_masked(
    example, tmp_path
):
    claims = attack(write(example, tmp_path), smallest=SMALLEST)
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        counts = {
            (f"{analysis_id}/{stratum}", day): (n_event, n_event + n_censored)
            for analysis_id, stratum, day, n_event, n_censored in connection.execute(
                "select analysis_id, stratum, time_days, n_event, n_censored "
                "from marts.survival_event_table where n_competing = 0"
            ).fetchall()
        }
    dated = [claim for claim in claims if (claim.where, claim.day) in counts]
    right = [c for c in dated if c.count in counts[c.where, c.day]]
    assert len(dated) > 3000
    assert len(right) / len(dated) > 0.95
    assert any(claim.where.startswith("table_1: ") for claim in claims)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "not for release" in text


def test_the_attacker_recovers_nothing_from_a_masked_report(released):
    _, folder = released
    assert attack(folder, smallest=SMALLEST) == []
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "every count is rounded to a multiple of 5" in text
    assert "not for release" not in text
    assert "data-q" not in text.replace("[data-q]", "").replace("dataset.q", "")


def test_the_attacker_narrows_rounded_counts_that_must_add_up(tmp_path):
    (tmp_path / "tables").mkdir()
    page = "<p>every count is rounded to a multiple of 5</p>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    path = tmp_path / "tables" / "attrition.csv"
    start = "block,Step,In,Left,Of these unknown,Out\n"
    # 253 to 257 go in and 248 to 252 stay, so that 1 to 4 left, not 0 to 4.
    path.write_text(f"{start},1. adult,255,< 5,< 5,250\n", encoding="utf-8")
    assert [c.where for c in attack(tmp_path, smallest=5)] == ["attrition: 1. adult"]
    masked_row = f"{start},1. adult,255,masked,masked,masked\n"
    path.write_text(masked_row, encoding="utf-8")
    assert attack(tmp_path, smallest=5) == []


def test_stacked_incidences_give_their_counts_back():
    path = turned("M0 0H7V250000H9V625000H12V0H9V0H7V0H0Z")
    assert list(reconstructed(path, n=4)) == [(7, 1), (9, 1)]
    assert next(iter(reconstructed(path, n=8))) == (7, 2)


def test_every_count_of_a_masked_figure_is_a_multiple(released):
    _, folder = released
    text = (folder / "index.html").read_text(encoding="utf-8")
    counts = [
        *re.findall(
            r"(?:^|[\";])\d+:(\d+)", " ".join(re.findall(r'data-at="[^>]*', text))
        ),
        *re.findall(r"\bN (\d+)\b", text),
        *re.findall(r"events (\d+),", text),
        *re.findall(r' data-n="(\d+)"', text),
        *re.findall(r">(\d+)</tspan>", " ".join(re.findall(r'small risk">.*', text))),
    ]
    assert len(counts) > 50
    assert {int(count) % SMALLEST for count in counts} == {0}


def test_the_paper_can_still_be_seen_in_the_masked_example(example):
    with Warehouse(example.warehouse) as warehouse:
        study = read_study(warehouse, warehouse.analyses())
    first = study.figured_analyses
    kept = masked(study, smallest=SMALLEST, first=first)
    assert len(first) > 20
    assert len(set(kept.groups) & set(first)) >= len(first) - 10
    pairs = {
        name: landmarks
        for name in kept.groups
        if (landmarks := study.landmarks_of(study.analyses_by_id[name]))
    }
    assert len(pairs) > 5
    assert all(set(landmarks) & set(kept.groups) for landmarks in pairs.values())
    main_ones = {"mrd_pos__os", "mrd_pos__dfs", "rr_ph_neg__os", "rr_ph_neg__rfs"}
    large = replace(kept, groups={name: kept.groups[name] for name in main_ones})
    assert largest_shift(study, large) < 15
    ranges = [row for row in kept.tables["table_one"] if row["statistic"] == "max"]
    assert ranges and {str(row["value"]) for row in ranges} == {"masked"}


def test_counts_are_rounded_to_the_nearest_multiple():
    shown = [str(rounded(n, smallest=5)) for n in range(9)]
    assert shown == ["< 5"] * 5 + ["5"] * 3 + ["10"]
    for smallest in (2, 3, 4, 5, 10):
        for count in range(60):
            low, high = window(rounded(count, smallest=smallest), smallest=smallest)
            assert low <= count <= high
            assert high - low < smallest


def test_a_count_below_the_smallest_is_shown_as_that():
    low, high = window(below(5), smallest=5)
    assert (low, high) == (0, 4)
    assert known_small({"count": (low, high)}, smallest=5) == []


def cells_of(folder):
    """(table, words of the row, text) of each cell of the tables of patients."""
    for path in sorted((folder / "tables").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        for row in rows:
            for text in row[2:]:
                yield path.stem, row[1], text


def test_nothing_masked_is_a_zero_a_whole_or_nobody(released):
    _, folder = released
    cells = list(cells_of(folder))
    below_5 = [text for _, _, text in cells if text.startswith("< 5")]
    assert below_5 and set(below_5) == {"< 5"} | {
        text for text in below_5 if text.startswith("< 5 of ")
    }
    # A median of none, of salvage therapies say, is no count.
    zeros = {
        (table, words, text)
        for table, words, text in cells
        if re.match(r"0(\.0)?($| \(| of )", text) and "to" not in text
        if table != "parameters"
    }
    assert zeros == set()
    assert not [cell for cell in cells if "100.0" in cell[2]]
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "no patients to analyse" not in text and "Nobody is left out" not in text


def test_the_percent_of_a_masked_count_is_not_printed(released):
    """Who knows the denominator has the count from the percent."""
    _, folder = released
    n_masked = 0
    for path in sorted((folder / "tables").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            heads, *rows = csv.reader(file)
        for row in rows:
            for place, text in enumerate(row[2:], start=2):
                if not re.search(r"^(< 5|masked)|< 5$", text):
                    continue
                n_masked += 1
                assert re.fullmatch(r"masked|(\d+|< 5)( of (\d+|< 5))?", text), row
                beside = []
                if heads[place] == "Events":
                    beside = row[place + 1 :]
                elif heads[place].endswith("n of N"):
                    beside = row[place + 1 : place + 2]
                assert set(beside) <= {"", "masked"}, (path.name, row)
    assert n_masked > 50


@pytest.mark.parametrize("name", ["table_one", "response_summary", "outcome_summary"])
def test_the_percent_of_a_masked_count_is_not_there_to_print(example, name):
    with Warehouse(example.warehouse) as warehouse:
        study = read_study(warehouse, warehouse.analyses())
    rows = [
        row
        for row in masked(study, smallest=SMALLEST).tables[name]
        if row.get("statistic") in (None, "percent")
        and Masked in (type(row["numerator"]), type(row["denominator"]))
    ]
    assert len(rows) > 20
    estimates = {"value", "percent", "ci_low", "ci_high"} & rows[0].keys()
    assert estimates
    assert {str(row[estimate]) for row in rows for estimate in estimates} == {"masked"}


def test_a_small_population_is_masked_and_not_nobody(example, tmp_path):
    """Of 7 transplanted patients of R/R Ph+ 1 died without relapse."""
    folder = write(example, tmp_path, "--minimum-cell", "5")
    with (folder / "tables" / "table_2.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[0].startswith("R/R Ph+")]
    assert rows
    for row in rows:
        shown = {text for text in row[2:] if text}
        assert shown <= {"5", "< 5", "masked"}, row
        assert "masked" in shown or "masked" in row[1]


def test_a_masked_curve_starts_where_enough_had_an_event(example):
    with Warehouse(example.warehouse) as warehouse:
        (analysis,) = warehouse.find_analyses(["rr_ph_neg__os__censored_at_hsct"])
        study = read_study(warehouse, [analysis])
    # 4 die before month 3, a fifth before month 6; nobody leaves before month 9.
    found = rounded_group(
        group(analysis, [(9, 4, 0), (99, 1, 0), (300, 0, 45)]), study, 5
    )
    values = [day.curves["survival"] for day in found.days]
    assert values[0].estimate == 1 and not values[1].is_estimable
    assert values[2].estimate == pytest.approx(45 / 50)
    assert found.percent("survival_percent", 6).startswith("90.0 (")
    line = line_path([(day.time_days, day.curves["survival"]) for day in found.days])
    assert line == "M182 900000H274"
    assert [str(found.shown(n)) for n in (0, 5)] == ["< 5", "5"]
    assert found.median() == "> 9 (NE to NE)"


def group(analysis, leaving):
    """A group from (day, events, censored); no estimate is looked at."""
    n = sum(events + censored for _, events, censored in leaving)
    curves = {
        "survival": Value(1.0),
        "cumulative_incidence": NONE,
        "competing_incidence": NONE,
    }
    days = [Day(0, n, 0, 0, 0, curves)]
    for day, events, censored in leaving:
        days.append(Day(day, n, events, 0, censored, curves))
        n -= events + censored
    return Group(analysis, "all", "All", tuple(days), {})


def test_a_masked_curve_depends_on_rounded_counts_alone(example):
    with Warehouse(example.warehouse) as warehouse:
        (analysis,) = warehouse.find_analyses(["rr_ph_neg__os"])
        study = read_study(warehouse, [analysis])
    # 10 or 11 die before month 3, on other days; 20 or 21 are censored before month 6.
    first = group(analysis, [(5, 10, 0), (150, 0, 20), (900, 0, 30)])
    second = group(analysis, [(60, 4, 0), (80, 7, 0), (170, 0, 21), (850, 0, 28)])
    one, two = (
        masked(replace(study, groups={"rr_ph_neg__os": (found,)}), smallest=5)
        for found in (first, second)
    )
    assert one.groups["rr_ph_neg__os"][0].days == two.groups["rr_ph_neg__os"][0].days
    assert one.groups["rr_ph_neg__os"][0].n_event == 10


def test_sums_narrow_roundings_as_far_as_every_combination_allows():
    # Two parts print 5 and their sum prints 15: each is 6 or 7, not 5 to 7.
    windows = {"a": window(5, smallest=5), "b": window(5, smallest=5)}
    windows["whole"] = window(15, smallest=5)
    found = tightened(windows, [("whole", ("a", "b"))])
    possible = [
        (a, b) for a, b in itertools.product(range(5, 8), repeat=2) if 13 <= a + b <= 17
    ]
    assert found["a"] == (min(a for a, _ in possible), max(a for a, _ in possible))
    assert found["whole"] == (13, 14)


def test_a_small_rest_is_found_out():
    windows = {"part": window(95, smallest=5), "whole": window(100, smallest=5)}
    rest = tightened(windows, [("whole", ("part", "rest"))])
    assert rest["rest"] == (1, 9)
    assert known_small(rest, smallest=5) == []
    exact = {"part": (97, 97), "whole": (98, 99)}
    rest = tightened(exact, [("whole", ("part", "rest"))])
    assert known_small(rest, smallest=5) == ["rest"]


def test_a_smallest_count_below_2_is_refused(capsys):
    for text in ("1", "-5", "few"):
        with pytest.raises(SystemExit) as stop:
            main(["report", f"--minimum-cell={text}"])
        assert stop.value.code == 2
    assert "is no smallest count" in capsys.readouterr().err
