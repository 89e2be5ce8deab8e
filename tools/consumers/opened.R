# Read the exports of the folder that is named with readr, readxl and igraph, and write what was read as CSV again.
suppressPackageStartupMessages({library(readr); library(readxl); library(igraph)})
options(readr.show_progress = FALSE, readr.show_col_types = FALSE)
place <- commandArgs(TRUE)[1]
into <- commandArgs(TRUE)[2]
at <- function(name) file.path(place, name)
put <- function(data, name) write_csv(data, file.path(into, name), na = "")

exact <- function(name) read_csv(at(name), col_types = cols(.default = "c"), na = character(), trim_ws = FALSE)
put(exact("quotes-exact.csv"), "readr-exact.csv")
put(exact("quotes.csv"), "readr-guarded.csv")
put(exact("quotes-bom.csv"), "readr-bom.csv")
put(read_csv(at("quotes-exact.csv")), "readr-by-itself.csv")
put(read_csv(at("edges.csv")), "readr-edges.csv")
put(read_csv(at("bargaining.csv"), na = ""), "readr-bargaining.csv")
put(read_excel(at("book.xlsx"), "Quotes", col_types = "text", na = character(), trim_ws = FALSE), "readxl-quotes.csv")
put(read_excel(at("book.xlsx"), "Positions", col_types = "text", na = character(), trim_ws = FALSE), "readxl-positions.csv")

g <- read_graph(at("agreement.graphml"), "graphml")
invisible(c(betweenness(g), closeness(g)))
invisible(list(layout_with_fr(g), layout_with_kk(g), layout_with_drl(g)))
ends <- ends(g, E(g), names = FALSE)
put(data.frame(party = V(g)$id[ends[, 1]], other = V(g)$id[ends[, 2]], agreement = E(g)$weight, issues = E(g)$issues),
    "igraph-edges.csv")
put(data.frame(id = V(g)$id, name = V(g)$name), "igraph-vertices.csv")
versions <- sapply(c("readr", "readxl", "igraph"), function(p) as.character(packageVersion(p)))
writeLines(paste(names(versions), versions), file.path(into, "versions.txt"))
