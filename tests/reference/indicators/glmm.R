# Reference values of random-intercept models: Rscript glmm.R (in this folder; needs lme4 and performance)
suppressMessages({library(lme4); library(performance)})
d <- read.csv("participants.csv", stringsAsFactors = TRUE)
logit <- glmer(emp ~ 1 + (1 | project), d, binomial, nAGQ = 25)
adjusted <- glmer(emp ~ age + sev + (1 | project), d, binomial, nAGQ = 25)
counts <- glmer(contacts ~ 1 + (1 | project), d, poisson, nAGQ = 25)
metric <- lmer(who5 ~ 1 + (1 | project), d)
sd_of <- function(fit) attr(VarCorr(fit)$project, "stddev")
limits <- function(fit) confint(fit, parm = "theta_", method = "profile")[1, ]
print(list(logit = c(sd_of(logit), fixef(logit), logLik(logit), limits(logit), icc(logit)$ICC_adjusted),
           adjusted = c(sd_of(adjusted), logLik(adjusted)),
           counts = c(sd_of(counts), fixef(counts), limits(counts)),
           metric = c(sd_of(metric), sigma(metric), logLik(metric), limits(metric))), digits = 8)
