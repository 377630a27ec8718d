"""Downloads a list of URLs with img2dataset. Its last line is JSON: successes, and seconds from the first shard's start to the last one's end."""
import glob
import json
import sys

from img2dataset import download

options = json.loads(sys.argv[1])


def main():
    download(**options)
    stats = [json.load(open(path)) for path in glob.glob(options["output_folder"] + "/*_stats.json")]
    seconds = max(shard["end_time"] for shard in stats) - min(shard["start_time"] for shard in stats)
    print(json.dumps({"seconds": seconds, "images": sum(shard["successes"] for shard in stats)}))


if __name__ == "__main__":
    main()
