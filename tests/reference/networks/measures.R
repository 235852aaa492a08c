# Measures every graph of graphs.json; run: Rscript measures.R (R 4.2, sna 2.7-1, igraph 1.3.5) -> measures.json
suppressMessages({library(jsonlite); library(sna)})
graphs <- fromJSON("graphs.json")
one <- function(A) {
  n <- nrow(A); sym <- all(A == t(A)); binary <- all(A %in% 0:1); U <- (pmax(A, t(A)) > 0) * 1; B <- (A > 0) * 1
  mode <- if (sym) "graph" else "digraph"
  connected <- component.dist(U)$csize[1] == n
  o <- list(n = n, symmetric = sym)
  o$density <- gden(B)
  for (m in c("dyadic", "dyadic.nonnull", "edgewise")) o[[paste0("reciprocity_", m)]] <- as.numeric(grecip(B, measure = m))
  o$transitivity <- gtrans(B, measure = "weak")
  o$dyads <- as.numeric(dyad.census(B)); o$triads <- as.numeric(triad.census(B))
  for (m in c("freeman", "indegree", "outdegree")) o[[paste0("centralization_", m)]] <- centralization(B, degree, cmode = m)
  o$centralization_degree_weak <- centralization(U, degree, mode = "graph", cmode = "indegree")
  o$centralization_betweenness <- centralization(B, betweenness, mode = "digraph")
  o$centralization_betweenness_weak <- centralization(U, betweenness, mode = "graph")
  if (connected) {
    o$centralization_closeness_weak <- centralization(U, closeness, mode = "graph", cmode = "undirected")
    o$centralization_eigenvector_weak <- centralization(U, evcent, mode = "graph", use.eigen = FALSE, tol = 1e-15, maxiter = 1e6)
    o$eigenvector_weak <- abs(eigen(U)$vectors[, 1])
    o$closeness_weak <- closeness(U, gmode = "graph", cmode = "undirected")
  }
  o$harmonic <- closeness(B, gmode = "digraph", cmode = "suminvdir")
  o$indegree <- degree(A, cmode = "indegree", ignore.eval = TRUE); o$outdegree <- degree(A, cmode = "outdegree", ignore.eval = TRUE)
  o$instrength <- degree(A, cmode = "indegree", ignore.eval = FALSE); o$outstrength <- degree(A, cmode = "outdegree", ignore.eval = FALSE)
  o$betweenness <- betweenness(B, gmode = "digraph"); o$betweenness_weak <- betweenness(U, gmode = "graph")
  o$connectedness <- connectedness(B); o$efficiency <- efficiency(B)
  o$hierarchy <- hierarchy(B, measure = "krackhardt"); o$lubness <- lubness(B)
  cd <- component.dist(U); o$component_sizes <- sort(cd$csize, decreasing = TRUE)
  o$strong_sizes <- sort(component.dist(B, connected = "strong")$csize, decreasing = TRUE)
  d <- geodist(B, inf.replace = Inf)$gdist; diag(d) <- NA
  o$reachable_share <- mean(is.finite(d[!is.na(d)]))
  o$cutpoints_weak <- as.numeric(cutpoints(U, mode = "graph"))
  o
}
sna_values <- lapply(graphs, one)
suppressMessages({detach("package:sna"); library(igraph)})
two <- function(A) {
  sym <- all(A == t(A)); U <- (pmax(A, t(A)) > 0) * 1; B <- (A > 0) * 1
  G <- graph_from_adjacency_matrix(B, "directed"); Gu <- graph_from_adjacency_matrix(U, "undirected")
  Gv <- if (sym) graph_from_adjacency_matrix(A, "undirected", weighted = TRUE) else graph_from_adjacency_matrix(A, "directed", weighted = TRUE)
  list(constraint_weak = constraint(Gu), constraint = constraint(if (sym) Gu else G), constraint_valued = constraint(Gv),
       mean_distance = mean_distance(G), mean_distance_weak = mean_distance(Gu), diameter = diameter(G),
       efficiency_weak = global_efficiency(Gu), efficiency = global_efficiency(G),
       eigenvector_weak_igraph = as.numeric(eigen_centrality(Gu)$vector), articulation = sort(as.numeric(articulation_points(Gu))))
}
igraph_values <- lapply(graphs, two)
write_json(list(sna = sna_values, igraph = igraph_values), "measures.json", digits = I(17), auto_unbox = TRUE, null = "null", na = "null")
