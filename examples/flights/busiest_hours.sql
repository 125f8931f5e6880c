-- The busiest hour of each day at each airport: two aggregations in one query. The first counts the
-- departures of every hour, the second finds the greatest of a day's counts; both write only what no
-- late row can change any more.
--   build/venv/bin/python examples/flights/lay_out.py build/demo
--   build/bin/thalweg sql --progress -f examples/flights/busiest_hours.sql
CREATE TEMPORARY VIEW flights (
  year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay DOUBLE, arr_time INT,
  sched_arr_time INT, arr_delay DOUBLE, carrier STRING, flight INT, tailnum STRING, origin STRING,
  dest STRING, air_time DOUBLE, distance DOUBLE, hour INT, minute INT, time_hour TIMESTAMP)
USING csv OPTIONS (path 'build/demo/flights', header 'true', maxFilesPerTrigger '20');

CREATE STREAMING TABLE busiest_hours USING parquet
LOCATION 'build/demo/busiest_hours'
OPTIONS (checkpointLocation 'build/demo/busiest_checkpoint', trigger 'availableNow')
AS SELECT daily.w.start AS day, daily.origin, daily.hour, daily.departures
FROM (
  SELECT window(window_time(w), '1 day') AS w, origin, max(departures) AS departures,
         max_by(w.start, departures) AS hour
  FROM (
    SELECT window(time_hour, '1 hour') AS w, origin, count(dep_time) AS departures
    FROM STREAM flights WATERMARK time_hour DELAY OF INTERVAL 1 HOUR
    GROUP BY window(time_hour, '1 hour'), origin
  ) AS hourly
  GROUP BY window(window_time(w), '1 day'), origin
) AS daily;

SELECT * FROM parquet.`build/demo/busiest_hours` ORDER BY departures DESC, day, origin LIMIT 10;
