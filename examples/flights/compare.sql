-- The same query as a batch, up to the hour that the last watermark closed: later windows are still
-- open, a stream does not write them before more data closes them.
CREATE TEMPORARY VIEW flights (
  year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay DOUBLE, arr_time INT,
  sched_arr_time INT, arr_delay DOUBLE, carrier STRING, flight INT, tailnum STRING, origin STRING,
  dest STRING, air_time DOUBLE, distance DOUBLE, hour INT, minute INT, time_hour TIMESTAMP)
USING csv OPTIONS (path 'build/demo/flights', header 'true');

CREATE TEMPORARY VIEW airports (
  faa STRING, name STRING, lat DOUBLE, lon DOUBLE, alt INT, tz INT, dst STRING, tzone STRING)
USING csv OPTIONS (path 'build/demo/airports.csv', header 'true');

CREATE TEMPORARY VIEW batch AS
SELECT hourly.window.start AS hour, hourly.origin, airports.name AS airport,
       hourly.departures, hourly.mean_delay
FROM (
  SELECT window(time_hour, '1 hour') AS window, origin,
         count(dep_time) AS departures, round(avg(dep_delay), 2) AS mean_delay
  FROM flights GROUP BY window(time_hour, '1 hour'), origin
) AS hourly
JOIN airports ON hourly.origin = airports.faa
JOIN (SELECT max(time_hour) - INTERVAL 1 HOUR AS watermark FROM flights) AS last
  ON hourly.window.end <= last.watermark;

CREATE TEMPORARY VIEW streamed AS SELECT * FROM parquet.`build/demo/departures`;

CREATE TEMPORARY VIEW both_sides AS
SELECT hour, origin, airport, departures, mean_delay, sum(side) AS balance
FROM (SELECT *, 1 AS side FROM batch UNION ALL SELECT *, -1 AS side FROM streamed) AS rows
GROUP BY hour, origin, airport, departures, mean_delay;

SELECT count_if(balance = 0) AS in_both, count_if(balance > 0) AS only_in_batch,
       count_if(balance < 0) AS only_in_stream
FROM both_sides;
