#pragma once

// Spark's "pretty SQL" of expressions: the default names of columns and the text in errors.

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/types/data_types.h"

namespace thalweg::plan {

/// "abc", "1.5", "NULL", "DATE '2024-01-01'", "INTERVAL '1' DAY".
std::string LiteralText(const arrow::Scalar& value, const std::string& time_zone);

/// The text of a call of `name` (an operator symbol or a function name in lower case): "(a + b)",
/// "upper(s)", "CEIL(x)"; with the defaults of arguments left out where Spark prints them.
std::string CallText(const std::string& name, const std::vector<std::string>& arguments,
                     const std::vector<TypePtr>& types);

}  // namespace thalweg::plan
