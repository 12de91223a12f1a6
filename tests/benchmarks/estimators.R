# The wall and CPU seconds of one fit by R's survival, the least of some runs after one
# that warms up, or of one alone. PATIENTS holds the days of all, their statuses and their
# strata, as integers of four bytes.
# Rscript estimators.R PATIENTS Kaplan-Meier|Aalen-Johansen RUNS
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
size <- file.size(arguments[[1]]) / 4
values <- matrix(readBin(arguments[[1]], "integer", size, size = 4), ncol = 3)
patients <- setNames(as.data.frame(values), c("days", "status", "stratum"))
runs <- as.integer(arguments[[3]])
fit <- switch(
    arguments[[2]],
    "Kaplan-Meier" = function() {
        survfit(Surv(days, status == 1) ~ stratum, data = patients, conf.type = "log-log")
    },
    "Aalen-Johansen" = function() {
        survfit(
            Surv(days, factor(status, 0:2, c("censored", "event", "competing"))) ~ stratum,
            data = patients
        )
    }
)
if (runs > 1) invisible(fit())
seconds <- sapply(seq_len(runs), function(run) {
    taken <- system.time(fit())
    c(taken[["elapsed"]], taken[["user.self"]] + taken[["sys.self"]])
})
cat(seconds[, which.min(seconds[1, ])], "\n")
