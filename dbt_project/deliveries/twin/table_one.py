"""The published baseline counts, as data."""

SEX_FEMALE = {
    "mrd_pos_ph_neg": 39,
    "mrd_pos_ph_pos": 6,
    "rr_ph_neg": 50,
    "rr_ph_pos": 16,
}

# status -> patients with 0, 1, 2 or more prior salvage lines
SALVAGE = {
    "mrd_pos_ph_neg": {"persistent_mrd": (35, 14, 8), "mrd_relapse": (15, 6, 5)},
    "mrd_pos_ph_pos": {"persistent_mrd": (7, 7, 6), "mrd_relapse": (3, 2, 1)},
    "rr_ph_neg": {"relapsed": (34, 13, 17), "refractory": (11, 19, 12)},
    "rr_ph_pos": {"relapsed": (2, 8, 10), "refractory": (2, 6, 6)},
}

# the "2 or more" of SALVAGE in lines: the upper quartile is a 2, the maximum printed
SALVAGE_MANY = {
    "mrd_pos_ph_neg": [2] * 8 + [3] * 4 + [4],
    "mrd_pos_ph_pos": [2] * 4 + [3] * 2 + [4],
    "rr_ph_neg": [2] * 17 + [3] * 8 + [4] * 3 + [5],
    "rr_ph_pos": [2] * 10 + [3] * 4 + [4] + [5],
}

AGE_QUARTILES = {
    "mrd_pos": (27.0, 43.0, 55.0),
    "mrd_pos_ph_neg": (24.0, 35.0, 56.0),
    "mrd_pos_ph_pos": (43.0, 50.5, 55.0),
    "rr_ph_neg": (24.0, 36.5, 52.0),
    "rr_ph_pos": (37.0, 51.0, 64.0),
}

PRIOR_HSCT = {
    "mrd_pos_ph_neg": 9,
    "mrd_pos_ph_pos": 8,
    "rr_ph_neg": 43,
    "rr_ph_pos": 12,
}

PRIOR_HSCT_MONTHS = {
    "mrd_pos": (3.8, 10.2, 24.9),
    "mrd_pos_ph_neg": (3.8, 9.5, 21.3),
    "mrd_pos_ph_pos": (5.4, 13.5, 36.7),
    "rr_ph_neg": (7.2, 13.0, 20.0),
    "rr_ph_pos": (7.1, 10.4, 20.6),
}

FRONTLINE_RESPONSE = {"rr_ph_neg": 84, "rr_ph_pos": 25}

# marrow blasts: <= 5, > 5 and < 10, >= 10 and < 50, >= 50, unknown
BLASTS = ("le_5", "gt_5_lt_10", "ge_10_lt_50", "ge_50", "")
BLAST_COUNTS = {
    "mrd_pos_ph_neg": (65, 2, 2, 2, 12),
    "mrd_pos_ph_pos": (21, 0, 0, 2, 3),
    "rr_ph_neg": (14, 5, 33, 44, 10),
    "rr_ph_pos": (2, 0, 12, 14, 6),
}

# extramedullary disease: site -> patients; the remainder is without or unknown
EXTRAMEDULLARY = {
    "rr_ph_neg": {"cns": 4, "testis": 4, "other": 12},
    "rr_ph_pos": {"cns": 5},
}
EXTRAMEDULLARY_UNKNOWN = {"rr_ph_neg": 2, "rr_ph_pos": 0}
# of those with it: in CR/CRh/CRi within two cycles, and with an MRD response
EXTRAMEDULLARY_RESPONSE = {"rr_ph_neg": (10, 5), "rr_ph_pos": (3, 2)}

# R/R responders: best grade, and MRD responses that are complete
BEST_GRADE = {
    "rr_ph_neg": ["cr"] * 49 + ["crh"] * 2 + ["cri"] * 3,
    "rr_ph_pos": ["cr"] * 14,
}
COMPLETE_MRD = {
    "mrd_pos_ph_neg": 47,
    "mrd_pos_ph_pos": 7,
    "rr_ph_neg": 22,
    "rr_ph_pos": 6,
}

# MRD+: evaluable within cycle 1, and responders among them
MRD_CYCLE_1 = {"mrd_pos_ph_neg": (53, 49), "mrd_pos_ph_pos": (11, 7)}

CONCURRENT_TKI = {"mrd_pos_ph_pos": 12, "rr_ph_pos": 14}
