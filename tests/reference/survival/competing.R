# Reference values for competing exits and comparisons. Run here: Rscript competing.R
# Invented people from one seed: months with heavy ties, time 0, three causes, two strata, a group gone before the
# first exit, delayed entry with ties of entry and exit, fractional weights.
suppressMessages({library(survival); library(cmprsk)})

save_table <- function(frame, file) {
  numeric <- vapply(frame, is.double, TRUE)
  frame[numeric] <- lapply(frame[numeric], function(x) ifelse(is.na(x), "", sprintf("%.17g", x)))
  write.table(frame, file, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}

set.seed(33)
n <- 260
people <- data.frame(id = 1:n, group = sample(c("a", "b", "c"), n, TRUE), stratum = sample(c("x", "y"), n, TRUE),
                     start = ifelse(runif(n) < .5, 0, floor(runif(n, 0, 7))), weight = round(runif(n, .3, 2.7), 2))
slope <- c(a = .06, b = .09, c = .11)[people$group]
leaving <- people$start + floor(rexp(n, slope)) + 1
locked <- people$start + floor(runif(n, 2, 20))
people$stop <- pmin(leaving, locked)
people$cause <- ifelse(leaving <= locked, sample(c("completed", "dropout", "employment"), n, TRUE, c(.3, .45, .25)), "")
save_table(people, "competing_people.csv")
people$exit <- factor(ifelse(people$cause == "", "in programme", people$cause),
                      c("in programme", "completed", "dropout", "employment"))
people$time <- people$stop - people$start   # the clock of right-censored runs: whole months, some 0 after the shift
people$time <- people$time - 1
people$left <- as.integer(people$cause != "")
people$code <- as.integer(people$exit) - 1

states <- c("in programme", "completed", "dropout", "employment")
long <- function(fit) {
  group <- rep(sub("group=", "", names(fit$strata)), fit$strata)
  do.call(rbind, lapply(seq_along(states), function(k) data.frame(
    group = group, cause = states[k], time = fit$time, estimate = fit$pstate[, k], std_error = fit$std.err[, k],
    lower = fit$lower[, k], upper = fit$upper[, k])))
}
save_table(long(survfit(Surv(time, exit) ~ group, people, conf.type = "log-log")), "competing_aj.csv")
save_table(long(survfit(Surv(start, stop, exit) ~ group, people, id = id, conf.type = "log-log")), "competing_aj_entry.csv")
save_table(long(survfit(Surv(start, stop, exit) ~ group, people, id = id, weights = weight, conf.type = "log")),
           "competing_aj_weights.csv")

# Time lost up to 12 from the influences themselves: each person's area, squared and added up.
lost <- function(rows, weights, horizon = 12) {
  fit <- survfit(Surv(start, stop, exit) ~ 1, rows, id = id, weights = weights, influence = TRUE)
  u <- fit$influence.pstate[, -1, ] * weights
  stopifnot(max(abs(sqrt(apply(u^2, c(2, 3), sum)) - fit$std.err)) < 1e-14)
  inside <- fit$time < horizon
  width <- diff(c(fit$time[inside], horizon))
  area <- colSums(fit$pstate[inside, ] * width) + c(fit$time[1], 0, 0, 0)
  own <- apply(u[, inside, ], c(1, 3), function(x) sum(x * width))
  data.frame(cause = states, estimate = area, std_error = sqrt(colSums(own^2)))
}
both <- NULL
for (g in c("a", "b", "c")) {
  rows <- people[people$group == g, ]
  both <- rbind(both, data.frame(group = g, weights = 0, lost(rows, rep(1, nrow(rows)))),
                data.frame(group = g, weights = 1, lost(rows, rows$weight)))
}
save_table(both, "competing_lost.csv")

# cmprsk: variances by group, Gray's test with rho, strata and in pairs
fit <- cuminc(people$time, people$code, people$group)
months <- 0:13
points <- timepoints(fit, months)
both <- NULL
for (name in rownames(points$est)) {
  parts <- strsplit(name, " ")[[1]]
  both <- rbind(both, data.frame(group = parts[1], cause = states[as.integer(parts[2]) + 1], time = months,
                                 estimate = points$est[name, ], variance = points$var[name, ]))
}
save_table(both, "competing_cuminc.csv")
gray <- function(rows, rho, stratified) {
  strata <- if (stratified) rows$stratum else rep(1, nrow(rows))
  tests <- cuminc(rows$time, rows$code, rows$group, strata, rho = rho)$Tests
  data.frame(groups = paste(sort(unique(rows$group)), collapse = ""), rho = rho, stratified = as.integer(stratified),
             cause = states[as.integer(rownames(tests)) + 1], statistic = tests[, "stat"], p_value = tests[, "pv"],
             df = tests[, "df"])
}
both <- NULL
for (rho in c(0, .5, 1)) for (stratified in c(FALSE, TRUE)) both <- rbind(both, gray(people, rho, stratified))
for (pair in list(c("a", "b"), c("a", "c"), c("b", "c")))
  both <- rbind(both, gray(people[people$group %in% pair, ], 0, TRUE))
save_table(both, "competing_gray.csv")

# Log-rank tests. survdiff knows no entry; the score test of the exact Cox model does, and trend too.
tests <- NULL
note <- function(name, statistic, df) tests <<- rbind(tests, data.frame(test = name, statistic = statistic, df = df))
gone <- rbind(people[c("time", "left", "group", "stratum")],
              data.frame(time = -1, left = 0, group = rep("d", 4), stratum = c("x", "x", "y", "y")))
gone$time <- gone$time + 1
save_table(gone, "competing_gone.csv")
note("gone", survdiff(Surv(time, left) ~ group, gone)$chisq, 2)
note("gone strata", survdiff(Surv(time, left) ~ group + strata(stratum), gone)$chisq, 2)
note("dropout", survdiff(Surv(time, cause == "dropout") ~ group, people)$chisq, 2)
small <- people[1:70, ]
score <- function(formula) coxph(formula, small, ties = "exact", control = coxph.control(iter.max = 0))$score
note("entry", score(Surv(start, stop, left) ~ group), 2)
note("entry strata", score(Surv(start, stop, left) ~ group + strata(stratum)), 2)
small$trend <- c(a = 1, b = 2, c = 4)[small$group]
note("entry trend", score(Surv(start, stop, left) ~ trend), 1)
note("entry strata trend", score(Surv(start, stop, left) ~ trend + strata(stratum)), 1)
note("strata trend", score(Surv(time, left) ~ trend + strata(stratum)), 1)

# The weighted family with entry and strata, table by table (Fleming & Harrington 1991, 7.2 and 7.5)
family <- function(weigh) {
  groups <- sort(unique(people$group)); u <- rep(0, 3); v <- matrix(0, 3, 3)
  for (part in split(people, people$stratum)) {
    before <- 1; peto <- 1
    for (t in sort(unique(part$stop[part$left == 1]))) {
      at_risk <- part[part$start < t & t <= part$stop, ]
      r <- as.vector(table(factor(at_risk$group, groups)))
      d <- as.vector(table(factor(at_risk$group[at_risk$stop == t & at_risk$left == 1], groups)))
      N <- sum(r); D <- sum(d); peto <- peto * (1 - D / (N + 1))
      w <- weigh(N, before, peto)
      u <- u + w * (d - r * D / N)
      if (N > 1) v <- v + w^2 * D * (N - D) / (N - 1) * (diag(r / N) - outer(r, r) / N^2)
      before <- before * (1 - D / N)
    }
  }
  drop(u[-1] %*% solve(v[-1, -1], u[-1]))
}
note("gehan", family(function(N, s, peto) N), 2)
note("tarone-ware", family(function(N, s, peto) sqrt(N)), 2)
note("peto-peto", family(function(N, s, peto) peto), 2)
note("fleming-harrington", family(function(N, s, peto) sqrt(s) * (1 - s)^2), 2)
save_table(tests, "competing_tests.csv")

# A milestone at month 6: shares and their standard errors by group, tested on the log-log scale
fit <- summary(survfit(Surv(time, left) ~ group, people), times = 6)
wald <- function(p, se) {
  g <- log(-log(p)); v <- (se / (p * log(p)))^2
  contrast <- rbind(c(1, -1, 0), c(0, 1, -1))
  c(drop(t(contrast %*% g) %*% solve(contrast %*% diag(v) %*% t(contrast), contrast %*% g)),
    (g[1] - g[2])^2 / (v[1] + v[2]))
}
staying <- wald(fit$surv, fit$std.err)
shares <- summary(survfit(Surv(time, exit) ~ group, people), times = 6)
dropout <- wald(shares$pstate[, 3], shares$std.err[, 3])
save_table(data.frame(cause = c("", "dropout"), difference = c(fit$surv[1] - fit$surv[2], shares$pstate[1, 3] - shares$pstate[2, 3]),
                      std_error = c(sqrt(sum(fit$std.err[1:2]^2)), sqrt(sum(shares$std.err[1:2, 3]^2))),
                      all = c(staying[1], dropout[1]), pair = c(staying[2], dropout[2])), "competing_milestone.csv")
means <- survival:::survmean(survfit(Surv(time, left) ~ group, people), rmean = 10)$matrix
save_table(data.frame(group = c("a", "b", "c"), estimate = means[, "rmean"], std_error = means[, "se(rmean)"]),
           "competing_rmean.csv")
