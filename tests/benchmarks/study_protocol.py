"""What the protocol fixes, for the two scripts that one would write instead."""

from datetime import date

COUNTRIES = ("FR", "IT", "RU", "ES", "GB")
FIRST_DAY, LAST_DAY, STUDY_END = date(2014, 1, 1), date(2017, 6, 30), date(2017, 12, 31)
# Responses are looked for until this day after index.
WINDOW = 84
# Counts within these days of a marrow grade it, and findings outside it up to so many
# days after it.
NEAR = 7
MOST_BLASTS = 5
# As much or more is no MRD response, and an assay has to see as little.
MRD_LIMIT = 1e-4
MRD_POSITIVE, RELAPSED_REFRACTORY = "mrd_positive", "relapsed_refractory"
ALL_GROUPS = (MRD_POSITIVE, RELAPSED_REFRACTORY)
# What ends a time without an event. Of one day, here and below, the first is told.
STANDARD = {"standard": ("end",)}
BOTH_RULES = STANDARD | {"censored_at_hsct": ("hsct", "end")}
# Whose an endpoint is, the day that starts it, what ends it (1 is its event, 2 a
# competing one, 0 a censoring), and the rules it is censored by.
ENDPOINTS = {
    "os": (ALL_GROUPS, "index_date", {"death": 1}, BOTH_RULES),
    "dfs": ((MRD_POSITIVE,), "index_date", {"relapse": 1, "death": 1}, BOTH_RULES),
    "rfs": (
        (RELAPSED_REFRACTORY,),
        "remission",
        {"relapse": 1, "death": 1},
        BOTH_RULES,
    ),
    "nrm_after_hsct": (
        ALL_GROUPS,
        "hsct_in_remission",
        {"relapse_after_hsct": 2, "death_from_relapse": 2, "death_without_relapse": 1},
        STANDARD,
    ),
    "time_to_hsct": (
        ALL_GROUPS,
        "first_response",
        {"hsct": 1, "death": 2, "cytotoxic_therapy": 0},
        STANDARD,
    ),
}
# Where one of these has no day, what starts or ends with it cannot be told.
UNDATED = {
    "relapse": "is_relapse_undated",
    "relapse_after_hsct": "is_relapse_undated",
    "hsct": "is_hsct_undated",
    "hsct_in_remission": "is_hsct_undated",
}
# Follow-up is an endpoint's time with event and censoring in each other's place.
FOLLOW_UP = {"follow_up": "os", "follow_up_dfs": "dfs"}
# Dates that show a patient alive, by table.
CONTACTS = {
    "diagnoses": ["diagnosis_date"],
    "genetic_findings": ["test_date"],
    "therapy_lines": ["start_date", "end_date", "response_date"],
    "disease_status": ["status_date"],
    "treatment_cycles": ["start_date", "end_date"],
    "marrow_assessments": ["assessment_date"],
    "blood_counts": ["sample_date"],
    "extramedullary_assessments": ["assessment_date"],
    "mrd_assessments": ["sample_date"],
    "relapses": ["relapse_date"],
    "transplants": ["transplant_date"],
    "lymphocyte_infusions": ["infusion_date"],
    "medications": ["start_date", "end_date"],
    "follow_up": ["trial_entry_date"],
}
# The day of what happened to a patient, by table.
HAPPENED = {
    "marrow_assessments": "assessment_date",
    "blood_counts": "sample_date",
    "extramedullary_assessments": "assessment_date",
    "mrd_assessments": "sample_date",
    "relapses": "relapse_date",
    "transplants": "transplant_date",
    "therapy_lines": "start_date",
    "medications": "start_date",
}
