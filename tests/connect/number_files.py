"""Streams of files whose order is certain."""
import glob
import os


def numbers(spark, directory, files=2):
    """A stream of the numbers from 0 on, ten in each file, a file in each batch."""
    written = set()
    for i in range(files):
        spark.range(i * 10, i * 10 + 10).coalesce(1).write.mode("append").parquet(directory)
        # Files of one millisecond are read in no particular order.
        for path in set(glob.glob(f"{directory}/*.parquet")) - written:
            os.utime(path, (1_700_000_000 + i, 1_700_000_000 + i))
            written.add(path)
    return spark.readStream.schema("id LONG").option("maxFilesPerTrigger", 1).parquet(directory)
