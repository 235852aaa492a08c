# What measure.py does, for R: every repetition is a process of its own, forked after loading, that first works
# on little and then on everything, again while little time was spent; the median of three.
suppressPackageStartupMessages(library(parallel))

json <- function(values) {
  one <- function(value) if (is.character(value)) dQuote(gsub("[\"\\\\\n]", " ", value), FALSE) else
    paste0("[", paste(ifelse(is.finite(value), sprintf("%.17g", value), "null"), collapse = ","), "]")
  if (!length(values)) return("{}")
  paste0("{", paste0("\"", names(values), "\":", vapply(values, one, ""), collapse = ","), "}")
}
alone <- function(warm, work, limit) {
  job <- mcparallel(tryCatch({
    warm()
    calls <- c()
    while (sum(calls) < 0.25) {
      begun <- Sys.time()
      numbers <- work()
      calls <- c(calls, as.numeric(difftime(Sys.time(), begun, units = "secs")))
    }
    list(calls = calls, numbers = if (is.function(numbers)) numbers() else numbers)
  }, error = function(e) list(failed = conditionMessage(e))))
  found <- mccollect(job, wait = FALSE, timeout = limit)
  if (is.null(found)) { tools::pskill(job$pid, tools::SIGKILL); return(list(failed = sprintf("> %g s", limit))) }
  mccollect(job)
  found[[1]]
}
# Prints one JSON line; `numbers` names what `work` returns, a list or a function that reads it.
measured <- function(name, version, warm, work, limit) {
  every <- list(); found <- list()
  while (length(every) < 3 && sum(unlist(every)) < 30 && is.null(found$failed)) {
    found <- alone(warm, work, limit)
    every <- c(every, list(found$calls))
  }
  what <- if (!is.null(found$failed)) sprintf("\"failed\":%s", dQuote(gsub("[\"\\\\\n]", " ", found$failed), FALSE)) else
    sprintf("\"seconds\":%.9g,\"first\":%.9g,\"repetitions\":%d,\"numbers\":%s", median(vapply(every, median, 0)),
            median(vapply(every, `[`, 0, 1)), length(every), json(found$numbers))
  cat(sprintf("{\"task\":\"%s\",\"version\":\"%s\",%s}\n", name, version, what))
  flush(stdout())
}
