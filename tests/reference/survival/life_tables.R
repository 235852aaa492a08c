# Life tables and rates by interval. Run here: Rscript life_tables.R
# KMsurv's lifetab; person-time and exits cut by survival's survSplit, with the limits of poisson.test.
suppressMessages({library(survival); library(KMsurv)})

save_table <- function(frame, file) {
  numeric <- vapply(frame, is.double, TRUE)
  frame[numeric] <- lapply(frame[numeric], function(x) ifelse(is.na(x), "", sprintf("%.17g", x)))
  write.table(frame, file, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
A <- read.csv("A.csv"); A$left <- as.integer(A$cause > 0)
B <- read.csv("B.csv")

breaks <- c(0, 1, 3, 6, 12, 18, 100)   # an exit at a break belongs to the interval that it begins
interval <- function(time) table(cut(time, breaks, right = FALSE))
actuarial <- NULL
for (group in 1:3) {
  people <- A[A$g == group, ]
  # one more, empty interval: lifetab tells the share at an interval's start, and no hazard of the last
  fit <- lifetab(c(breaks, 200), nrow(people), c(interval(people$time[people$left == 0]), 0),
                 c(interval(people$time[people$left == 1]), 0))
  k <- length(breaks) - 1
  actuarial <- rbind(actuarial, data.frame(
    g = group, start = breaks[1:k], n_start = fit$nsubs[1:k], n_event = fit$nevent[1:k], n_censored = fit$nlost[1:k],
    exposed = fit$nrisk[1:k], rate = fit$hazard[1:k], estimate = fit$surv[2:(k + 1)], std_error = fit$se.surv[2:(k + 1)]))
}
save_table(actuarial, "life_tables_actuarial.csv")

cuts <- c(2.5, 5.5, 9.5)   # between the whole months of the data
rates <- NULL
for (group in 1:2) for (cause in 1:2) for (level in c(.9, .95)) {
  people <- B[B$g == group, ]
  people$gone <- as.integer(people$cause == cause)
  parts <- survSplit(Surv(entry, time, gone) ~ ., people, cut = cuts, episode = "interval")
  spent <- tapply(parts$time - parts$entry, parts$interval, sum)
  exits <- tapply(parts$gone, parts$interval, sum)
  for (i in seq_along(spent)) {
    fit <- poisson.test(exits[[i]], spent[[i]], conf.level = level)
    rates <- rbind(rates, data.frame(g = group, cause = cause, level = level, start = c(0, cuts)[i],
                                     person_time = spent[[i]], n_event = exits[[i]], estimate = fit$estimate,
                                     lower = fit$conf.int[1], upper = fit$conf.int[2]))
  }
}
save_table(rates, "life_tables_rates.csv")
