# Reference values of random-intercept models: Rscript glmm.R (in this folder; needs lme4 and performance)
# Maxima carry the tolerance of lme4's optimiser; rows "at" are its log-likelihood at given
# parameters, exact to rounding.
suppressMessages({library(lme4); library(performance)})
d <- read.csv("participants.csv", stringsAsFactors = TRUE)
tight <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-13, maxfun = 1e5))
binary <- function(formula) glmer(formula, d, binomial, nAGQ = 25, control = tight)
logit <- binary(emp ~ 1 + (1 | project))
adjusted <- binary(emp ~ age + sev + (1 | project))
counts <- glmer(contacts ~ 1 + (1 | project), d, poisson, nAGQ = 25, control = tight)
metric <- lmer(who5 ~ 1 + (1 | project), d)
nested <- lmer(who5 ~ age + (1 | project/coach), d)
sd_of <- function(fit, level = "project") attr(VarCorr(fit)[[level]], "stddev")[[1]]
rows <- list()
add <- function(model, term, estimate, limits = c(NA, NA)) rows[[length(rows) + 1]] <<-
  data.frame(model, term, estimate, lower = limits[[1]], upper = limits[[2]])
limits <- function(fit) suppressWarnings(confint(fit, parm = "theta_", method = "profile", quiet = TRUE)[1, ])
for (name in c("logit", "adjusted", "counts", "metric", "nested")) {
  fit <- get(name); terms <- sub("(Intercept)", "intercept", names(fixef(fit)), fixed = TRUE)
  for (k in seq_along(terms)) add(name, terms[k], fixef(fit)[[k]])
  add(name, "project_sd", sd_of(fit),
      if (name %in% c("adjusted", "nested")) c(NA, NA) else limits(fit))
  if (name == "nested") add(name, "coach_sd", sd_of(fit, "coach:project"))
  if (name %in% c("metric", "nested")) add(name, "residual_sd", sigma(fit))
  add(name, "log_likelihood", as.numeric(logLik(fit)))
}
add("logit", "icc", icc(logit)$ICC_adjusted)
at <- function(name, fit, sd, beta) {   # devFunOnly wants (theta, beta); the saturated part comes from the fit itself
  deviance_at <- update(fit, devFunOnly = TRUE)
  offset <- -2 * as.numeric(logLik(fit)) - deviance_at(c(getME(fit, "theta"), fixef(fit)))
  add(paste0(name, " at"), paste(c(sd, beta), collapse = " "), -(deviance_at(c(sd, beta)) + offset) / 2)
}
for (sd in c(0.2, 0.8)) {
  at("logit", logit, sd, -0.3); at("adjusted", adjusted, sd, c(-1, 0.02, -0.1)); at("counts", counts, sd, 1.2)
}
table <- do.call(rbind, rows)
table[3:5] <- lapply(table[3:5], function(x) ifelse(is.na(x), "", sprintf("%.15g", x)))
write.csv(table, "glmm.csv", row.names = FALSE, quote = FALSE)
