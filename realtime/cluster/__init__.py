"""Several machines that work together, by Ray (the extra `cluster`). Nothing of Ray is imported without --cluster.

connect.py     a block in which this process belongs to a cluster
films.py       `liveswap run --cluster`: segments of videos, made by workers on the nodes
serve.py       `liveswap serve --cluster`: a front in this process, and hosts, each a whole server, on the nodes
"""
