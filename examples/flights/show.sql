SELECT * FROM parquet.`build/demo/departures` ORDER BY departures DESC, hour, origin LIMIT 10;
