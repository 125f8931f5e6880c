-- Every departure with the weather at its airport in that hour: two streams, joined by airport and
-- time, exactly once. Departures in hours without a weather report come out with NULLs.
--   build/venv/bin/python examples/flights/lay_out.py build/demo
--   build/bin/thalweg sql --progress -f examples/flights/weather_join.sql
CREATE TEMPORARY VIEW flights (
  year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay DOUBLE, arr_time INT,
  sched_arr_time INT, arr_delay DOUBLE, carrier STRING, flight INT, tailnum STRING, origin STRING,
  dest STRING, air_time DOUBLE, distance DOUBLE, hour INT, minute INT, time_hour TIMESTAMP)
USING csv OPTIONS (path 'build/demo/flights', header 'true', maxFilesPerTrigger '20');

CREATE TEMPORARY VIEW weather (
  origin STRING, year INT, month INT, day INT, hour INT, temp DOUBLE, dewp DOUBLE, humid DOUBLE,
  wind_dir DOUBLE, wind_speed DOUBLE, wind_gust DOUBLE, precip DOUBLE, pressure DOUBLE,
  visib DOUBLE, time_hour TIMESTAMP)
USING csv OPTIONS (path 'build/demo/weather', header 'true', maxFilesPerTrigger '20');

CREATE STREAMING TABLE departures_in_weather USING parquet
LOCATION 'build/demo/departures_in_weather'
OPTIONS (checkpointLocation 'build/demo/weather_checkpoint', trigger 'availableNow')
AS SELECT f.time_hour + make_dt_interval(0, 0, f.minute) AS departs, f.origin, f.carrier, f.flight,
          f.dep_delay, w.temp, w.wind_speed, w.visib
FROM (SELECT * FROM STREAM flights WATERMARK time_hour DELAY OF INTERVAL 1 DAY) f
LEFT JOIN (SELECT * FROM STREAM weather WATERMARK time_hour DELAY OF INTERVAL 1 DAY) w
  ON f.origin = w.origin AND w.time_hour <= f.time_hour
     AND w.time_hour > f.time_hour - INTERVAL 1 HOUR;

SELECT origin, CASE WHEN visib < 3 THEN 'fog' WHEN visib IS NULL THEN 'unknown' ELSE 'clear' END
         AS sight, count(*) AS departures, round(avg(dep_delay), 1) AS mean_delay
FROM parquet.`build/demo/departures_in_weather` GROUP BY ALL ORDER BY origin, sight;
