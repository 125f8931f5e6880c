"""Types that users make, for the programs about them; workers import this module too."""
from pyspark.sql.types import (ArrayType, DoubleType, LongType, StringType, StructField, StructType,
                               UserDefinedType)


class PointType(UserDefinedType):
    """Points as arrays of two numbers."""

    @classmethod
    def sqlType(cls):
        return ArrayType(DoubleType(), False)

    @classmethod
    def module(cls):
        return "point_types"

    def serialize(self, obj):
        return [obj.x, obj.y]

    def deserialize(self, datum):
        return Point(datum[0], datum[1])


class Point:
    __UDT__ = PointType()

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __repr__(self):
        return f"Point({self.x}, {self.y})"

    def __eq__(self, other):
        return isinstance(other, Point) and (other.x, other.y) == (self.x, self.y)

    def __hash__(self):
        return hash((self.x, self.y))


class SpanType(UserDefinedType):
    """Named spans as structs."""

    @classmethod
    def sqlType(cls):
        return StructType([StructField("name", StringType()), StructField("from", LongType(), False),
                           StructField("to", LongType(), False)])

    @classmethod
    def module(cls):
        return "point_types"

    def serialize(self, obj):
        return (obj.name, obj.begin, obj.end)

    def deserialize(self, datum):
        return Span(datum[0], datum[1], datum[2])


class Span:
    __UDT__ = SpanType()

    def __init__(self, name, begin, end):
        self.name = name
        self.begin = begin
        self.end = end

    def __repr__(self):
        return f"Span({self.name}, {self.begin}, {self.end})"

    def __eq__(self, other):
        return isinstance(other, Span) and repr(other) == repr(self)

    def __hash__(self):
        return hash(repr(self))


class MarkType(UserDefinedType):
    """Marks as numbers."""

    @classmethod
    def sqlType(cls):
        return LongType()

    @classmethod
    def module(cls):
        return "point_types"

    def serialize(self, obj):
        return obj.value

    def deserialize(self, datum):
        return Mark(datum)


class Mark:
    __UDT__ = MarkType()

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Mark({self.value})"

    def __eq__(self, other):
        return isinstance(other, Mark) and other.value == self.value

    def __hash__(self):
        return hash(self.value)
