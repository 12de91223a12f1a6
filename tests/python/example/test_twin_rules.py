"""Every rule of the protocol has something to decide in the example delivery."""

from __future__ import annotations

import duckdb
import pytest
import yaml
from dbt_builds import PROJECT
from delivery.definitions import terms

# rule -> what must occur, as a query that returns it
OCCURS = {
    "P1: out by drug, date, country, diagnosis, age": """
        select exclusion_step from marts.cohort where exclusion_step <= 5
        group by 1 having count(distinct exclusion_step) = 1""",
    "P2: consent waived, and in": """
        select patient_id from marts.cohort
        join staging.stg_delivery__patients using (patient_id)
        where consent = 'waived' and is_included""",
    "P2: consent refused or unknown, record not available": """
        select patient_id from marts.cohort where exclusion_step in (6, 7)""",
    "P3: diagnosis data missing": """
        select patient_id from marts.cohort where exclusion_step = 8""",
    "P4: cycles of the drug outside the programme": """
        select patient_id from quality.findings
        where rule_id = 'cycle_outside_programme'""",
    "P5: an MRD+ patient with more than 5% blasts": """
        select patient_id from marts.baseline_characteristics
        join marts.cohort using (patient_id)
        where disease_group = 'mrd_positive' and marrow_blast_percent > 5""",
    "P5: BCR-ABL1 found only after the index date": """
        select patient_id from quality.findings
        where rule_id = 'bcr_abl1_positive_later'""",
    "P6: CR1": "select 1 from marts.baseline_characteristics where cr_number = 'cr1'",
    "P6: CR2+": """
        select 1 from marts.baseline_characteristics where cr_number = 'cr2_plus'""",
    "P6: a salvage line placed by its number": """
        select 1 from intermediate.int_salvage_lines where is_placed_by_order""",
    "P6: a salvage line after index": """
        select 1 from intermediate.int_salvage_lines where is_after_index""",
    "P7: unknown does not qualify": """
        select 1 from marts.cohort_attrition where n_unknown > 0""",
    "P8: CR": "select 1 from marts.responses where best_remission = 'cr'",
    "P8: CRh": "select 1 from marts.responses where best_remission = 'crh'",
    "P8: CRi": "select 1 from marts.responses where best_remission = 'cri'",
    "P8: a bound that failed": """
        select 1 from intermediate.int_remission_assessments
        where first_unmet_bound is not null
        """,
    "P8a: a remission that begins after index in MRD+": """
        select 1 from intermediate.int_remission_spells
        join marts.cohort using (patient_id)
        where disease_group = 'mrd_positive' and first_date > index_date
        and remission_number = 1""",
    "P8a: a second remission": """
        select 1 from intermediate.int_remission_spells where remission_number = 2""",
    "P9: a response in the second cycle, none in the first": """
        select 1 from marts.responses one join marts.responses two using (patient_id)
        where one.response_window = 'cycle_1' and two.response_window = 'two_cycles'
        and one.remission_date is null and two.remission_date is not null""",
    "P10: complete MRD response": """
        select 1 from marts.responses where mrd_response = 'complete_mrd_response'""",
    "P10: MRD response": """
        select 1 from marts.responses where mrd_response = 'mrd_response'""",
    "P10: an assay not sensitive enough": """
        select 1 from intermediate.int_mrd_assessments
        where inadequate_reason is not null""",
    "P10: a response lost again": """
        select 1 from marts.responses where mrd_response_lost_date is not null""",
    "P11: a remission without an adequate sample": """
        select 1 from marts.responses where response_window = 'two_cycles'
        and remission_date is not null and not is_mrd_evaluable""",
    "P12: a first MRD response after the window": """
        select 1 from intermediate.int_mrd_assessments sample
        join marts.responses using (patient_id)
        where response_window = 'two_cycles' and mrd_response_date is null
        and sample.is_response and sample.is_in_remission and day_number > 84""",
    "P13: extramedullary disease at index": """
        select 1 from marts.baseline_characteristics where extramedullary_status = 'yes'
        """,
    "P13: donor lymphocytes": """
        select 1 from marts.baseline_characteristics where has_dli""",
    "P14: ended by entry into a trial": """
        select 1 from marts.cohort where follow_up_end_reason = 'trial_entry'""",
    "P14: ended by the last contact": """
        select 1 from marts.cohort where follow_up_end_reason = 'last_contact'""",
    "P14: ended by the study's end": """
        select 1 from marts.cohort where follow_up_end_reason = 'study_end'""",
    "P14: a record after the last contact": """
        select 1 from quality.findings where rule_id = 'record_after_last_contact'""",
    "P15: a death": """
        select 1 from marts.time_to_event where endpoint = 'os' and status = 1""",
    "P16: a relapse, and a death without one": """
        select 1 from marts.time_to_event where endpoint = 'dfs' and status = 1
        group by endpoint having count(distinct ended_by) = 2""",
    "P17: a relapse, and a death without one": """
        select 1 from marts.time_to_event where endpoint = 'rfs' and status = 1
        group by endpoint having count(distinct ended_by) = 2""",
    "P18: relapse seen in a marrow": """
        select 1 from marts.time_to_event
        where ended_by = 'relapse' and source_table = 'marrow_assessments'""",
    "P18: relapse seen outside the marrow": """
        select 1 from marts.time_to_event where ended_by = 'relapse'
        and source_table = 'extramedullary_assessments'""",
    "P18: relapse reported": """
        select 1 from marts.time_to_event
        where ended_by = 'relapse' and source_table = 'relapses'""",
    "P18: a molecular relapse, which is none": """
        select 1 from staging.stg_delivery__relapses r
        join marts.cohort using (patient_id)
        where relapse_type = 'molecular' and is_included""",
    "P19: censored at transplant": """
        select 1 from marts.time_to_event
        where censoring_rule = 'censored_at_hsct' and ended_by = 'hsct'""",
    "P20: left out of one analysis, and in another": """
        select 1 from marts.time_to_event os
        join marts.time_to_event dfs using (patient_id)
        where os.endpoint = 'os' and os.not_evaluable_reason = 'event_date_missing'
        and dfs.endpoint = 'dfs' and dfs.is_evaluable""",
    "P20: a date of which only month or year is known": """
        select 1 from intermediate.int_dated_events
        join marts.cohort using (patient_id)
        where event_type = 'death' and delivered_precision <> 'day' and is_included""",
    "P21: follow-up with its range": """
        select 1 from marts.survival_summary
        where analysis_id like '%__follow_up' and statistic = 'max_months'""",
    "P22: dead by the landmark": """
        select 1 from marts.analysis_populations
        where reason = 'dead_by_landmark' and n > 0""",
    "P22: censored by the landmark": """
        select 1 from marts.analysis_populations
        where reason = 'censored_by_landmark' and n > 0""",
    "P23: every grouping has two levels": """
        select 1 from (
            select stratum_variable from marts.survival_strata
            group by 1 having count(distinct level) = 2
        ) having count(*) = (select count(distinct stratum_variable)
                             from definitions.strata)""",
    "P24: a relapse that competes": """
        select 1 from marts.time_to_event
        where endpoint = 'nrm_after_hsct' and ended_by = 'relapse'""",
    "P24: not in remission on the day of transplant": """
        select 1 from marts.transplant_outcomes
        where nrm_not_evaluable_reason = 'not_in_remission_at_hsct'""",
    "P24: a death from a relapse that nobody documented": """
        select 1 from marts.time_to_event where endpoint = 'nrm_after_hsct'
        and ended_by = 'death' and end_detail = 'relapse'""",
    "P24: a death of unknown cause": """
        select 1 from marts.time_to_event where endpoint = 'nrm_after_hsct'
        and ended_by = 'death' and coalesce(end_detail, 'unknown') = 'unknown'""",
    "P25: censored at cytotoxic therapy": """
        select 1 from marts.time_to_event
        where endpoint = 'time_to_hsct' and ended_by = 'cytotoxic_therapy'""",
    "P26: transplanted after cytotoxic therapy": """
        select 1 from marts.transplant_outcomes where has_cytotoxic_between""",
    "P26: an autologous transplant, which does not count": """
        select 1 from staging.stg_delivery__transplants
        join marts.cohort using (patient_id)
        where transplant_type = 'autologous' and is_included""",
    "P27: blasts not known": """
        select 1 from marts.baseline_characteristics
        where marrow_blast_category = 'unknown'""",
    "P27: response at frontline therapy not known": """
        select 1 from staging.stg_delivery__therapy_lines
        where line_type = 'frontline' and best_response = 'unknown'""",
    "P28: cytogenetics": """
        select 1 from marts.outcome_summary
        where measure = 'complex_karyotype_positive' and numerator > 0""",
    "P28: kinase inhibitors": """
        select 1 from marts.outcome_summary
        where measure like 'concurrent_tki_%' and numerator > 0""",
    "P29: a drug that had not ended": """
        select 1 from staging.stg_delivery__medications
        join intermediate.int_concurrent_therapies using (patient_id, drug)
        where end_date is null""",
    "P30: 51 sites": """
        select 1 from marts.cohort where is_included
        having count(distinct site_id) = 51""",
}


@pytest.fixture(scope="module")
def warehouse(example):
    with duckdb.connect(str(example.warehouse), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("what", OCCURS)
def test_every_rule_has_something_to_decide(warehouse, what):
    assert warehouse.execute(OCCURS[what]).fetchall() != []


def test_no_rule_is_left_out():
    rules = {what.split(":")[0].rstrip("a") for what in OCCURS}
    assert rules == {f"P{number}" for number in range(1, 31)}


def delivered_columns(table: str) -> list[str]:
    """The columns that the example delivers of a table; what is optional may lack."""
    file = PROJECT / "dbt_project" / "deliveries" / "example" / f"{table}.csv"
    if not file.is_file():
        return []
    return file.read_text(encoding="utf-8").split("\n", 1)[0].split(",")


def terms_of_the_contract() -> dict[tuple[str, str], set[str]]:
    """The terms that each delivered column may hold, by the contract's vocabularies."""
    contract = (PROJECT / "models" / "staging" / "_delivery__sources.yml").read_text()
    sources = yaml.safe_load(contract)["sources"]
    return {
        (table["name"], column["name"]): set(terms(column["meta"]["terms"]))
        for source in sources
        for table in source["tables"]
        for column in table.get("columns", ())
        if "terms" in column.get("meta", {})
        and column["name"] in delivered_columns(table["name"])
    }


TERMS = terms_of_the_contract()


@pytest.mark.parametrize(("table", "column"), TERMS, ids=map(" ".join, TERMS))
def test_every_term_of_every_vocabulary_occurs(warehouse, table, column):
    found = warehouse.execute(
        f"select distinct {column} from staging.stg_delivery__{table} "
        f"where {column} is not null"
    ).fetchall()
    missing = TERMS[table, column] - {term for (term,) in found}
    if column == "country":
        # the world's codes; five countries took part, one patient came from elsewhere
        assert {"FR", "IT", "RU", "ES", "GB"} < {term for (term,) in found}
    else:
        assert missing == set()


def test_the_directions_that_the_paper_gives_without_a_number_hold(warehouse):
    rows = warehouse.execute(
        "select statement_id, holds from marts.published_directions"
    ).fetchall()
    assert len(rows) == 8
    assert [statement for statement, holds in rows if not holds] == []
