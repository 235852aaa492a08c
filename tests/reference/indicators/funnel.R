# Reference values of funnel.csv: Rscript funnel.R (in this folder; needs metafor); x of n in the twelve projects.
# Rows of other sources stay as they are: FunnelPlotR is not in Debian, its call was
#   funnel_plot(data.frame(x, n, project = factor(1:12)), numerator = x, denominator = n, group = project,
#               data_type = "PR", sr_method = "SHMI", draw_unadjusted = TRUE, draw_adjusted = TRUE, limit = 95, trim_by = .1)
x <- c(14, 15, 10, 24, 10, 7, 2, 9, 13, 9, 7, 15); n <- c(33, 30, 19, 34, 27, 32, 10, 16, 28, 19, 19, 36)
tight <- list(tol = 1e-14, maxiter = 1e4)
fit <- metafor::rma(measure = "PLO", xi = x, ni = n, method = "PM", test = "knha", control = tight)
expected <- predict(fit)
found <- data.frame(source = "metafor", quantity = c("tau2_pm", "se_knha", "prediction_lower", "prediction_upper"),
                    value = sprintf("%.15g", c(fit$tau2, fit$se, expected$pi.lb, expected$pi.ub)))
kept <- subset(read.csv("funnel.csv", colClasses = "character"), source != "metafor")
write.csv(rbind(kept, found), "funnel.csv", row.names = FALSE, quote = FALSE)
