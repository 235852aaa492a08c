"""Our capacity simulation and its peers on the same people in one run: seconds, ratios, agreement.

    python benchmarks/capacity.py --replications 2 10 100 1000 --venv DIR [--out benchmarks]

``DIR`` is the peers' own environment, made from ``requirements.txt`` where it is absent; without it only ours and
a plain Python heap run.
"""

from compared import Benchmark
from simulators import PERSONS, TOOLS, drawn, write_people

CAPACITY = Benchmark("capacity", "simulators.py", TOOLS, lambda folder, count: write_people(folder, drawn(count)),
                     f"replications of {PERSONS:,} people each", (2, 100), option="replications", each=PERSONS,
                     here=("ours", "heapq"))

if __name__ == "__main__":
    CAPACITY.main()
