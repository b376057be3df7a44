"""
spopt's p-median, asked in an environment of its own.

``python -m tests.bench.peer.spopt_median TASK.npz SECONDS`` reads ``cost`` and ``p`` and prints
JSON; nothing here imports the project.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np

WANTED = ("spopt==0.7.0", "pulp==2.9.0")
"""The second brings the solver CBC."""


def main(task: str, seconds: float) -> None:
    """Solve one task; time for writing the program and for solving it apart."""
    warnings.simplefilter("ignore")
    import pulp  # noqa: PLC0415 -- none of the project's environment
    from spopt.locate import PMedian  # noqa: PLC0415 -- the same

    given = np.load(task)
    cost, p = given["cost"], int(given["p"])
    start = time.process_time()
    model = PMedian.from_cost_matrix(cost, np.ones(len(cost)), p_facilities=p)
    built_s = time.process_time() - start
    begun = time.monotonic()
    model = model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, threads=1), results=False)
    found = {
        "built_s": built_s,
        "solved_s": time.monotonic() - begun,
        "objective": pulp.value(model.problem.objective),
        "proven": model.problem.sol_status == pulp.LpSolutionOptimal,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
