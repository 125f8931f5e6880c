#pragma once

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// json_tuple(json, name, ...): one row of the fields with these names of an object, as text. NULL
/// stands for what is not there, and all are NULL where the text is no object.
void RegisterJsonTuple(FunctionRegistry* registry);

}  // namespace thalweg::functions
