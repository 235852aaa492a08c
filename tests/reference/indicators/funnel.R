# Reference values of funnel.csv: Rscript funnel.R (needs FunnelPlotR and metafor); x of n in the twelve projects
x <- c(14, 15, 10, 24, 10, 7, 2, 9, 13, 9, 7, 15); n <- c(33, 30, 19, 34, 27, 32, 10, 16, 28, 19, 19, 36)
plot <- FunnelPlotR::funnel_plot(data.frame(x, n, project = factor(1:12)), numerator = x, denominator = n,
                                 group = project, data_type = "PR", sr_method = "SHMI", draw_unadjusted = TRUE,
                                 draw_adjusted = TRUE, limit = 95, trim_by = 0.1)
print(c(FunnelPlotR::phi(plot), FunnelPlotR::tau2(plot))); print(FunnelPlotR::limits(plot)[1:10, ])
fit <- metafor::rma(measure = "PLO", xi = x, ni = n, method = "PM", test = "knha")
print(c(fit$tau2, fit$se)); print(predict(fit))
