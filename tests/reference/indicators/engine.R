# Reference values of the score engine: Rscript engine.R (in this folder; needs coin and survival)
suppressMessages({library(coin); library(survival)})
d <- read.csv("participants.csv", stringsAsFactors = TRUE)
of <- function(test) unname(statistic(test, type = "test"))
quad <- function(formula) of(independence_test(formula, d, teststat = "quad"))
logrank <- function(formula) of(logrank_test(formula, d, ties.method = "mid-ranks"))
nested <- anova(lm(who5 ~ project / coach, d))
values <- c(
  ordinal = of(kruskal_test(teilhabe ~ project, d)), binary = quad(emp ~ project), metric = quad(who5 ~ project),
  count = quad(contacts ~ project), time_who5 = logrank(Surv(who5, emp) ~ project),
  time_age = logrank(Surv(age, emp) ~ project), time_contacts = logrank(Surv(contacts, emp) ~ project),
  anova_f = anova(lm(who5 ~ project, d))[1, "F value"], anova_p = anova(lm(who5 ~ project, d))[1, "Pr(>F)"],
  coach_ms = nested["project:coach", "Mean Sq"], coach_df = nested["project:coach", "Df"],
  person_ms = nested["Residuals", "Mean Sq"], person_df = nested["Residuals", "Df"])
write.csv(data.frame(quantity = names(values), value = sprintf("%.12g", values)), "engine.csv",
          row.names = FALSE, quote = FALSE)
