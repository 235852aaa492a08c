# Reference values of the room fairness: Rscript fairness.R (in this folder; needs metafor)
suppressMessages(library(metafor))
d <- read.csv("participants.csv", stringsAsFactors = TRUE)
d$period <- factor(ifelse(d$age < 35, "early", "late"))
put <- list()
add <- function(name, values) for (k in seq_along(values)) put[[paste0(name, "_", k)]] <<- unname(values)[k]

# Project intercepts, common slopes; everybody's covariates in every project.
fits <- list(metric = lm(who5 ~ 0 + project + age + sev, d),
             binary = glm(emp ~ 0 + project + age + sev, binomial, d, epsilon = 1e-14),
             count = glm(contacts ~ 0 + project + age + sev, poisson, d, epsilon = 1e-14))
inverse <- list(metric = identity, binary = plogis, count = exp)
slope <- list(metric = function(eta) 0 * eta + 1, binary = dlogis, count = exp)
for (scale in names(fits)) {
  fit <- fits[[scale]]; x <- model.matrix(fit); covariates <- x[, c("age", "sev")]
  gradient <- t(sapply(1:12, function(j) {
    everybody <- cbind(matrix(0, nrow(x), 12), covariates); everybody[, j] <- 1
    colMeans(everybody * slope[[scale]](drop(everybody %*% coef(fit)))) }))
  standardised <- sapply(1:12, function(j) {
    everybody <- cbind(matrix(0, nrow(x), 12), covariates); everybody[, j] <- 1
    mean(inverse[[scale]](drop(everybody %*% coef(fit)))) })
  residual <- fit$model[[1]] - fitted(fit)
  weight <- if (scale == "metric") rep(1, nrow(x)) else fit$weights
  bread <- solve(crossprod(x * sqrt(weight)))
  score <- rowsum(x * residual, d$coach)
  groups <- nrow(score); correction <- groups / (groups - 1) * (nrow(x) - 1) / (nrow(x) - ncol(x))
  sandwich <- correction * bread %*% crossprod(score) %*% bread
  add(paste0(scale, "_standardised"), standardised)
  add(paste0(scale, "_clustered"), sqrt(diag(gradient %*% sandwich %*% t(gradient))))
  if (scale == "metric") add("metric_error", sqrt(diag(gradient %*% vcov(fit) %*% t(gradient))))
}
add("partial_f", anova(lm(who5 ~ age + sev, d), fits$metric)[2, "F"])
none <- glm(contacts ~ project, poisson, d)
add("count_deviance_share", 1 - deviance(fits$count) / deviance(none))
add("metric_r2", 1 - deviance(fits$metric) / deviance(lm(who5 ~ project, d)))

# Own slopes of projects on the fitted score, against one
d$score <- drop(model.matrix(fits$binary)[, c("age", "sev")] %*% coef(fits$binary)[c("age", "sev")])
apart <- anova(glm(emp ~ project + score, binomial, d), glm(emp ~ project * score, binomial, d), test = "Chisq")
add("slopes_apart", c(apart[2, "Deviance"], apart[2, "Df"], apart[2, "Pr(>Chi)"]))

# A regression of projects on one feature
means <- tapply(d$who5, d$project, mean); n <- table(d$project)
variance <- 225 / as.numeric(n); feature <- rep(c(0, 1), 6)
meta <- rma(as.numeric(means), variance, mods = ~feature, method = "PM", test = "knha",
            control = list(tol = 1e-14, maxiter = 10000))
limits <- confint(meta, control = list(tol = 1e-12))$random["tau", c("ci.lb", "ci.ub")]
add("context", c(meta$tau2, limits, coef(meta), meta$se, meta$QE, meta$QEp))

# project x period against coach x period, means weighted by their people
cells <- aggregate(cbind(m = who5, one = 1) ~ project + coach + period, transform(d, one = 1), mean)
cells$n <- aggregate(who5 ~ project + coach + period, d, length)$who5
nested <- anova(lm(m ~ coach + period, cells, weights = n), lm(m ~ coach + period + project:period, cells, weights = n))
add("interaction", c(nested[2, "F"], nested[2, "Df"], nested[2, "Res.Df"]))
write.csv(data.frame(quantity = names(put), value = sprintf("%.12g", unlist(put))), "fairness.csv",
          row.names = FALSE, quote = FALSE)
