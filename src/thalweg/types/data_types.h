#pragma once

// SQL types as Arrow types, and back. There is no second type hierarchy:
//   boolean bool | tinyint int8 | smallint int16 | int int32 | bigint int64 | float float32 |
//   double float64 | decimal(p,s) decimal128 | string utf8 | binary binary | date date32 |
//   timestamp timestamp(us, "UTC") | timestamp_ntz timestamp(us) | interval day to second
//   duration(us) | interval year to month month_interval | interval (calendar)
//   month_day_nano_interval | array list | map map | struct struct | void null

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"

namespace thalweg {

using TypePtr = std::shared_ptr<arrow::DataType>;
using FieldPtr = std::shared_ptr<arrow::Field>;
using SchemaPtr = std::shared_ptr<arrow::Schema>;

/// timestamp with microseconds since the epoch in UTC (Spark's TIMESTAMP).
TypePtr TimestampType();
/// Wall-clock timestamp without zone (Spark's TIMESTAMP_NTZ).
TypePtr TimestampNtzType();
TypePtr DayTimeIntervalType();
TypePtr YearMonthIntervalType();
TypePtr CalendarIntervalType();
/// Array, map and struct with Spark's field names inside (element; key, value).
TypePtr ArrayOf(const TypePtr& element, bool contains_null = true);
TypePtr MapOf(const TypePtr& key, const TypePtr& value, bool value_contains_null = true);
TypePtr DecimalOf(int precision, int scale);
inline constexpr int kMaxDecimalPrecision = 38;

bool IsTimestamp(const arrow::DataType& type);     // with zone
bool IsTimestampNtz(const arrow::DataType& type);  // without
bool IsInteger(const arrow::DataType& type);       // int8..int64
bool IsFloating(const arrow::DataType& type);      // float, double
bool IsDecimal(const arrow::DataType& type);
bool IsNumeric(const arrow::DataType& type);  // the three above
bool IsString(const arrow::DataType& type);
bool IsNested(const arrow::DataType& type);  // array, map, struct
bool IsInterval(const arrow::DataType& type);
/// True if values of the type can be ordered (and so sorted, compared with <, grouped): all but
/// map and calendar interval, recursively.
bool IsOrderable(const arrow::DataType& type);

/// Spark's simpleString: "bigint", "decimal(10,2)", "array<int>", "struct<a:int,b:string>".
std::string SimpleTypeName(const arrow::DataType& type);
/// Spark's SQL name: "BIGINT", "DECIMAL(10,2)", "ARRAY<INT>", "STRUCT<a: INT, b: STRING>".
std::string SqlTypeName(const arrow::DataType& type);

/// True if both are the same SQL type, ignoring nullability and field metadata inside. The ranges
/// of intervals (interval_range.h) count here, which Arrow's Equals() does not know.
bool SameType(const arrow::DataType& left, const arrow::DataType& right);

/// A type from SQL text ("DECIMAL(10, 2)", "array<struct<a:int>>"), case-insensitive.
/// Errors: UNSUPPORTED_DATATYPE, PARSE_SYNTAX_ERROR.
Result<TypePtr> ParseDataType(std::string_view text);
/// A schema from DDL text ("a INT NOT NULL, b STRING COMMENT 'x'") or from Spark's JSON form.
Result<SchemaPtr> ParseSchema(std::string_view text);
/// Spark's JSON form of a schema ({"type":"struct","fields":[...]}), and of one type.
std::string SchemaToJson(const arrow::Schema& schema);
Result<SchemaPtr> SchemaFromJson(std::string_view json);
/// DDL text of a schema ("a INT,b STRING"), as StructType.toDDL gives it.
std::string SchemaToDdl(const arrow::Schema& schema);
/// The tree that DataFrame.printSchema prints ("root\n |-- a: integer (nullable = true)\n").
std::string SchemaToTree(const arrow::Schema& schema);

}  // namespace thalweg
