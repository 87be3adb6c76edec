"""graphlib-run QUEUE-FILE RUNS: the same as transition-run.mjs, with Python's own scheduler of a graph: it hands out what
is ready, is told what is done, and knows no order among the ready, no attempts, no failures and no time."""

import collections
import graphlib
import json
import sys
import time

PARALLEL = 64


def run_to_the_end(dependencies):
    sorter = graphlib.TopologicalSorter(dependencies)
    sorter.prepare()
    ready = collections.deque(sorter.get_ready())
    running = collections.deque()
    while sorter.is_active():
        while ready and len(running) < PARALLEL:
            running.append(ready.popleft())
        sorter.done(running.popleft())
        ready.extend(sorter.get_ready())


with open(sys.argv[1]) as file:
    dependencies = {job["job_id"]: job.get("depends_on", []) for job in json.load(file)["jobs"]}
run_seconds = []
for _ in range(int(sys.argv[2])):
    begin = time.perf_counter()
    run_to_the_end(dependencies)
    run_seconds.append(time.perf_counter() - begin)
json.dump({"runSeconds": run_seconds}, sys.stdout)
