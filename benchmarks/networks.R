# Measure R's sna on one network: Rscript networks.R TOOL FOLDER LIMIT TASK...
# One JSON line a task. Every repetition is a process of its own, forked after loading, as in measure.py.
library(parallel)
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
json <- function(values) {
  one <- function(value) if (is.character(value)) dQuote(gsub("[\"\\\\\n]", " ", value), FALSE) else
    paste0("[", paste(ifelse(is.finite(value), sprintf("%.17g", value), "null"), collapse = ","), "]")
  paste0("{", paste0("\"", names(values), "\":", vapply(values, one, ""), collapse = ","), "}")
}
alone <- function(task) {
  job <- mcparallel(tryCatch({
    task(2L)
    begun <- Sys.time()
    numbers <- task(1000L)
    list(seconds = as.numeric(difftime(Sys.time(), begun, units = "secs")), numbers = numbers)
  }, error = function(e) list(failed = conditionMessage(e))))
  found <- mccollect(job, wait = FALSE, timeout = limit)
  if (is.null(found)) { tools::pskill(job$pid, tools::SIGKILL); return(list(failed = sprintf("> %g s", limit))) }
  found[[1]]
}
for (name in arguments[-(1:3)]) {
  seconds <- c(); found <- list()
  while (length(seconds) < 3 && sum(seconds) < 30 && is.null(found$failed)) {
    found <- alone(tasks[[name]])
    seconds <- c(seconds, found$seconds)
  }
  what <- if (is.null(found$failed)) sprintf('"seconds":%.6g,"repetitions":%d,"numbers":%s', median(seconds),
    length(seconds), json(found$numbers)) else sprintf('"failed":%s', dQuote(found$failed, FALSE))
  cat(sprintf('{"task":"%s","version":"%s",%s}\n', name, packageVersion("sna"), what))
  flush(stdout())
}
