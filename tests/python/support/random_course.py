"""One random patient's true course, and what a site might send of it."""

import random
from datetime import date, timedelta

from oracle.contract import TABLES

STUDY_END = date(2017, 12, 31)
INDEX_DATES = [date(2016, 3, 10), date(2016, 12, 20), date(2017, 6, 30)]
RARE_INDEX_DATES = [date(2013, 12, 31), date(2014, 1, 1), date(2017, 7, 1)]
BEFORE = [-400, -200, -60, -31, -10, -8, -7, -1, 0, 0]
AFTER = [1, 2, 7, 8, 14, 21, 28, 35, 41, 42, 43, 50, 60, 77, 83, 84, 85, 91, 150, 300]


def cell(value) -> str:
    """A value as the text of a CSV cell; None is empty."""
    if value is None:
        return ""
    return (
        f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value}"
    )


class Course:
    """A patient's true course, as the rows that a site might send of it."""

    def __init__(self, rng: random.Random, patient_id: str, cutoff: date):
        self.rng, self.patient_id, self.cutoff = rng, patient_id, cutoff
        self.index = rng.choice(RARE_INDEX_DATES if self.happens(0.1) else INDEX_DATES)
        # Few distinct days per patient, so that things meet on one day.
        offsets = [*rng.sample(AFTER, rng.randint(3, 8)), 1]
        days = {self.index + timedelta(days=n + d) for n in offsets for d in (0, 0, 1)}
        days |= {rng.choice([cutoff, STUDY_END]) + timedelta(days=rng.randint(-1, 1))}
        self.grid = sorted(day for day in days if day > self.index)
        self.is_dead = self.happens(0.5)
        self.last_day = rng.choice([self.index, *self.grid, *self.grid[-3:] * 3])
        self.is_rr = self.happens(0.5)

    def happens(self, probability: float) -> bool:
        return self.rng.random() < probability

    def after(self) -> date:
        """A day from the index date on, never after a death."""
        is_late = not self.is_dead and self.happens(0.05)
        days = [day for day in self.grid if is_late or day <= self.last_day]
        # The last day itself more often than others: follow-up ends on it.
        return self.rng.choice([*days, self.last_day])

    def before(self) -> date:
        """A day by the index date."""
        return self.index + timedelta(days=self.rng.choice(BEFORE))

    def near(self, day: date, spread: list[int]) -> date:
        moved = day + timedelta(days=self.rng.choice(spread))
        return min(moved, self.last_day) if self.is_dead else moved

    def partial(self, day: date, *, is_missing: float = 0.05) -> str | None:
        """The day, its month, its year or nothing."""
        if self.happens(is_missing):
            return None
        kind = self.rng.choices(["day", "month", "year"], [70, 22, 8])[0]
        return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[kind]]

    def tables(self) -> dict[str, list[dict]]:
        """The rows of every table, with unique keys, in a shuffled order."""
        made = {table: list(getattr(self, f"_{table}")()) for table in TABLES}
        for table, rows in made.items():
            keys = [column.name for column in TABLES[table] if column.is_key]
            unique = {}
            for row in rows:
                row["patient_id"] = self.patient_id
                unique.setdefault(tuple(cell(row[key]) for key in keys), row)
            made[table] = list(unique.values())
            self.rng.shuffle(made[table])
        return made

    def _patients(self):
        years = 18 if self.happens(0.1) else self.rng.randint(19, 70)
        born = self.index.replace(year=self.index.year - years)
        born += timedelta(days=self.rng.randint(-1, 1))
        yield {
            "site_id": f"S{self.rng.randint(1, 3):02d}",
            "country": self.often("FR", "IT", "RU", "ES", "GB", rarely="DE"),
            "sex": self.rng.choice(["female", "male", "unknown"]),
            "birth_date": self.partial(born, is_missing=0.02),
            "consent": self.often("given", "waived", rarely="refused,unknown"),
            "record_available": self.often("yes", rarely="no"),
        }

    def often(self, *usual: str, rarely: str) -> str:
        is_rare = self.happens(0.03)
        return self.rng.choice(rarely.split(",") if is_rare else usual)

    def _diagnoses(self):
        if self.happens(0.98):
            yield {
                "diagnosis": self.often("b_all", rarely="t_all,mpal,other,"),
                "diagnosis_date": self.partial(self.index - timedelta(days=900)),
            }

    def _genetic_findings(self):
        methods = ["karyotype", "fish", "pcr", "other"]
        results = ["positive", "negative", "negative", "negative", "unknown"]
        if self.happens(0.97):
            yield self._test("bcr_abl1", "fish", self.rng.choice(results[:4]), -200)
        for _ in range(self.rng.randint(0, 2)):
            marker = self.rng.choice(["bcr_abl1", "bcr_abl1", "kmt2a", "t315i"])
            result, method = self.rng.choice(results), self.rng.choice(methods)
            yield self._test(marker, method, result, None)

    def _test(self, marker: str, method: str, result: str, offset: int | None):
        day = self.after() if self.happens(0.4) else self.before()
        if offset is not None:
            day = self.index + timedelta(days=offset)
        return {
            "marker": marker,
            "method": method,
            "result": result,
            "test_date": self.partial(day),
        }

    def _therapy_lines(self):
        responses = ["cr", "crh", "cri", "pr", "refractory", "unknown", None]
        day = self.index - timedelta(days=self.rng.choice([800, 450]))
        for number in range(self.rng.randint(1, 4)):
            if number:
                later = self.after() if self.happens(0.35) else self.before()
                day = max(day, later)
            end = self.near(day, [0, 5, 30]) if self.happens(0.5) else None
            yield {
                "line_number": number,
                "line_type": "salvage" if number else "frontline",
                "start_date": self.partial(day, is_missing=0.1),
                "end_date": end and self.partial(end),
                "best_response": self.rng.choice(responses),
                "response_date": end and self.partial(end)
                if self.happens(0.3)
                else None,
            }

    def _disease_status(self):
        statuses = ["relapsed", "refractory"]
        group = "relapsed_refractory"
        if not self.is_rr:
            statuses, group = ["persistent_mrd", "mrd_relapse"], "mrd_positive"
        if self.happens(0.98):
            yield {
                "status_date": self.index,
                "disease_group": None if self.happens(0.02) else group,
                "disease_status": None
                if self.happens(0.03)
                else self.rng.choice(statuses),
            }

    def _treatment_cycles(self):
        drug, program = "blinatumomab", "expanded_access"
        if self.happens(0.03):
            program = self.rng.choice(["commercial", "clinical_trial"])
        starts = [self.index]
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            starts.append(max(starts[-1], self.after()))
        for number, start in enumerate(starts, start=1):
            yield self._cycle(drug, number, program, start)
        if self.happens(0.1):
            yield self._cycle(drug, 9, "commercial", self.before())
        if self.happens(0.1):
            yield self._cycle("inotuzumab", 1, program, self.after())

    def _cycle(self, drug: str, number: int, program: str, start: date):
        return {
            "drug": drug,
            "cycle_number": number,
            "access_program": program,
            "start_date": start,
            "end_date": max(start, self.near(start, [0, 10, 28, 60]))
            if self.happens(0.8)
            else None,
        }

    def _marrow_assessments(self):
        self.marrows = [self.after() for _ in range(self.rng.randint(0, 6))]
        baseline = [60, 50, 49.9, 8, 5, 2, None] if self.is_rr else [2, 5, 0, 6, None]
        for _ in range(self.rng.choice([0, 1, 1, 2])):
            yield {
                "assessment_date": self.before(),
                "blast_percent": self.rng.choice(baseline),
            }
        for day in self.marrows:
            blasts = self.rng.choice([None, 0, 1, 2, 3, 4.9, 5, 5, 5.1, 60])
            yield {"assessment_date": day, "blast_percent": blasts}

    def _blood_counts(self):
        platelets = [None, 40, 50, 50.1, 100, 100.1, 150, 150, 200, 200]
        neutrophils = [None, 0.4, 0.5, 0.6, 1, 1.1, 2, 2, 3, 3]
        for day in self.marrows:
            for _ in range(self.rng.choice([0, 1, 1, 2])):
                yield {
                    "sample_date": self.near(day, [-8, -7, -3, 0, 0, 0, 3, 7, 8]),
                    "platelets_giga_per_l": self.rng.choice(platelets),
                    "neutrophils_giga_per_l": self.rng.choice(neutrophils),
                }

    def _extramedullary_assessments(self):
        sites = ["cns", "testis", "other", "any", "any"]
        for _ in range(self.rng.choice([0, 0, 1, 2, 3])):
            day = self.before() if self.happens(0.5) else self.after()
            if self.marrows and self.happens(0.3):
                day = self.near(self.rng.choice(self.marrows), [-1, 0, 6, 7, 8])
            for _ in range(self.rng.choice([1, 1, 2])):
                yield {
                    "assessment_date": day,
                    "site": self.rng.choice(sites),
                    "involvement": self.rng.choice(["yes", "no", "no", "unknown"]),
                }

    def _mrd_assessments(self):
        results = ["undetectable", "below_quantifiable", "quantifiable"]
        days = [self.after() for _ in range(self.rng.randint(0, 4))]
        days += [
            self.near(day, [-8, -7, -6, -1, 0, 0, 1])
            for day in self.marrows
            if self.happens(0.5)
        ]
        days += [self.before()] if self.happens(0.5) else []
        for day in days:
            result = self.often(*results, rarely="not_evaluable")
            levels = [0.00005, 0.0001, 0.0001, 0.02, None]
            yield {
                "sample_date": day,
                "technique": self.rng.choice(["flow_cytometry", "pcr"]),
                "sensitivity": self.rng.choice([0.0001, 0.0001, 0.00001, 0.001, None]),
                "result": result,
                "mrd_level": self.rng.choice(levels)
                if result == "quantifiable"
                else None,
            }

    def _relapses(self):
        types = ["haematological", "haematological", "extramedullary", "molecular"]
        for _ in range(self.rng.choice([0, 0, 0, 1, 1, 2])):
            day = self.after() if self.happens(0.9) else self.before()
            yield {
                "relapse_type": self.rng.choice(types),
                "relapse_date": self.partial(day, is_missing=0.1),
            }

    def _transplants(self):
        donors = ["related", "unrelated", "haploidentical", "cord_blood", None]
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            day = self.after() if self.happens(0.75) else self.before()
            kind = "autologous" if self.happens(0.12) else "allogeneic"
            yield {
                "transplant_type": kind,
                "donor_type": None if kind == "autologous" else self.rng.choice(donors),
                "transplant_date": self.partial(day),
            }

    def _lymphocyte_infusions(self):
        for _ in range(self.rng.choice([0, 0, 0, 1, 2])):
            day = self.after() if self.happens(0.7) else self.before()
            yield {"infusion_date": self.partial(day)}

    def _medications(self):
        classes = ["cytotoxic", "tyrosine_kinase_inhibitor", "conditioning", "steroid"]
        classes += ["intrathecal", "other", "cytotoxic", "tyrosine_kinase_inhibitor"]
        for number in range(self.rng.choice([0, 0, 1, 2])):
            drug_class = self.rng.choice(classes)
            start = self.after() if self.happens(0.7) else self.before()
            end = self.near(start, [0, 5, 30]) if self.happens(0.5) else None
            yield {
                "drug": f"{drug_class}_{number}",
                "drug_class": drug_class,
                "start_date": self.partial(start, is_missing=0.1),
                "end_date": end and self.partial(end),
            }

    def _follow_up(self):
        if self.happens(0.03):
            return
        causes = ["relapse", "transplant_related", "infection", "unknown", None]
        last_seen = self.last_day if self.happens(0.7) else self.after()
        row = {
            "last_contact_date": last_seen,
            "vital_status": "dead"
            if self.is_dead
            else self.often("alive", rarely="lost"),
        }
        if self.is_dead:
            row["last_contact_date"] = min(last_seen, self.last_day)
            row["death_date"] = self.partial(self.last_day, is_missing=0.1)
            row["death_cause"] = self.rng.choice(causes)
        if self.happens(0.15):
            day = self.before() if self.happens(0.1) else self.after()
            row["trial_entry_date"] = self.partial(day)
        yield row
