# The weighted log-rank family of another package: survMisc's comp. Run here: Rscript weighted_tests.R
# Three groups at a time: for two its variance has no correction for ties (survdiff's has). It knows neither delayed
# entry nor strata; those are in competing.R.
suppressMessages({library(survival); library(survMisc)})

save_table <- function(frame, file) {
  numeric <- vapply(frame, is.double, TRUE)
  frame[numeric] <- lapply(frame[numeric], function(x) ifelse(is.na(x), "", sprintf("%.17g", x)))
  write.table(frame, file, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
A <- read.csv("A.csv"); A$left <- as.integer(A$cause > 0); A$time <- A$time + 1

family <- c("log-rank" = "1", "gehan" = "n", "tarone-ware" = "sqrtN", "peto-peto" = "S1")
P <- c(0, 1, 0, 1, .5); Q <- c(0, 0, 1, 1, 2)
named <- c(names(family), rep("fleming-harrington", length(P)))
compared <- function(people) {
  counts <- ten(Surv(time, left) ~ factor(g), data = people)
  invisible(capture.output(comp(counts, p = P, q = Q)))
  found <- as.data.frame(attr(counts, "lrt"))
  found[match(c(family, sprintf("FH_p=%s_q=%s", P, Q)), found$W), ]
}
tests <- NULL
for (stratum in list(1:2, 1, 2)) for (cause in 0:3) {   # cause 0: all exits
  people <- A[A$st %in% stratum, ]
  if (cause > 0) people$left <- as.integer(people$cause == cause)
  found <- compared(people)
  tests <- rbind(tests, data.frame(stratum = paste(stratum, collapse = " "), cause = cause, weights = named,
                                   p = c(rep(0, 4), P), q = c(rep(0, 4), Q), statistic = found$chiSq, df = found$df))
}
save_table(tests, "weighted_tests.csv")
