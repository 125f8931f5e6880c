#pragma once

// ANSI type coercion, as Spark 4 does it by default.

#include <optional>
#include <vector>

#include "thalweg/types/data_types.h"

namespace thalweg {

/// The type both sides of an arithmetic or comparison operator are cast to, or null if there is
/// none: byte < short < int < long < decimal < float < double, date < timestamp_ntz < timestamp,
/// and a string gives way to the other side's atomic type (ANSI: integral becomes bigint,
/// fractional double). `null` takes the other side.
TypePtr WiderTypeForTwo(const TypePtr& left, const TypePtr& right);

/// The common type of CASE, COALESCE, IN, UNION, array() and so on; null if there is none.
TypePtr WiderType(const std::vector<TypePtr>& types);

/// The type a value of `from` becomes when a function asks for `to` (implicit cast); null when an
/// implicit cast is not allowed. Equal types give `from` itself.
TypePtr ImplicitCastType(const TypePtr& from, const TypePtr& to);

/// Whether CAST(from AS to) is legal in ANSI mode (try_cast has the same table).
bool CanCast(const arrow::DataType& from, const arrow::DataType& to);

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
