#!/usr/bin/env bash
# igraph 1.0.0 reads a GraphML edge of weight 0 without a word, and then refuses to compute with it: betweenness, closeness
# and the layouts of Fruchterman and Reingold, Kamada and Kawai raise an error. networkx 3.6.1 computes without a word, and gives
# the middle of a path of three a normalised betweenness of 1.5, where no value can be above 1.
# Seen: networkx b 1.5; igraph reads weights [0.0, 0.5]; betweenness: Edge weights must be positive for betweenness; …
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check igraph==1.0.0 networkx==3.6.1
"$folder/venv/bin/python" - <<'PY'
import tempfile

import igraph
import networkx

graph = networkx.Graph()
graph.add_edge("a", "b", weight=0.0)
graph.add_edge("b", "c", weight=0.5)
with tempfile.NamedTemporaryFile(suffix=".graphml") as file:
    networkx.write_graphml(graph, file.name)
    read = igraph.Graph.Read_GraphML(file.name)
    between = networkx.betweenness_centrality(networkx.read_graphml(file.name), weight="weight")
print("networkx:", between)
print("igraph reads weights", read.es["weight"])
refused = 0
for name, ask in {
    "betweenness": lambda: read.betweenness(weights="weight"),
    "closeness": lambda: read.closeness(weights="weight"),
    "fr": lambda: read.layout("fr", weights="weight"),
    "kk": lambda: read.layout("kk", weights="weight"),
}.items():
    try:
        ask()
        print(name, "works")
    except igraph.InternalError as error:
        refused += 1
        print(f"{name}: {str(error).partition(': ')[2]}")
assert refused == 4 and between["b"] == 1.5
PY
