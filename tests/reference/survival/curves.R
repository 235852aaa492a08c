# Reference values for curves beyond oracle.R; run in this folder: Rscript curves.R
suppressMessages(library(survival))
stopifnot(packageVersion("survival") >= "3.5")
w <- function(x, f) write.table(format(x, digits = 17, scientific = TRUE, trim = TRUE), f, sep = ",", quote = FALSE, row.names = FALSE)
A <- read.csv("A.csv"); A$status <- as.integer(A$cause > 0)
B <- read.csv("B.csv"); B$status <- as.integer(B$cause > 0)
kinds <- c("plain", "log", "log-log", "logit", "arcsin")

curve <- function(f, ...) data.frame(..., time = f$time, n = f$n.risk, d = f$n.event, c = f$n.censor, surv = f$surv,
                                     se = f$std.err, lo = f$lower, hi = f$upper, H = f$cumhaz, seH = f$std.chaz)
named <- function(f) rep(sub(".*=", "", names(f$strata)), f$strata)

# groups, five scales, three lower limits, delayed entry as well
parts <- list()
for (k in kinds) for (l in c("usual", "peto", "modified")) {
  f <- survfit(Surv(time, status) ~ g, data = A, conf.type = k, conf.lower = l)
  parts[[length(parts) + 1]] <- curve(f, data = "A", kind = k, lower = l, g = named(f))
  f <- survfit(Surv(entry, time, status) ~ g, data = B, conf.type = k, conf.lower = l)
  parts[[length(parts) + 1]] <- curve(f, data = "B", kind = k, lower = l, g = named(f))
}
w(do.call(rbind, parts), "curves_groups.csv")

# weights: fractional (infinitesimal jackknife) and whole numbers (replication)
A$half <- ((seq_len(nrow(A)) * 7) %% 11 + 1) / 4; A$whole <- (seq_len(nrow(A)) * 5) %% 4 + 1
B$half <- ((seq_len(nrow(B)) * 7) %% 11 + 1) / 4
f <- survfit(Surv(time, status) ~ g, data = A, weights = half, robust = TRUE, id = seq_len(nrow(A)), conf.type = "log")
w(curve(f, g = named(f)), "curves_weights_robust.csv")
f <- survfit(Surv(entry, time, status) ~ g, data = B, weights = half, robust = TRUE, id = id, conf.type = "log")
w(curve(f, g = named(f)), "curves_weights_robust_entry.csv")
f <- survfit(Surv(time, status) ~ g, data = A, weights = whole, conf.type = "log-log")
w(curve(f, g = named(f)), "curves_weights_whole.csv")

# quantiles at many probabilities, with S exactly 0.5, 0 at the end, and flat to the end
p <- c(.05, .1, .2, .25, .3, .4, .5, .6, .7, .75, .8, .9, .95)
flat <- data.frame(g = c(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3), time = c(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4),
                   status = c(1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1))
many <- function(d, f) { q <- quantile(f, probs = p); G <- length(f$strata)
  data.frame(data = d, g = rep(1:G, times = length(p)), p = rep(p, each = G), q = c(q$quantile), lo = c(q$lower), hi = c(q$upper)) }
quants <- list()
for (k in c("log", "log-log", "plain")) {
  quants[[length(quants) + 1]] <- cbind(kind = k, rbind(
    many("A", survfit(Surv(time, status) ~ g, data = A, conf.type = k)),
    many("B", survfit(Surv(entry, time, status) ~ g, data = B, conf.type = k)),
    many("flat", survfit(Surv(time, status) ~ g, data = flat, conf.type = k))))
}
w(do.call(rbind, quants), "curves_quantiles.csv"); w(flat, "flat.csv")

# restricted means at several horizons; follow-up; staying on given 3 months
rmst <- list()
for (tau in c(4, 6.5, 12)) {
  for (d in c("A", "B")) { f <- if (d == "A") survfit(Surv(time, status) ~ g, data = A) else survfit(Surv(entry, time, status) ~ g, data = B)
    m <- summary(f, rmean = tau)$table; rmst[[length(rmst) + 1]] <- data.frame(data = d, g = 1:nrow(m), tau = tau, mean = m[, grep("^\\*?rmean", colnames(m))], se = m[, grep("se\\(rmean|std", colnames(m))]) }
}
w(do.call(rbind, rmst), "curves_rmst.csv")
f <- survfit(Surv(time - status / 2, 1 - status) ~ g, data = A, conf.type = "log-log")
q <- quantile(f, probs = .5); w(data.frame(g = 1:3, q = c(q$quantile), lo = c(q$lower), hi = c(q$upper)), "curves_follow_up.csv")
f <- survfit(Surv(time, status) ~ g, data = subset(A, time > 3), conf.type = "log-log")
w(curve(f, g = named(f)), "curves_given3.csv")

# number at risk and cumulative counts
s <- summary(survfit(Surv(entry, time, status) ~ g, data = B), times = c(1, 3, 5, 8, 10), extend = TRUE)
w(data.frame(g = sub(".*=", "", s$strata), time = s$time, n = s$n.risk), "curves_at_risk.csv")

# float ties
x <- c(.1 + .2, .3, .1 * 3, .7, .1 * 7, 1); f <- survfit(Surv(x, c(1, 0, 1, 1, 1, 0)) ~ 1, conf.type = "log-log")
w(curve(f), "curves_float_ties.csv")
