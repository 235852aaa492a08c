# Reference values of several indicators at once: Rscript multivariate.R (in this folder; needs vegan)
suppressMessages(library(vegan))
d <- read.csv("participants.csv")
d$project <- factor(d$project)
x <- d[, c("who5", "contacts", "teilhabe")]
of <- function(name, distance) {
  a <- adonis2(distance ~ project, d, permutations = 2)
  b <- suppressWarnings(anova(betadisper(distance, d$project, type = "centroid")))
  setNames(c(a$F[1], a$R2[1], b[1, "F value"]), paste(name, c("f", "r2", "spread_f"), sep = "_"))
}
values <- c(of("euclidean", dist(scale(x))), of("gower", vegdist(x, "gower")))
write.csv(data.frame(quantity = names(values), value = sprintf("%.14g", values)), "multivariate.csv",
          row.names = FALSE, quote = FALSE)
