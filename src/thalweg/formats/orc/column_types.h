#pragma once

#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/formats/orc/messages.h"

namespace thalweg::formats::orc {

/// The engine's type of a column, which is also the type of its decoded arrays. ORC has no
/// intervals and no timestamps without zone: Spark stores them as integers and names their type in
/// an attribute. Null for what the engine has no type for (unions). `types` is a checked tree.
TypePtr EngineType(const std::vector<Type>& types, uint64_t column);

/// Appends the types of a column in pre-order, attributes included.
void AppendTypes(const arrow::DataType& type, std::vector<Type>* types);

/// Whether columns of the type can be stored.
bool IsStorable(const arrow::DataType& type);

}  // namespace thalweg::formats::orc
