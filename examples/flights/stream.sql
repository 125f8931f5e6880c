-- Hourly departures and mean delay per airport, from a stream of files, exactly once.
CREATE TEMPORARY VIEW flights (
  year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay DOUBLE, arr_time INT,
  sched_arr_time INT, arr_delay DOUBLE, carrier STRING, flight INT, tailnum STRING, origin STRING,
  dest STRING, air_time DOUBLE, distance DOUBLE, hour INT, minute INT, time_hour TIMESTAMP)
USING csv OPTIONS (path 'build/demo/flights', header 'true', maxFilesPerTrigger '20');

CREATE TEMPORARY VIEW airports (
  faa STRING, name STRING, lat DOUBLE, lon DOUBLE, alt INT, tz INT, dst STRING, tzone STRING)
USING csv OPTIONS (path 'build/demo/airports.csv', header 'true');

CREATE STREAMING TABLE departures USING parquet
LOCATION 'build/demo/departures'
OPTIONS (checkpointLocation 'build/demo/checkpoint', trigger 'availableNow')
AS SELECT hourly.window.start AS hour, hourly.origin, airports.name AS airport,
          hourly.departures, hourly.mean_delay
FROM (
  SELECT window(time_hour, '1 hour') AS window, origin,
         count(dep_time) AS departures, round(avg(dep_delay), 2) AS mean_delay
  FROM STREAM flights WATERMARK time_hour DELAY OF INTERVAL 1 HOUR
  GROUP BY window(time_hour, '1 hour'), origin
) AS hourly JOIN airports ON hourly.origin = airports.faa;
