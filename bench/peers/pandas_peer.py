"""pandas' side of the benchmark of uploads: reads the file that it is asked for and tells how long that took."""
import json
import sys
import time

import pandas

print(json.dumps({"name": f"pandas {pandas.__version__} read_csv"}), flush=True)
for line in sys.stdin:
    try:
        begun = time.perf_counter()
        frame = pandas.read_csv(json.loads(line)["path"])
        seconds = time.perf_counter() - begun
        assert len(frame) > 0
        print(json.dumps({"seconds": seconds}), flush=True)
    except Exception as error:
        print(json.dumps({"error": str(error)}), flush=True)
