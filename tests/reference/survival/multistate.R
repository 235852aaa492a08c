# Reference values for states; run in this folder: Rscript multistate.R
# C.csv is written by oracle.R (survival 3.8-11 there, because older versions have no std.auc); its two results:
#   C$ev <- factor(C$to, c(0, 2, 3, 4)); f <- survfit(Surv(t0, t1, ev) ~ 1, id = id, data = C)
#   C_ms.csv: f$time, f$pstate, f$std.err, f$n.risk    C_ms_rmean.csv: summary(f, rmean = 15)$table
# Below: people who start in different states, some watched late, two groups; survival 3.5-3.
suppressMessages(library(survival))
w <- function(x, f) write.table(format(x, digits = 17, scientific = TRUE, trim = TRUE), f, sep = ",", quote = FALSE, row.names = FALSE)
set.seed(5)
n <- 90; rows <- list()
for (i in 1:n) {
  g <- i %% 2 + 1; s <- sample(1:3, 1, prob = c(.5, .3, .2)); t <- if (runif(1) < .4) sample(1:4, 1) else 0
  repeat {
    e <- t + floor(rexp(1, .2 * g)) + 1; to <- sample(0:4, 1, prob = c(.15, .2, .2, .2, .25)); if (to == s) to <- 0
    rows[[length(rows) + 1]] <- data.frame(id = i, g = g, t0 = t, t1 = e, from = s, to = to)
    if (to %in% c(0, 4) || e > 20) break
    s <- to; t <- e
  }
}
D <- do.call(rbind, rows); w(D, "D.csv")
D$ev <- factor(D$to, 0:4); D$from <- factor(D$from, 1:4)
curve <- function(d, kind) {  # influence = TRUE: only then does 3.5-3 add the influence of the shares at the start
  f <- survfit(Surv(t0, t1, ev) ~ 1, id = id, istate = from, data = d, influence = TRUE, conf.type = kind)
  S <- length(f$states); T <- length(f$time)
  list(f = f, table = data.frame(kind = kind, time = rep(f$time, S), state = rep(f$states, each = T), n = c(f$n.risk),
    d = c(f$n.event), c = c(f$n.censor), p = c(f$pstate), se = c(f$std.err), lo = c(f$lower), hi = c(f$upper)))
}
stay <- function(f, tau) {  # integral from 0, of the estimate and of every person's influence
  width <- diff(c(0, pmin(f$time, tau), tau)); p <- rbind(f$p0, f$pstate)
  u <- apply(f$influence.pstate, c(1, 3), function(x) sum(x * width))
  data.frame(tau = tau, state = f$states, mean = colSums(width * p), se = sqrt(colSums(u^2)))
}
curves <- list(); stays <- list()
for (which in 0:2) for (k in c("log-log", "log")) {
  r <- curve(if (which == 0) D else D[D$g == which, ], k); curves[[length(curves) + 1]] <- cbind(g = which, r$table)
  if (k == "log") for (tau in c(3, 7.5, 12)) stays[[length(stays) + 1]] <- cbind(g = which, stay(r$f, tau))
}
E3 <- subset(D, t1 > 3); E3$t0 <- pmax(E3$t0, 3); curves[[length(curves) + 1]] <- cbind(g = -3, curve(E3, "log-log")$table)
w(do.call(rbind, curves), "D_ms.csv"); w(do.call(rbind, stays), "D_ms_stay.csv")
# faults of histories
F <- data.frame(id = c(1, 1, 2, 2, 3, 3, 4, 4, 6, 6, 6), t0 = c(0, 3, 0, 5, 0, 4, 0, 4, 0, 2, 4), t1 = c(4, 6, 3, 7, 3, 6, 4, 8, 2, 4, 6),
                from = c("a", "a", "a", "a", "a", "b", "a", "b", "a", "b", "b"), to = c("", "", "", "", "", "", "", "", "b", "", "b"))
F$ev <- factor(F$to, c("", "b")); s <- survcheck(Surv(t0, t1, ev) ~ 1, id = id, istate = from, data = F)
write.csv(F[, 1:5], "faults.csv", row.names = FALSE, quote = FALSE); w(data.frame(t(s$flag)), "faults_survcheck.csv")
