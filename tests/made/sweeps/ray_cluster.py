"""A cluster of Ray on this machine: a head without processors and nodes of one. Reads lines, "add" and "remove", which takes the
oldest node away, and ends with its input. Says the head's address, then a line for each that is done."""
import os
import sys

os.environ["RAY_worker_niceness"] = "0"  # a busy machine would starve them otherwise
# A node that is dead is missed within seconds, not within half a minute.
os.environ |= {"RAY_health_check_period_ms": "1000", "RAY_health_check_timeout_ms": "3000", "RAY_health_check_failure_threshold": "3"}

from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=1) for _ in range(int(sys.argv[1]))]
print(cluster.address, flush=True)
for line in sys.stdin:
    if line.strip() == "add":
        nodes.append(cluster.add_node(num_cpus=1))
    else:
        cluster.remove_node(nodes.pop(0), allow_graceful=False)
    print("done", flush=True)
cluster.shutdown()
