# Reference values of effect sizes: Rscript effects.R (in this folder; needs effectsize and rstatix)
suppressMessages({library(effectsize); library(rstatix)})
d <- read.csv("participants.csv", stringsAsFactors = TRUE)
fit <- aov(who5 ~ project, d)
eta <- effectsize::eta_squared(fit, alternative = "two.sided"); omega <- effectsize::omega_squared(fit, alternative = "two.sided")
rank <- effectsize::rank_epsilon_squared(teilhabe ~ project, data = d, ci = NULL)
table <- table(d$project, d$emp)
plain <- effectsize::cramers_v(table, adjust = FALSE, alternative = "two.sided")
adjusted <- effectsize::cramers_v(table, adjust = TRUE, ci = NULL)
welch <- rstatix::welch_anova_test(d, who5 ~ project)
values <- c(eta2 = eta[[2]], eta2_lower = eta$CI_low, eta2_upper = eta$CI_high, omega2 = omega[[2]],
  rank_epsilon2 = rank[[1]], kruskal = unname(rstatix::kruskal_test(d, teilhabe ~ project)$statistic),
  eta2_h = unname(rstatix::kruskal_effsize(d, teilhabe ~ project)$effsize),
  cramer_v = plain[[1]], cramer_v_lower = plain$CI_low, cramer_v_upper = plain$CI_high,
  cramer_v_adjusted = adjusted[[1]], welch_f = unname(welch$statistic),
  oneway_f = unname(oneway.test(who5 ~ project, d)$statistic), oneway_p = oneway.test(who5 ~ project, d)$p.value)
write.csv(data.frame(quantity = names(values), value = sprintf("%.15g", values)), "effects.csv", row.names = FALSE, quote = FALSE)
