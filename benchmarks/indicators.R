# Measure R's coin on the people of one folder: Rscript indicators.R TOOL FOLDER LIMIT TASK...
# One JSON line a task. Every repetition is a process of its own, forked after loading, as in measure.py.
library(parallel)
arguments <- commandArgs(TRUE)
if (!suppressPackageStartupMessages(require(coin, quietly = TRUE))) {
  cat(sprintf('{"task":"%s","version":"","failed":"the R package coin is not installed"}\n', arguments[-(1:3)]), sep = "")
  quit()
}
limit <- as.numeric(arguments[3])
people <- read.csv(file.path(arguments[2], "people.csv"), header = FALSE)
project <- factor(people[[1]])
task <- function(draws) sapply(people[-(1:2)], function(value) {
  test <- independence_test(value ~ project, teststat = "quadratic", distribution = approximate(nresample = draws))
  pvalue(test)
  as.numeric(statistic(test)) })
alone <- function() {
  job <- mcparallel(tryCatch({
    task(2L)
    begun <- Sys.time()
    numbers <- task(9999L)
    list(seconds = as.numeric(difftime(Sys.time(), begun, units = "secs")), numbers = numbers)
  }, error = function(e) list(failed = conditionMessage(e))))
  found <- mccollect(job, wait = FALSE, timeout = limit)
  if (is.null(found)) { tools::pskill(job$pid, tools::SIGKILL); return(list(failed = sprintf("> %g s", limit))) }
  found[[1]]
}
seconds <- c(); found <- list()
while (length(seconds) < 3 && sum(seconds) < 30 && is.null(found$failed)) {
  found <- alone()
  seconds <- c(seconds, found$seconds)
}
what <- if (is.null(found$failed)) sprintf('"seconds":%.6g,"repetitions":%d,"numbers":{"T":[%s]}', median(seconds),
  length(seconds), paste(sprintf("%.17g", found$numbers), collapse = ",")) else
  sprintf('"failed":%s', dQuote(found$failed, FALSE))
cat(sprintf('{"task":"people","version":"%s",%s}\n', packageVersion("coin"), what))
