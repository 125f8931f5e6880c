#pragma once

#include <arrow/type_fwd.h>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"
#include "thalweg/python/pickle_reader.h"

namespace thalweg::python {

/// Appends a Python value to a builder, as Spark takes what a plain Python function returns: a
/// value of another kind than the builder's type is null, integers are cut to the width, anything
/// becomes text for a string. Errors: STRUCT_ARRAY_LENGTH_MISMATCH.
Status AppendPythonValue(const PickleValue& value, arrow::ArrayBuilder* builder);

}  // namespace thalweg::python
