# Measure R's coin on the people of one folder: Rscript indicators.R TOOL FOLDER LIMIT TASK...
# One JSON line a task.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "measure.R"))
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
measured("people", packageVersion("coin"), function() task(2L), function() list(T = task(9999L)), limit)
