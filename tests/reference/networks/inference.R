# Brokerage, QAP and MRQAP on graphs.json and the fixture; run: Rscript inference.R (R 4.2, sna 2.7-1) -> inference.json
suppressMessages({library(jsonlite); library(sna)})
graphs <- fromJSON("graphs.json")
rd <- function(f) as.matrix(read.csv(f, row.names = 1, check.names = FALSE))
directed <- Filter(function(A) !all(A == t(A)) && all(A %in% 0:1) && nrow(A) >= 5, graphs)
group_of <- function(n) (seq_len(n) * 7) %% 5 %/% 2   # 0, 1 or 2: three groups of uneven size
distance_of <- function(n) { x <- sin(seq_len(n)); abs(outer(x, x, "-")) }
same_of <- function(n) outer(group_of(n), group_of(n), "==") * 1
brokers <- lapply(directed, function(A) {
  b <- brokerage(A, group_of(nrow(A)))
  list(raw = unname(b$raw.nli), expected = unname(b$exp.nli), z = unname(b$z.nli)) })
correlation <- lapply(graphs, function(A) {
  n <- nrow(A); sym <- all(A == t(A))
  list(same = gcor(A, same_of(n), mode = if (sym) "graph" else "digraph"),
       distance = gcor(A, distance_of(n), mode = if (sym) "graph" else "digraph")) })
fits <- lapply(Filter(function(A) nrow(A) >= 8 && any(A > 0), graphs), function(A) {
  n <- nrow(A); sym <- all(A == t(A))
  m <- netlm(A, list(same_of(n), distance_of(n)), mode = if (sym) "graph" else "digraph", nullhyp = "classical")
  list(coefficients = as.numeric(m$coefficients), t = as.numeric(m$tstat)) })
A <- rd("adjacency_binary.csv"); V <- rd("adjacency_valued.csv"); X <- rd("same_domain.csv"); D <- rd("distance.csv")
holes <- V; holes[cbind(c(1, 1, 5, 9, 20), c(2, 7, 3, 22, 4))] <- NA   # five unknown cells
h <- netlm(holes, list(X, D), nullhyp = "classical")
set.seed(1); q <- qaptest(list(A, X), gcor, reps = 5000, g1 = 1, g2 = 2)
set.seed(1); qd <- qaptest(list(A, D), gcor, reps = 5000, g1 = 1, g2 = 2)
set.seed(1); m <- netlm(V, list(X, D), nullhyp = "qapspp", reps = 5000)
write_json(list(brokerage = brokers, correlation = correlation, regression = fits,
                with_unknown = list(coefficients = as.numeric(h$coefficients), t = as.numeric(h$tstat)),
                p_values = list(correlation_distance = list(greater = qd$pgreq, less = qd$pleeq),
                                regression = as.numeric(m$pgreqabs)[2:3], replicates = 5000)),
           "inference.json", digits = NA, auto_unbox = TRUE, na = "null")
