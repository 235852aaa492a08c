# Reference values of documented.csv: Rscript documented.R (in this folder; needs metafor and lme4)
suppressMessages({library(metafor); library(lme4)})
rows <- list()
keep <- function(source, ...) for (name in names(list(...))) rows[[length(rows) + 1]] <<-
  data.frame(source = source, quantity = name, value = sprintf("%.10g", as.numeric(list(...)[[name]])))
spread <- function(source, x, n) {
  fit <- function(...) rma(measure = "PLO", xi = x, ni = n, ...)
  pm <- fit(method = "PM"); limits <- confint(pm)$random; knha <- fit(method = "PM", test = "knha"); ahead <- predict(knha)
  glmm <- rma.glmm(measure = "PLO", xi = x, ni = n, nAGQ = if (length(x) > 3) 25 else 7)
  keep(source, q = pm$QE, q_p = pm$QEp, tau2 = pm$tau2, tau2_lower = limits["tau^2", "ci.lb"],
       tau2_upper = limits["tau^2", "ci.ub"], i2 = limits["I^2(%)", "estimate"] / 100,
       i2_lower = limits["I^2(%)", "ci.lb"] / 100, i2_upper = limits["I^2(%)", "ci.ub"] / 100,
       mean = plogis(ahead$pred), mean_lower = plogis(ahead$ci.lb), mean_upper = plogis(ahead$ci.ub),
       new_lower = plogis(ahead$pi.lb), new_upper = plogis(ahead$pi.ub), glmm_tau2 = glmm$tau2)
  for (method in c("DL", "REML", "ML", "SJ", "HE"))
    do.call(keep, c(source, setNames(list(fit(method = method)$tau2), paste0("tau2_", method))))
  test <- chisq.test(cbind(x, n - x), correct = FALSE)
  keep(source, pearson = test$statistic, pearson_p = test$p.value)
}
golden <- list(x = c(14, 15, 10, 24, 10, 7, 2, 9, 13, 9, 7, 15), n = c(33, 30, 19, 34, 27, 32, 10, 16, 28, 19, 19, 36))
spread("golden", golden$x, golden$n)
spread("plans", c(417, 720, 500), c(620, 2160, 1500))
set.seed(20220615)
keep("golden", freeman_halton = fisher.test(cbind(golden$x, golden$n - golden$x), simulate.p.value = TRUE, B = 1e6)$p.value)
for (one in list(c(11, 15), c(417, 620), c(68, 417), c(349, 417), c(0, 15), c(10, 72), c(10, 32))) {
  limits <- binom.test(one[1], one[2])$conf.int
  wilson <- prop.test(one[1], one[2], correct = FALSE)$conf.int
  keep(paste(one, collapse = "/"), lower = limits[1], upper = limits[2], wilson_lower = wilson[1], wilson_upper = wilson[2])
}
pairs <- list(c(11, 4, 349, 68), c(3, 12, 0, 417), c(0, 15, 68, 349), c(13, 2, 349, 68), c(15, 0, 0, 417), c(2, 8, 24, 10))
for (one in pairs) keep(paste(one, collapse = "/"), fisher = fisher.test(matrix(one, 2))$p.value)
write.csv(do.call(rbind, rows), "documented.csv", row.names = FALSE, quote = FALSE)
