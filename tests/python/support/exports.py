"""Exports in other words, made of twenty patients of the example delivery."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from delivery.contract import delivery_contract
from delivery_files import EXAMPLE, read_rows
from xpt_files import write_xpt

Rows = list[dict[str, str]]
COUNTRIES = {"ES": "1", "FR": "2", "GB": "3", "IT": "4", "RU": "5"}
TWENTY = tuple(
    row["patient_id"]
    for row in read_rows(EXAMPLE / "patients.csv")
    if row["country"] in COUNTRIES
)[:20]
MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)


def of_twenty(table: str) -> Rows:
    """The twenty patients' records of one table of the example."""
    rows = read_rows(EXAMPLE / f"{table}.csv")
    return [row for row in rows if row["patient_id"] in TWENTY]


def tables_of(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    """The records of a delivery by table, sorted."""
    return {
        name: sorted(
            tuple(row.get(column, "") for column in table.column_names)
            for row in read_rows(folder / f"{name}.csv")
        )
        for name, table in delivery_contract().items()
        if name != "manifest" and (folder / f"{name}.csv").exists()
    }


def write_csv(
    path: Path, rows: Iterable[dict[str, str]], *, encoding="utf-8", delimiter=","
) -> None:
    """Write records whose columns are the union of theirs, in their order."""
    rows = list(rows)
    header = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def day_month_year(date: str) -> str:
    """A date as case report forms write it: UN where a part is not known."""
    if not date:
        return ""
    year, month, day = [*date.split("-"), "", ""][:3]
    return f"{day or 'UN'}-{MONTHS[int(month) - 1] if month else 'UN'}-{year}"


def times(number: str, factor: str, *, mark: str = ".") -> str:
    """A number in another unit, exactly."""
    if not number:
        return ""
    product = (Decimal(number) * Decimal(factor)).normalize()
    return format(product, "f").replace(".", mark)


def code(value: str, *terms: str) -> str:
    """The code of a choice, from 1; 9 is unknown."""
    if value in ("", "unknown"):
        return {"": "", "unknown": "9"}[value]
    return str(terms.index(value) + 1)


YES_NO = {"yes": "1", "no": "0", "positive": "1", "negative": "0", "unknown": "9"}


def redcap_rows() -> Rows:
    """One wide table: a record for each patient and event, and for each form."""
    rows = [*_enrolments(), *_follow_ups()]
    sites = {row["patient_id"]: row["site_id"] for row in of_twenty("patients")}
    forms = {
        "genetics": _genetics(),
        "therapy": map(_therapy, of_twenty("therapy_lines")),
        "cycle": map(_cycle, of_twenty("treatment_cycles")),
        "marrow": map(_marrow, of_twenty("marrow_assessments")),
        "blood": map(_blood, of_twenty("blood_counts")),
        "extramedullary": _extramedullary(),
        "mrd": map(_mrd, of_twenty("mrd_assessments")),
        "relapse": _relapses(),
        "transplant": map(_transplant, of_twenty("transplants")),
        "dli": map(_dli, of_twenty("lymphocyte_infusions")),
        "medication": map(_medication, of_twenty("medications")),
    }
    for form, records in forms.items():
        instances: dict[str, int] = defaultdict(int)
        for record in records:
            instances[record["record_id"]] += 1
            rows.append(
                {
                    "record_id": record["record_id"],
                    "redcap_event_name": "treatment_arm_1",
                    "redcap_repeat_instrument": form,
                    "redcap_repeat_instance": str(instances[record["record_id"]]),
                    "redcap_data_access_group": sites[record["record_id"]],
                    **record,
                }
            )
    return rows


def write_redcap(folder: Path, rows: Rows) -> Path:
    """The export's folder, as a site's spreadsheet likes it."""
    folder.mkdir()
    write_csv(folder / "neuf.csv", rows, encoding="cp1252", delimiter=";")
    return folder


def _enrolments() -> Rows:
    diagnoses = {row["patient_id"]: row for row in of_twenty("diagnoses")}
    statuses = {row["patient_id"]: row for row in of_twenty("disease_status")}
    return [
        {
            "record_id": row["patient_id"],
            "redcap_event_name": "enrolment_arm_1",
            "redcap_repeat_instrument": "",
            "redcap_repeat_instance": "",
            "redcap_data_access_group": row["site_id"],
            "country": COUNTRIES[row["country"]],
            "sex": code(row["sex"], "male", "female"),
            "birth_date": day_month_year(row["birth_date"]),
            "consent": code(row["consent"], "given", "waived", "refused"),
            "documents___1": YES_NO[row["record_available"]],
            "diagnosis": code(
                diagnoses[row["patient_id"]]["diagnosis"],
                *("b_all", "t_all", "mpal", "other"),
            ),
            "diagnosis_date": day_month_year(
                diagnoses[row["patient_id"]]["diagnosis_date"]
            ),
            **_status(statuses.get(row["patient_id"])),
            "enrolment_complete": "2",
        }
        for row in of_twenty("patients")
    ]


def _status(row: dict[str, str] | None) -> dict[str, str]:
    if row is None:
        return {}
    return {
        "status_date": row["status_date"],
        "disease_group": code(
            row["disease_group"], "mrd_positive", "relapsed_refractory"
        ),
        "disease_status": code(
            row["disease_status"],
            *("persistent_mrd", "mrd_relapse", "relapsed", "refractory"),
        ),
    }


def _follow_ups() -> Rows:
    causes = ("relapse", "transplant_related", "infection", "toxicity", "other")
    return [
        {
            "record_id": row["patient_id"],
            "redcap_event_name": "follow_up_arm_1",
            "last_contact": row["last_contact_date"],
            "vital_status": code(row["vital_status"], "alive", "dead", "lost"),
            "death_date": day_month_year(row["death_date"]),
            "death_cause": code(row["death_cause"], *causes) or "99",
            "trial_entry": day_month_year(row["trial_entry_date"]),
        }
        for row in of_twenty("follow_up")
    ]


def _genetics() -> Rows:
    columns = {
        "bcr_abl1": "gen_bcr_abl1",
        "kmt2a": "gen_kmt2a",
        "t315i": "gen_t315i",
        "complex_karyotype": "gen_complex",
        "other": "gen_other",
    }
    forms: dict[tuple, dict[str, str]] = {}
    for row in of_twenty("genetic_findings"):
        key = (row["patient_id"], row["test_date"], row["method"])
        form = forms.setdefault(
            key,
            {
                "record_id": row["patient_id"],
                "gen_date": day_month_year(row["test_date"]),
                "gen_method": code(row["method"], "karyotype", "fish", "pcr", "other"),
                **dict.fromkeys(columns.values(), ""),
            },
        )
        form[columns[row["marker"]]] = YES_NO[row["result"]]
    return list(forms.values())


def _therapy(row: dict[str, str]) -> dict[str, str]:
    grades = ("cr", "crh", "cri", "pr", "refractory")
    return {
        "record_id": row["patient_id"],
        "line_number": row["line_number"],
        "line_type": code(row["line_type"], "frontline", "salvage"),
        "line_start": day_month_year(row["start_date"]),
        "line_end": day_month_year(row["end_date"]),
        "line_response": code(row["best_response"], *grades),
        "line_response_date": day_month_year(row["response_date"]),
    }


def _cycle(row: dict[str, str]) -> dict[str, str]:
    programs = ("expanded_access", "commercial", "clinical_trial")
    return {
        "record_id": row["patient_id"],
        "cycle_drug": row["drug"],
        "cycle_number": row["cycle_number"],
        "cycle_program": code(row["access_program"], *programs),
        "cycle_start": row["start_date"],
        "cycle_end": row["end_date"],
    }


def _marrow(row: dict[str, str]) -> dict[str, str]:
    return {
        "record_id": row["patient_id"],
        "marrow_date": row["assessment_date"],
        "marrow_blasts": row["blast_percent"].replace(".", ","),
    }


def _blood(row: dict[str, str]) -> dict[str, str]:
    return {
        "record_id": row["patient_id"],
        "blood_date": row["sample_date"],
        "platelets_per_ul": times(row["platelets_giga_per_l"], "1000", mark=","),
        "neutrophils_per_ul": times(row["neutrophils_giga_per_l"], "1000", mark=","),
    }


def _extramedullary() -> Rows:
    forms: dict[tuple, dict[str, str]] = {}
    for row in of_twenty("extramedullary_assessments"):
        form = forms.setdefault(
            (row["patient_id"], row["assessment_date"]),
            {
                "record_id": row["patient_id"],
                "em_date": row["assessment_date"],
                **dict.fromkeys(("em_cns", "em_testis", "em_other", "em_any"), ""),
            },
        )
        form[f"em_{row['site']}"] = YES_NO[row["involvement"]]
    return list(forms.values())


def _mrd(row: dict[str, str]) -> dict[str, str]:
    results = ("undetectable", "below_quantifiable", "quantifiable", "not_evaluable")
    return {
        "record_id": row["patient_id"],
        "mrd_date": row["sample_date"],
        "mrd_technique": code(row["technique"], "flow_cytometry", "pcr"),
        "mrd_sensitivity_percent": times(row["sensitivity"], "100", mark=","),
        "mrd_result": code(row["result"], *results),
        "mrd_percent": times(row["mrd_level"], "100", mark=","),
    }


def _relapses() -> Rows:
    boxes = {"haematological": "1", "extramedullary": "2", "molecular": "3"}
    forms: dict[tuple, dict[str, str]] = {}
    for row in of_twenty("relapses"):
        form = forms.setdefault(
            (row["patient_id"], row["relapse_date"]),
            {
                "record_id": row["patient_id"],
                "relapse_date": day_month_year(row["relapse_date"]),
                **{f"relapse_type___{box}": "0" for box in boxes.values()},
            },
        )
        form[f"relapse_type___{boxes[row['relapse_type']]}"] = "1"
    return list(forms.values())


def _transplant(row: dict[str, str]) -> dict[str, str]:
    donors = ("related", "unrelated", "haploidentical", "cord_blood")
    return {
        "record_id": row["patient_id"],
        "transplant_date": day_month_year(row["transplant_date"]),
        "transplant_type": code(row["transplant_type"], "allogeneic", "autologous"),
        "donor_type": code(row["donor_type"], *donors),
    }


def _dli(row: dict[str, str]) -> dict[str, str]:
    date = day_month_year(row["infusion_date"])
    return {"record_id": row["patient_id"], "dli_date": date}


def _medication(row: dict[str, str]) -> dict[str, str]:
    classes = (
        *("tyrosine_kinase_inhibitor", "cytotoxic", "conditioning"),
        *("steroid", "intrathecal", "other"),
    )
    return {
        "record_id": row["patient_id"],
        "medication": row["drug"],
        "medication_start": day_month_year(row["start_date"]),
        "medication_end": day_month_year(row["end_date"]),
        "medication_class": code(row["drug_class"], *classes),
    }


def sdtm_domains() -> dict[str, Rows]:
    """CDISC SDTM's domains DM, DS, EX, LB, MB, MI and RS of the twenty patients."""
    return {
        "dm": _demographics(),
        "ds": _dispositions(),
        "ex": _exposures(),
        "lb": _laboratory(),
        "mb": [{"USUBJID": TWENTY[0], "MBTESTCD": "GRAMPOS", "MBORRES": "POSITIVE"}],
        "mi": _microscopy(),
        "rs": _responses(),
    }


NUMERIC = {"VISITNUM", "EXDOSE", "MISTRESN", "MILLOQ"}


def write_sdtm_xpt(folder: Path, domains: dict[str, Rows]) -> Path:
    """Each domain as a transport file; numbers are numeric."""
    folder.mkdir()
    for name, rows in domains.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        values = [
            tuple(_xpt_value(column, row.get(column, "")) for column in columns)
            for row in rows
        ]
        write_xpt(folder / f"{name}.xpt", name.upper(), columns, values)
    return folder


def write_sdtm_csv(folder: Path, domains: dict[str, Rows]) -> Path:
    """Each domain as CSV."""
    folder.mkdir()
    for name, rows in domains.items():
        write_csv(folder / f"{name}.csv", rows)
    return folder


def _xpt_value(column: str, text: str) -> str | float | None:
    if column not in NUMERIC:
        return text
    return float(text) if text else None


def _demographics() -> Rows:
    countries = {"ES": "ESP", "FR": "FRA", "GB": "GBR", "IT": "ITA", "RU": "RUS"}
    contacts = {row["patient_id"]: row for row in of_twenty("follow_up")}
    return [
        {
            "STUDYID": "NEUF",
            "DOMAIN": "DM",
            "USUBJID": row["patient_id"],
            "SITEID": row["site_id"],
            "COUNTRY": countries[row["country"]],
            "SEX": {"male": "M", "female": "F"}[row["sex"]],
            "BRTHDTC": row["birth_date"],
            "RFPENDTC": contacts[row["patient_id"]]["last_contact_date"],
            "ARMCD": "BLINA",
        }
        for row in of_twenty("patients")
    ]


def _dispositions() -> Rows:
    rows = []
    for row in of_twenty("patients"):
        word = {"given": "OBTAINED", "waived": "WAIVED"}[row["consent"]]
        rows.append(_disposition(row, f"INFORMED CONSENT {word}", ""))
    decodes = {"alive": "COMPLETED", "dead": "DEATH", "lost": "LOST TO FOLLOW-UP"}
    for row in of_twenty("follow_up"):
        decode, cause = decodes[row["vital_status"]], row["death_cause"]
        told = _disposition(row, decode, row["death_date"])
        if cause in ("relapse", "infection"):
            told["DSTERM"] = f"DEATH DUE TO {cause.upper()}"
        elif cause:
            told["DSTERM"] = cause
        rows.append(told)
    return rows


def _disposition(row: dict[str, str], decode: str, date: str) -> dict[str, str]:
    return {
        "USUBJID": row["patient_id"],
        "DSTERM": decode,
        "DSDECOD": decode,
        "DSSTDTC": date,
    }


def _exposures() -> Rows:
    return [
        {
            "USUBJID": row["patient_id"],
            "EXTRT": row["drug"].upper(),
            "EXCAT": row["access_program"].replace("_", " ").upper(),
            "EXDOSE": "28",
            "VISITNUM": row["cycle_number"],
            "EXSTDTC": row["start_date"] + "T09:30",
            "EXENDTC": row["end_date"],
        }
        for row in of_twenty("treatment_cycles")
    ]


def _laboratory() -> Rows:
    """A row for each test, as a findings domain is: all platelets come first."""
    rows = of_twenty("blood_counts")
    tests = [
        *(_test(row, "PLAT", row["platelets_giga_per_l"], "10^9/L") for row in rows),
        *(
            _test(row, "NEUT", times(row["neutrophils_giga_per_l"], "1000"), "10^6/L")
            for row in rows
        ),
        *(_test(row, "ALT", "31", "U/L") for row in rows[:7]),
    ]
    return tests


def _test(row: dict[str, str], test: str, result: str, unit: str) -> dict[str, str]:
    return {
        "USUBJID": row["patient_id"],
        "LBTESTCD": test,
        "LBORRES": result,
        "LBORRESU": unit,
        "LBDTC": row["sample_date"] + "T08:15:00",
    }


def _microscopy() -> Rows:
    words = {
        "undetectable": "NOT DETECTED",
        "below_quantifiable": "BELOW LLOQ",
        "quantifiable": "DETECTED",
        "not_evaluable": "NOT EVALUABLE",
    }
    techniques = {"flow_cytometry": "FLOW CYTOMETRY", "pcr": "PCR"}
    blasts = [
        {
            "USUBJID": row["patient_id"],
            "MITESTCD": "BLAST",
            "MISTRESC": "",
            "MISTRESN": row["blast_percent"],
            "MISPEC": "BONE MARROW",
            "MIMETHOD": "",
            "MILLOQ": "",
            "MIDTC": row["assessment_date"],
        }
        for row in of_twenty("marrow_assessments")
    ]
    return blasts + [
        {
            "USUBJID": row["patient_id"],
            "MITESTCD": "MRD",
            "MISTRESC": words[row["result"]],
            "MISTRESN": row["mrd_level"],
            "MISPEC": "BONE MARROW",
            "MIMETHOD": techniques[row["technique"]],
            "MILLOQ": row["sensitivity"],
            "MIDTC": row["sample_date"],
        }
        for row in of_twenty("mrd_assessments")
    ]


def _responses() -> Rows:
    words = {"haematological": "HEMATOLOGIC", "extramedullary": "EXTRAMEDULLARY"}
    relapses = [
        {
            "USUBJID": row["patient_id"],
            "RSTESTCD": "OVRLRESP",
            "RSORRES": f"{words[row['relapse_type']]} RELAPSE",
            "RSDTC": row["relapse_date"],
        }
        for row in of_twenty("relapses")
    ]
    return [
        *relapses,
        *({**row, "RSORRES": "CR", "RSDTC": "2016-05-02"} for row in relapses[:3]),
    ]
