#!/usr/bin/env python3
"""The scripts of examples/flights on a few rows laid out as lay_out.py does it."""

import os
import pathlib
import unittest

from program import ProgramTest, run

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples" / "flights"
FLIGHTS = ("year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,"
           "carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour")
WEATHER = ("origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,"
           "pressure,visib,time_hour")


def flight(day, hour, minute, delay=1.0, origin="EWR"):
    return (f"2013,1,{day},{hour * 100 + minute},{hour * 100 + minute},{delay},1200,1200,0.0,UA,1,"
            f"N1,{origin},IAH,100.0,1400.0,{hour},{minute},2013-01-{day:02}T{hour:02}:00:00Z")


def weather(day, hour, visibility, origin="EWR"):
    return (f"{origin},2013,1,{day},{hour},39.0,26.0,59.0,270.0,10.0,,0.0,1012.0,{visibility},"
            f"2013-01-{day:02}T{hour:02}:00:00Z")


class FlightsTest(ProgramTest):
    def lay_out(self, name, header, days):
        for number, rows in enumerate(days):
            path = self.root / "build" / "demo" / name / f"{number}.csv"
            self.write(path.relative_to(self.root), "\n".join([header, *rows]) + "\n")
            os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))

    def play(self, script):
        outcome = run("sql", "--format", "csv", "-f", EXAMPLES / script, cwd=self.root)
        self.assert_done(outcome)
        return outcome.out.splitlines()

    def test_busiest_hours(self):
        self.lay_out("flights", FLIGHTS, [
            [flight(1, 5, 15), flight(1, 5, 30), flight(1, 9, 0), flight(1, 9, 10, origin="JFK")],
            [flight(2, 7, 0), flight(2, 8, 0), flight(2, 8, 20)], [flight(4, 7, 0)]])
        self.assertEqual(self.play("busiest_hours.sql"), [
            "day,origin,hour,departures",
            "2013-01-01 00:00:00,EWR,2013-01-01 05:00:00,2",
            "2013-01-02 00:00:00,EWR,2013-01-02 08:00:00,2",
            "2013-01-01 00:00:00,JFK,2013-01-01 09:00:00,1"])

    def test_departures_with_and_without_weather(self):
        self.lay_out("flights", FLIGHTS, [[flight(1, 5, 15, 2.0), flight(1, 6, 30, 4.0)],
                                          [flight(1, 7, 0, 6.0, "JFK")], [flight(5, 7, 0)]])
        self.lay_out("weather", WEATHER, [[weather(1, 5, 10.0)], [weather(1, 6, 0.5)],
                                          [weather(5, 1, 10.0, "LGA")]])
        self.assertEqual(self.play("weather_join.sql"), [
            "origin,sight,departures,mean_delay", "EWR,clear,1,2.0", "EWR,fog,1,4.0",
            "JFK,unknown,1,6.0"])


if __name__ == "__main__":
    unittest.main()
