"""Every figure of the page, read back from its SVG and compared with the marts."""

import itertools
import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from fractions import Fraction
from math import nan

import duckdb
import pytest
from survival.cli import main
from survival.groups import Day, Value
from survival.labels import typeset
from survival.report.curves import band_path, between_path, line_path, readings

UNIT = 1e-6
COLUMNS = ("survival", "cumulative_incidence", "competing_incidence")


@pytest.fixture(scope="module", params=["example", "bmt", "edges"])
def published(request, tmp_path_factory):
    """Figures of a delivery's report by analysis, and its marts."""
    path = request.getfixturevalue(request.param).warehouse
    folder = tmp_path_factory.mktemp("figures")
    assert main(["report", "--warehouse", str(path), "--output", str(folder)]) == 0
    text = (folder / "index.html").read_text(encoding="utf-8")
    drawings = {}
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        element = ElementTree.fromstring(svg.replace(' xmlns="', ' data-xmlns="', 1))
        drawings[element.get("data-name")] = element
    with duckdb.connect(str(path), read_only=True) as connection:
        yield drawings, Marts(connection)


class Marts:
    """The marts that figures are compared with, by analysis and stratum."""

    def __init__(self, connection):
        self.connection = connection
        self.curves = self._by_group(
            "select analysis_id, stratum, time_days, survival, survival_ci_low, "
            "survival_ci_high, cumulative_incidence, cumulative_incidence_ci_low, "
            "cumulative_incidence_ci_high, competing_incidence, "
            "competing_incidence_ci_low, competing_incidence_ci_high, n_at_risk "
            "from marts.survival_curves order by time_days"
        )
        self.counts = self._by_group(
            "select analysis_id, stratum, time_days, n_event, n_competing, n_censored "
            "from marts.survival_event_table order by time_days"
        )
        self.medians = self._by_group(
            "select analysis_id, stratum, estimate from marts.survival_summary "
            "where statistic = 'median_days'"
        )
        self.labels = dict(
            connection.execute(
                "select (analyses.analysis_id, strata.level), strata.label "
                "from marts.survival_analyses as analyses "
                "inner join definitions.strata as strata "
                "on analyses.stratum_variable = strata.stratum_variable"
            ).fetchall()
        )
        self.days_per_month = Fraction(
            connection.execute(
                "select value from marts.study_parameters "
                "where parameter = 'days_per_month'"
            ).fetchone()[0]
        )

    def _by_group(self, query):
        groups = defaultdict(list)
        for analysis_id, stratum, *row in self.connection.execute(query).fetchall():
            groups[analysis_id, stratum].append(row)
        return groups

    def label(self, analysis_id, stratum):
        return typeset(self.labels.get((analysis_id, stratum), "All"))


def elements(svg, kind):
    return [
        element
        for element in svg.iter()
        if kind in (element.get("class") or "").split()
    ]


def vertices(path):
    """Corners of a path of M, H and V."""
    x = y = 0
    corners = []
    for command, numbers in re.findall(r"([MHVZ])([^MHVZ]*)", path):
        values = [float(number) for number in numbers.split()]
        if command == "M":
            x, y = values
        elif command == "H":
            x = values[0]
        elif command == "V":
            y = values[0]
        corners.append((x, y))
    return corners


def height_at(corners, day):
    """The last corner at or before a day: the value from that day on."""
    return [y for x, y in corners if x <= day][-1]


def analyses_of(drawings, marts):
    known = {analysis_id for analysis_id, _ in marts.curves}
    return {name: svg for name, svg in drawings.items() if name in known}


def test_every_analysis_with_patients_is_drawn_once(published):
    drawings, marts = published
    known = {analysis_id for analysis_id, _ in marts.curves}
    assert known and known <= set(drawings)


def test_curves_and_limits_are_those_of_the_mart(published):
    drawings, marts = published
    n_compared = 0
    for name, svg in analyses_of(drawings, marts).items():
        for curve in elements(svg, "curve"):
            lines = elements(curve, "line")
            if not lines:
                continue
            place = 1 + 3 * COLUMNS.index(curve.get("data-curve"))
            corners = vertices(lines[0].get("d"))
            band = elements(curve, "band")[0].get("d")
            rows = marts.curves[name, curve.get("data-stratum")]
            assert corners[-1][0] == rows[-1][0]
            for day, *values in rows:
                estimate = values[place - 1]
                assert height_at(corners, day) == pytest.approx(
                    estimate / UNIT, abs=0.5
                )
                n_compared += 1
            assert_band(
                band, [(row[0], row[place + 1], row[place + 2]) for row in rows]
            )
    assert n_compared > 300


def assert_band(path, rows):
    """Within each interval the outline crosses the limits of the mart, and no other."""
    corners = [vertices(piece) for piece in path.split("Z") if piece]
    edges = [
        (min(x1, x2), max(x1, x2), y1)
        for piece in corners
        for (x1, y1), (x2, y2) in itertools.pairwise(piece)
        if y1 == y2 and x1 != x2
    ]
    for (day, low, high), (until, *_) in itertools.pairwise(rows):
        middle = (day + until) / 2
        crossed = sorted(y for start, end, y in edges if start < middle < end)
        expected = [] if low is None or high is None else [low / UNIT, high / UNIT]
        assert crossed == pytest.approx(expected, abs=0.5)


def test_stacked_incidences_reach_1_minus_survival(published):
    drawings, marts = published
    for name, svg in analyses_of(drawings, marts).items():
        stacks = [curve for curve in elements(svg, "curve") if elements(curve, "stack")]
        if not stacks:
            continue
        assert name.endswith("__nrm_after_hsct")
        assert [curve.get("data-curve") for curve in stacks] == list(COLUMNS[1:])
        lower, upper = (
            vertices(elements(curve, "stack")[0].get("d")) for curve in stacks
        )
        rows = marts.curves[name, "all"]
        last = rows[-1][0]
        for day, *values in rows:
            forth = upper[: upper.index((last, upper_end(upper, last))) + 1]
            assert height_at(forth, day) == pytest.approx((1 - values[0]) / UNIT, abs=1)
            forth = lower[: lower.index((last, upper_end(lower, last))) + 1]
            assert height_at(forth, day) == pytest.approx(values[3] / UNIT, abs=1)


def upper_end(corners, last):
    """Height of the upper edge at its end: the highest corner on the last day."""
    return max(y for x, y in corners if x == last)


def test_censorings_are_ticks_on_their_days(published):
    drawings, marts = published
    for name, svg in analyses_of(drawings, marts).items():
        for curve in elements(svg, "curve"):
            if not elements(curve, "censored"):
                continue
            path = elements(curve, "censored")[0].get("d")
            rows = marts.counts[name, curve.get("data-stratum")]
            days = [int(day) for day in re.findall(r"M(\d+) ", path)]
            assert days == [day for day, _, _, n_censored in rows if n_censored]


def test_medians_stand_on_their_days(published):
    drawings, marts = published
    n_medians = 0
    for name, svg in analyses_of(drawings, marts).items():
        drawn = {m.get("data-stratum"): m for m in elements(svg, "median")}
        for curve in elements(svg, "curve"):
            if curve.get("data-curve") != "survival":
                continue
            ((median,),) = marts.medians[name, curve.get("data-stratum")]
            found = drawn.get(curve.get("data-stratum"))
            assert (found is None) == (median is None)
            if found is not None:
                assert float(found.get("data-days")) == median
                n_medians += 1
    assert n_medians


def test_a_legend_names_the_curve_of_its_colour(published):
    drawings, marts = published
    for name, svg in analyses_of(drawings, marts).items():
        keys = ("data-stratum", "data-curve", "class")
        colours = [
            tuple(part.get(key).split()[-1] for key in keys)
            for kind in ("curve", "legend")
            for part in elements(svg, kind)
        ]
        half = len(colours) // 2
        assert colours[:half] == colours[half:]
        for legend in elements(svg, "legend"):
            stratum = legend.get("data-stratum")
            words = "".join(legend.itertext()).strip()
            counts = marts.counts[name, stratum]
            if stratum != "all":
                assert words.startswith(f"{marts.label(name, stratum)}, ")
            is_alone = "__time_to_hsct" not in name
            if legend.get("data-curve") == "survival" and is_alone:
                n, events = re.search(r"N (\d+), events (\d+)", words).groups()
                assert int(n) == sum(sum(row[1:]) for row in counts)
                assert int(events) == sum(row[1] for row in counts)


def test_the_risk_table_stands_under_its_ticks_and_sums_to_n(published):
    drawings, marts = published
    n_cells = 0
    for name, svg in analyses_of(drawings, marts).items():
        area = elements(svg, "read-off")[0]
        left, across = (float(area.get(f"data-{key}")) for key in ("left", "across"))
        ticks = [
            (float(tick.get("x")), int(tick.text)) for tick in elements(svg, "month")
        ]
        for x, month in ticks:
            days = float(month * marts.days_per_month)
            assert x == pytest.approx(left + days * across, abs=0.01)
        strata = list(
            dict.fromkeys(c.get("data-stratum") for c in elements(svg, "curve"))
        )
        headings = ["".join(h.itertext()) for h in elements(svg, "stratum")]
        assert headings == (
            [marts.label(name, stratum) for stratum in strata]
            if strata != ["all"]
            else []
        )
        rows = [
            [(float(cell.get("x")), int(cell.text)) for cell in row]
            for row in elements(svg, "risk")
        ]
        n_rows = len(rows) // len(strata)
        for place, stratum in enumerate(strata):
            counts = marts.counts[name, stratum]
            block = rows[place * n_rows : (place + 1) * n_rows]
            if len(block) == 3 and any(row[2] for row in counts):
                pytest.fail("competing events are not in the risk table")
            for column, (x, month) in enumerate(ticks):
                day = month * marts.days_per_month
                gone = [row for row in counts if row[0] < day]
                left_by = [sum(row[kind] for row in gone) for kind in (1, 2, 3)]
                n = sum(sum(row[1:]) for row in counts)
                expected = [n - sum(left_by), *left_by]
                if len(block) == 3:
                    del expected[2]
                assert [row[column][1] for row in block] == expected
                assert {row[column][0] for row in block} == {x}
                assert sum(expected) == n
                n_cells += len(expected)
    assert n_cells > 100


def test_what_is_read_off_is_what_the_mart_holds(published):
    drawings, marts = published
    for name, svg in analyses_of(drawings, marts).items():
        for curve in elements(svg, "curve"):
            place = 1 + 3 * COLUMNS.index(curve.get("data-curve"))
            rows = marts.curves[name, curve.get("data-stratum")]
            known = []
            entries = curve.get("data-at").split(";")
            assert len(entries) == len(rows)
            for entry, row in zip(entries, rows, strict=True):
                day, rest = entry.split(":")
                n, *values = rest.split(",")
                known = values or known
                assert (int(day), int(n)) == (row[0], row[-1])
                limits = row[place : place + 3]
                expected = [f"{100 * v:.1f}" for v in limits if v is not None]
                assert [f"{int(value) / 10:.1f}" for value in known] == expected


def test_responses_are_bars_of_their_counts(published):
    drawings, marts = published
    for name, subset in (
        ("figure_1a", "all"),
        ("figure_1b", "all"),
        ("figure_1b_mrd", "responder"),
    ):
        svg = drawings.get(name)
        if svg is None:
            continue
        shares = [
            (share.get("data-measure"), int(share.get("data-n")))
            for share in elements(svg, "share")
            if share.get("data-measure")
        ]
        measures = {measure for measure, _ in shares}
        totals = dict(
            marts.connection.execute(
                "select measure, sum(numerator) from marts.response_summary "
                "where subset = ? and response_window = 'two_cycles' "
                f"and population in {populations(name)} and measure in "
                f"{tuple(sorted(measures))} group by measure",
                [subset],
            ).fetchall()
        )
        drawn = defaultdict(int)
        for measure, count in shares:
            drawn[measure] += count
        for measure, count in drawn.items():
            assert count == totals[measure]


def populations(name):
    if name == "figure_1a":
        return ("mrd_pos", "mrd_pos_ph_neg", "mrd_pos_ph_pos")
    return ("rr_ph_neg", "rr_ph_pos")


def test_panels_show_the_estimate_of_their_group(published):
    drawings, marts = published
    n_marks = 0
    for name, svg in drawings.items():
        if not name.startswith("supplementary"):
            continue
        for mark in elements(svg, "mark"):
            analysis_id, stratum = mark.get("data-key").split("/")
            (estimate,) = marts.connection.execute(
                "select estimate from marts.survival_summary where analysis_id = ? "
                "and stratum = ? and statistic = 'survival_percent' and at_month = 24",
                [analysis_id, stratum],
            ).fetchone()
            is_landmark = "__landmark" in analysis_id
            assert bool(elements(mark, "hollow")) == is_landmark
            point = elements(mark, "point")
            if point:
                assert float(point[0].get("cx")) == pytest.approx(
                    190 + 2.3 * estimate, abs=0.01
                )
            n_marks += 1
    (n_estimable,) = marts.connection.execute(
        "select count(estimate) from marts.survival_summary as summary "
        "inner join marts.survival_analyses as analyses "
        "on summary.analysis_id = analyses.analysis_id "
        "where statistic = 'survival_percent' and at_month = 24 "
        "and stratum_variable is not null and censoring_rule = 'standard' "
        "and analyses.population not in ('all', 'rr')"
    ).fetchone()
    assert n_marks == n_estimable


def day(time, n_at_risk, estimate, low=nan, high=nan, n_censored=0):
    value = Value(estimate, low, high)
    return Day(time, n_at_risk, 1, 0, n_censored, {"survival": value})


def test_paths_worked_by_hand():
    days = [day(0, 4, 1.0), day(3, 4, 0.75, 0.5, 0.9), day(9, 3, 0.0)]
    values = [(d.time_days, d.curves["survival"]) for d in days]
    assert line_path(values) == "M0 1000000H3V750000H9V0"
    assert band_path(values) == "M3 900000H9V500000H3Z"
    assert readings(days, "survival") == "0:4,1000;3:4,750,500,900;9:3,0"
    zero = [(0, 0.0), (3, 0.0), (9, 0.0)]
    steps = [(0, 0.0), (3, 0.25), (9, 0.5)]
    assert between_path(zero, steps) == "M0 0H3V250000H9V500000H9V0H9V0H3V0H0Z"


def test_what_is_read_off_is_rounded_half_to_even():
    assert readings([day(0, 32, 18 / 32)], "survival") == "0:32,562"
