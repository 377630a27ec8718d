"""Downloads a list of URLs with img2dataset; says seconds and successes as JSON on its last line."""
import glob
import json
import sys
import time

from img2dataset import download

options = json.loads(sys.argv[1])


def main():
    began = time.perf_counter()
    download(**options)
    seconds = time.perf_counter() - began
    stats = [json.load(open(path)) for path in glob.glob(options["output_folder"] + "/*_stats.json")]
    print(json.dumps({"seconds": seconds, "images": sum(shard["successes"] for shard in stats)}))


if __name__ == "__main__":
    main()
