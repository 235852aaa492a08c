# Reference values for Cox, proportionality, Fine-Gray and discrete hazards. Run here: Rscript regression.R
# Invented people from one seed; months with heavy ties, delayed entry, time 0, strata, clusters, four kinds of exit.
suppressMessages({library(survival); library(cmprsk)})

save_table <- function(frame, file) {
  numeric <- vapply(frame, is.double, TRUE)
  frame[numeric] <- lapply(frame[numeric], function(x) sprintf("%.17g", x))
  write.table(frame, file, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
save_table(data.frame(program = c("R", "survival", "cmprsk"),
                      version = c(as.character(getRversion()), as.character(packageVersion("survival")),
                                  as.character(packageVersion("cmprsk")))), "versions.csv")

set.seed(20)
n <- 260
people <- data.frame(
  age = round(runif(n, 20, 60)), sex = sample(c("female", "male"), n, TRUE),
  education = sample(c("high", "low", "middle"), n, TRUE, c(.2, .5, .3)),
  project = sample(c("P1", "P2", "P3"), n, TRUE), coach = sample(sprintf("C%02d", 1:14), n, TRUE),
  start = ifelse(runif(n) < .5, 0, floor(runif(n, 0, 7))))
risk <- .06 * exp(.02 * (people$age - 40) + .4 * (people$sex == "male") - .3 * (people$education == "low"))
leaving <- people$start + floor(rexp(n, risk)) + 1
locked <- people$start + floor(runif(n, 2, 22))
people$stop <- pmin(leaving, locked)
people$event <- ifelse(leaving <= locked, sample(c("completed", "dropout", "employment", "transfer"), n, TRUE,
                                                  c(.35, .35, .2, .1)), "censored")
people$duration <- people$stop - people$start - 1             # some leave at time 0
people$precise <- people$duration + round(runif(n), 6) + .001 # hardly any ties
save_table(people, "people.csv")
people$left <- people$event != "censored"

control <- coxph.control(eps = 1e-15, iter.max = 60, toler.chol = 1e-16)
terms <- "age + sex + education"
models <- list(
  efron = list(paste("Surv(duration, left) ~", terms), "efron"),
  breslow = list(paste("Surv(duration, left) ~", terms), "breslow"),
  stratified = list(paste("Surv(duration, left) ~", terms, "+ strata(project)"), "efron"),
  clustered = list(paste("Surv(duration, left) ~", terms), "efron", "coach"),
  clustered_breslow = list(paste("Surv(duration, left) ~", terms), "breslow", "coach"),
  delayed = list(paste("Surv(start, stop, left) ~", terms), "efron"),
  delayed_breslow = list(paste("Surv(start, stop, left) ~", terms), "breslow"),
  delayed_stratified_clustered = list(paste("Surv(start, stop, left) ~", terms, "+ strata(project)"), "efron", "coach"),
  delayed_dropout_clustered = list(paste("Surv(start, stop, event == 'dropout') ~", terms), "efron", "coach"),
  untied = list(paste("Surv(precise, left) ~", terms), "efron"))

cox <- zph <- NULL
for (name in names(models)) {
  model <- models[[name]]
  formula <- as.formula(model[[1]])
  fit <- if (length(model) > 2) coxph(formula, people, ties = model[[2]], control = control, cluster = coach)
         else coxph(formula, people, ties = model[[2]], control = control)
  naive <- if (is.null(fit$naive.var)) fit$var else fit$naive.var
  robust <- if (is.null(fit$naive.var)) rep(NA_real_, length(coef(fit))) else sqrt(diag(fit$var))
  cox <- rbind(cox, data.frame(model = name, term = names(coef(fit)), estimate = unname(coef(fit)),
                               std_error = sqrt(diag(naive)), robust_se = robust,
                               null_log_likelihood = fit$loglik[1], log_likelihood = fit$loglik[2]))
  for (transform in c("km", "identity", "rank", if (min(people$stop[people$left]) > 0) "log")) {
    if (transform == "log" && !grepl("stop|precise", model[[1]])) next  # log of time 0
    test <- cox.zph(fit, transform = transform)$table
    zph <- rbind(zph, data.frame(model = name, transform = transform, term = rownames(test), statistic = test[, 1],
                                 df = test[, 2], p_value = test[, 3]))
  }
}
save_table(cox, "cox.csv")
save_table(zph, "zph.csv")

design <- model.matrix(as.formula(paste("~", terms)), people)[, -1]
spread <- apply(design, 2, sd)  # crr reaches its strictest tolerance on standardised columns only
status <- match(people$event, c("censored", "completed", "dropout", "employment", "transfer")) - 1
subdistribution <- NULL
for (name in c("tied", "untied", "tied_groups", "untied_groups", "tied_employment")) {
  time <- if (grepl("^untied", name)) people$precise else people$duration
  group <- if (grepl("groups", name)) people$project else rep(1, n)
  for (gtol in 10^-(14:11)) {
    fit <- crr(time, status, scale(design), cengroup = group, failcode = if (grepl("employment", name)) 3 else 2,
               cencode = 0, gtol = gtol, maxiter = 60)
    if (fit$converged) break
  }
  stopifnot(fit$converged)
  subdistribution <- rbind(subdistribution, data.frame(
    model = name, term = names(fit$coef), estimate = unname(fit$coef) / spread, std_error = sqrt(diag(fit$var)) / spread,
    null_log_likelihood = fit$loglik.null, log_likelihood = fit$loglik))
}
save_table(subdistribution, "crr.csv")

# Grouped discrete hazards: rows (project, month) with those at risk and those leaving.
months <- min(people$duration):max(people$duration)
counts <- do.call(rbind, lapply(c("P1", "P2", "P3"), function(project) do.call(rbind, lapply(months, function(month) {
  here <- people$project == project
  data.frame(project = project, time = month, n_risk = sum(here & people$duration >= month),
             n_event = sum(here & people$duration == month & people$left),
             n_dropout = sum(here & people$duration == month & people$event == "dropout"),
             n_censored = sum(here & people$duration == month & !people$left))
}))))
counts <- counts[counts$n_risk > 0, ]
save_table(counts, "counts.csv")
discrete <- NULL
strict <- glm.control(epsilon = 1e-15, maxit = 100)
for (link in c("cloglog", "logit")) for (event in c("n_event", "n_dropout")) {
  rows <- counts
  rows$d <- rows[[event]]
  some <- ave(rows$d, rows$time, FUN = sum) > 0
  fits <- list(each = glm(cbind(d, n_risk - d) ~ 0 + factor(time) + project, binomial(link), rows[some, ], control = strict),
               linear = glm(cbind(d, n_risk - d) ~ time + project, binomial(link), rows, control = strict))
  for (name in names(fits)) {
    fit <- update(fits[[name]], start = coef(fits[[name]]))  # standard errors at the maximum, not one step before
    table <- summary(fit)$coefficients
    discrete <- rbind(discrete, data.frame(model = name, link = link, event = event, term = rownames(table),
                                           estimate = table[, 1], std_error = table[, 2],
                                           log_likelihood = as.numeric(logLik(fit))))
  }
}
save_table(discrete, "discrete.csv")
