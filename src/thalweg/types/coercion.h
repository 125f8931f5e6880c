#pragma once

// Type coercion as Spark does it by default (ANSI), and without `spark.sql.ansi.enabled` (legacy).
// Where a mode is asked for, kTry is like kAnsi.

#include <optional>
#include <vector>

#include "thalweg/types/data_types.h"
#include "thalweg/types/eval_mode.h"

namespace thalweg {

/// The common type of two values, or null if there is none: byte < short < int < long < decimal <
/// float < double, date < timestamp_ntz < timestamp. `null` takes the other side. In ANSI mode
/// bigint and float make double, and a string gives way to the other side's atomic type (integral
/// becomes bigint, fractional double); this also is the type of both sides of an operator. In
/// legacy mode bigint and float make float, and all but booleans and bytes give way to a string.
TypePtr WiderTypeForTwo(const TypePtr& left, const TypePtr& right, EvalMode mode);

/// The common type that loses nothing (findTightestCommonType): no text becomes another type, and no
/// integer or decimal one that has no room for all its values. Null if there is none.
TypePtr TightestType(const TypePtr& left, const TypePtr& right, EvalMode mode);

/// The type both sides of a comparison are cast to: in legacy mode a string becomes what it is
/// compared with, and of a boolean and a number `equality` makes numbers.
TypePtr ComparisonType(const TypePtr& left, const TypePtr& right, bool equality, EvalMode mode);

/// The common type of CASE, COALESCE, IN, UNION, array() and so on; null if there is none.
TypePtr WiderType(const std::vector<TypePtr>& types, EvalMode mode);

/// The type a value of `from` becomes when a function asks for `to` (implicit cast); null when an
/// implicit cast is not allowed. Equal types give `from` itself.
TypePtr ImplicitCastType(const TypePtr& from, const TypePtr& to, EvalMode mode);

/// Whether CAST(from AS to) is legal (try_cast has the table of ANSI mode).
bool CanCast(const arrow::DataType& from, const arrow::DataType& to, EvalMode mode);

/// Whether such a cast never fails and never yields NULL for a non-null value.
bool IsSafeCast(const arrow::DataType& from, const arrow::DataType& to);

/// Store assignment of INSERT INTO in ANSI mode.
bool CanStoreAssign(const arrow::DataType& from, const arrow::DataType& to);

/// The decimal type an integer type becomes beside decimals: byte (3,0), short (5,0), int (10,0),
/// long (20,0); float (14,7), double (30,15).
TypePtr DecimalForType(const arrow::DataType& type);
/// Bounded precision and scale as Spark adjusts them (at least 6 digits of scale are kept).
TypePtr AdjustedDecimal(int precision, int scale);
/// The result type of a decimal operation: op is one of + - * / % and d (div).
TypePtr DecimalResultType(char op, const arrow::DataType& left, const arrow::DataType& right);

}  // namespace thalweg
