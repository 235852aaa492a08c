# Measure R on one folder of rows: Rscript retention.R TOOL FOLDER LIMIT TASK...
# One JSON line a task.
suppressPackageStartupMessages(library(survival))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "measure.R"))
arguments <- commandArgs(TRUE)
tool <- arguments[1]; folder <- arguments[2]; limit <- as.numeric(arguments[3])
names_of_tasks <- arguments[-(1:3)]
replicates <- 2000L; at_day <- 900
size <- file.info(file.path(folder, "group"))$size
column <- function(name, width) readBin(file.path(folder, name), "integer", size, width, endian = "little")
rows <- data.frame(group = column("group", 1), day = column("day", 2), cause = column("cause", 1))
x <- readBin(file.path(folder, "x"), "double", 5 * size, endian = "little")
if (length(x)) for (k in 1:5) rows[[paste0("x", k - 1)]] <- x[seq(k, length(x), by = 5)]
rows$left <- as.integer(rows$cause > 0)

group_of <- function(rows) factor(rows$group, levels = 0:11)
logrank <- function(rows) survdiff(Surv(day, left) ~ group, rows)$chisq
survival_tasks <- list(
  curves = function(rows, replicates) {
    fit <- survfit(Surv(day, left) ~ group, rows, conf.type = "log-log")
    function() { s <- summary(fit, times = at_day, extend = TRUE)
                 list(S = s$surv, se = s$std.err, lower = s$lower, upper = s$upper) } },
  incidences = function(rows, replicates) {
    fit <- survfit(Surv(day, factor(cause, 0:4)) ~ group, rows)
    function() { s <- summary(fit, times = at_day, extend = TRUE)
                 list(F = as.vector(t(s$pstate[, -1])), se = as.vector(t(s$std.err[, -1]))) } },
  logrank = function(rows, replicates) { chi2 <- logrank(rows); function() list(chi2 = chi2) },
  cox = function(rows, replicates) {
    fit <- coxph(Surv(day, left) ~ x0 + x1 + x2 + x3 + x4, rows, ties = "efron")
    function() list(beta = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit))))) },
  bootstrap = function(rows, replicates) {
    set.seed(1)
    for (b in seq_len(replicates)) survfit(Surv(day, left) ~ 1, rows[sample(nrow(rows), replace = TRUE), ])
    function() list() },
  permutation = function(rows, replicates) {
    chi2 <- logrank(rows)
    set.seed(1)
    for (b in seq_len(replicates)) survdiff(Surv(rows$day, rows$left) ~ sample(rows$group))
    function() list(chi2 = chi2) })
cmprsk_tasks <- list(
  gray = function(rows, replicates) {
    fit <- cmprsk::cuminc(rows$day, rows$cause, rows$group, cencode = 0)
    function() {
      list(chi2 = unname(fit$Tests[order(as.integer(rownames(fit$Tests))), "stat"])) } },
  fine_gray = function(rows, replicates) {
    fit <- cmprsk::crr(rows$day, rows$cause, as.matrix(rows[paste0("x", 0:4)]), failcode = 1, cencode = 0)
    function() list(beta = unname(fit$coef), se = unname(sqrt(diag(fit$var)))) })
coin_tasks <- list(
  permuted_scores = function(rows, replicates) {
    test <- coin::logrank_test(Surv(day, left) ~ group, transform(rows, group = factor(group)),
                               distribution = coin::approximate(nresample = replicates))
    coin::pvalue(test)   # the resampling waits until it is asked for
    function() list(chi2 = unname(coin::statistic(test))) })
tasks <- list("R survival" = survival_tasks, "R cmprsk" = cmprsk_tasks, "R coin" = coin_tasks)[[tool]]
package <- sub("R ", "", tool)

for (name in names_of_tasks) {
  if (!requireNamespace(package, quietly = TRUE)) {
    missing <- paste("the R package", package, "is not installed")
    cat(sprintf("{\"task\":\"%s\",\"version\":\"\",\"failed\":\"%s\"}\n", name, missing))
    next
  }
  measured(name, packageVersion(package), function() tasks[[name]](head(rows, 300), 2L),
           function() tasks[[name]](rows, replicates), limit)
}
