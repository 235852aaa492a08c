# Measure R's sna on one network: Rscript networks.R TOOL FOLDER LIMIT TASK...
# One JSON line a task.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "measure.R"))
arguments <- commandArgs(TRUE)
if (!suppressPackageStartupMessages(require(sna, quietly = TRUE))) {
  cat(sprintf('{"task":"%s","version":"","failed":"the R package sna is not installed"}\n', arguments[-(1:3)]), sep = "")
  quit()
}
folder <- arguments[2]; limit <- as.numeric(arguments[3])
read <- function(name) unname(as.matrix(read.csv(file.path(folder, paste0(name, ".csv")), header = FALSE)))
given <- read("given"); same <- read("same"); distance <- read("distance"); group <- as.vector(read("group"))
tasks <- list(
  edge_nulls = function(draws) {
    one <- cug.test(given, gtrans, cmode = "edges", reps = draws, FUN.args = list(measure = "weak"))
    other <- cug.test(given, grecip, cmode = "edges", reps = draws, FUN.args = list(measure = "edgewise"))
    list("directed transitivity" = one$obs.stat, reciprocity = unname(other$obs.stat)) },
  qap = function(draws) list(correlation = qaptest(list(given, same), gcor, g1 = 1, g2 = 2, reps = draws)$testval),
  mrqap = function(draws) {
    fit <- netlm(given, list(same, distance), nullhyp = "qapspp", reps = draws)
    list(coefficients = as.numeric(fit$coefficients), t = as.numeric(fit$tstat)) },
  brokerage = function(draws) {
    found <- brokerage(given, group)$raw.nli
    for (draw in seq_len(draws)) brokerage(given, sample(group))
    list(roles = as.numeric(t(found))) })
for (name in arguments[-(1:3)])
  measured(name, packageVersion("sna"), function() tasks[[name]](2L), function() tasks[[name]](1000L), limit)
