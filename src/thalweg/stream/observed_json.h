#pragma once

#include <optional>
#include <string>

#include "thalweg/data/batch.h"

namespace thalweg::stream {

/// The first of `row` as a JSON object, as Spark's Row.json writes it: timestamps of `time_zone` to
/// the second, binary in base64, maps of string keys as objects, other maps as lists of key and
/// value. Nothing when a column has a type that JSON rows cannot have (intervals): Spark leaves
/// such metrics out.
std::optional<std::string> ObservedRowJson(const arrow::Schema& schema, const Batch& row,
                                           const std::string& time_zone);

}  // namespace thalweg::stream
