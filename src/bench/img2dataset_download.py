"""Downloads a list of URLs with img2dataset. Its last line is JSON: successes, seconds, and of these seconds of work on shards."""
import glob
import json
import sys
import time

from img2dataset import download

options = json.loads(sys.argv[1])


def main():
    began = time.time()
    download(**options)
    seconds = time.time() - began
    stats = [json.load(open(path)) for path in glob.glob(options["output_folder"] + "/*_stats.json")]
    working = max(shard["end_time"] for shard in stats) - min(shard["start_time"] for shard in stats)
    print(json.dumps({"images": sum(shard["successes"] for shard in stats), "seconds": seconds, "working": working}))


if __name__ == "__main__":
    main()
