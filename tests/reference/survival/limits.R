# Limits for small groups and bands over a range of times. Run here: Rscript limits.R
# Beta product limits: bpcp by the method of moments (GPL, for comparison only; run from R/kmciFunctions.R at commit
# 029abba of github.com/cran/bpcp). Bands: no R package has their constants to more than four digits (km.ci rounds them
# to the tables of Klein & Moeschberger), so they are worked out here in a second way: sums over mirror images, each a
# bivariate normal probability of mvtnorm, and the zeros of Kummer's function in 160 bits of Rmpfr. The band's form is
# that of km.ci (oracle.R). About two minutes.
suppressMessages({library(survival); library(mvtnorm); library(Rmpfr); library(bpcp)})

save_table <- function(frame, file) {
  numeric <- vapply(frame, is.double, TRUE)
  frame[numeric] <- lapply(frame[numeric], function(x) ifelse(is.na(x), "", sprintf("%.17g", x)))
  write.table(frame, file, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
A <- read.csv("A.csv"); A$left <- as.integer(A$cause > 0)

# Beta product limits: after each time up to the next one; all three groups, and the first 15 people of each
exact <- NULL
for (size in c(15, 1000)) for (group in 1:3) for (level in c(.8, .95)) {
  people <- head(A[A$g == group, ], size)
  fit <- bpcp(people$time + 1, people$left, alpha = 1 - level)   # bpcp knows no exit at time 0
  for (t in sort(unique(people$time))) {
    row <- which(fit$L == t + 1 & fit$R > t + 1)
    exact <- rbind(exact, data.frame(size = size, g = group, level = level, time = t, lower = fit$lower[row],
                                     upper = fit$upper[row]))
  }
}
save_table(exact, "limits_bpcp.csv")

# Hall-Wellner: P(|B(u)| < k for low <= u <= high), B a Brownian bridge, by reflection at -k and k
bridge_stays <- function(k, low, high) {
  between <- high - low; after <- 1 - high
  image <- function(shift, sign) {   # the path from x at low to sign x + shift away from y at high
    precision <- rbind(c(1 / low + 1 / between, -sign / between), c(-sign / between, 1 / between + 1 / after))
    covariance <- solve(precision)
    centre <- drop(covariance %*% c(sign * shift, -shift)) / between
    size <- exp(-shift^2 / (2 * between) + drop(centre %*% precision %*% centre) / 2)
    below <- function(x, y)
      pmvnorm(upper = c(x, y), mean = centre, sigma = covariance, algorithm = TVPACK(abseps = 1e-15))[1]
    size / sqrt(low * between * after * det(precision)) * (below(k, k) - below(-k, k) - below(k, -k) + below(-k, -k))
  }
  sum(vapply(-6:6, function(n) image(4 * n * k, 1) - image(2 * k + 4 * n * k, -1), 0))
}
hall_wellner <- function(low, high, level)
  uniroot(function(k) bridge_stays(k, low, high) - level, c(.1, 4), tol = 1e-14)$root

# Equal precision: B(u)/sqrt(u(1-u)) is an Ornstein-Uhlenbeck process on the clock logit(u)/2; it stays within c for a
# time s with chance sum 2 phi(c) f'(c) exp(-v s)/(v^2 df/dv) over the zeros v of f = 1F1(-v/2, 1/2, c^2/2)
BITS <- 160
kummer <- function(a, b, z) {
  term <- total <- mpfr(rep(1, length(a)), BITS)
  for (n in 0:400) {
    term <- term * ((a + n) * z / ((b + n) * (n + 1))); total <- total + term
    if (max(abs(asNumeric(term))) < 1e-30) break
  }
  total
}
ornstein_stays <- function(c, span) {
  z <- mpfr(c, BITS)^2 / 2; step <- mpfr(2, BITS)^-45
  f <- function(v) kummer(-v / 2, .5, z)
  slope <- function(v) (f(v + step) - f(v - step)) / (2 * step)
  grid <- mpfr(seq(1e-6, 38 / span + 1, by = .5), BITS)
  value <- asNumeric(f(grid))
  turns <- which(value[-1] * value[-length(value)] < 0)
  v <- grid[turns] + .5 * value[turns] / (value[turns] - value[turns + 1])
  for (newton in 1:5) v <- v - f(v) / slope(v)
  stopifnot(abs(asNumeric(f(v))) < 1e-20)
  by_place <- -v * mpfr(c, BITS) * kummer(1 - v / 2, 1.5, z)
  asNumeric(sum(2 * exp(-z) / sqrt(2 * Const("pi", BITS)) * by_place * exp(-v * span) / (v^2 * slope(v))))
}
equal_precision <- function(low, high, level)
  uniroot(function(c) ornstein_stays(c, (qlogis(high) - qlogis(low)) / 2) - level, c(2, 4), tol = 1e-12)$root

constants <- NULL
for (range in list(c(.02, .98), c(.1, .9), c(.3, .6), c(.21, .82))) for (level in c(.9, .95))
  constants <- rbind(constants, data.frame(low = range[1], high = range[2], level = level,
                                           hall_wellner = hall_wellner(range[1], range[2], level),
                                           equal_precision = equal_precision(range[1], range[2], level)))
save_table(constants, "limits_constants.csv")

bands <- NULL
for (group in 1:3) for (level in c(.9, .95)) {
  people <- A[A$g == group, ]
  fit <- summary(survfit(Surv(time, left) ~ 1, people))   # times of exits only
  inside <- fit$time >= 2 & fit$time <= 15 & fit$surv < 1
  s <- fit$surv[inside]; v <- (fit$std.err[inside] / s)^2; n <- nrow(people)
  share <- n * v / (1 + n * v)
  widths <- list("hall-wellner" = hall_wellner(min(share), max(share), level) * (1 + n * v) / sqrt(n),
                 "equal-precision" = equal_precision(min(share), max(share), level) * sqrt(v))
  for (kind in names(widths)) for (scale in c("plain", "log")) {
    width <- widths[[kind]]; power <- exp(width / log(s))
    lower <- if (scale == "plain") pmax(s * (1 - width), 0) else s^(1 / power)
    upper <- if (scale == "plain") pmin(s * (1 + width), 1) else s^power
    bands <- rbind(bands, data.frame(g = group, level = level, kind = kind, scale = scale, time = fit$time[inside],
                                     surv = s, lower = lower, upper = upper))
  }
}
save_table(bands, "limits_bands.csv")
