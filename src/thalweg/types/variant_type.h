#pragma once

// VARIANT: a value that carries its own type, as Spark's variant encoding writes it (the Variant
// encoding of Parquet). In memory it is Arrow's large_binary, which no other SQL type is: each
// value is one run of bytes,
//   u32 little endian size of the metadata | metadata | value
// so that everything that moves bytes moves variants. What leaves the engine over Arrow is a struct
// of both parts (variant_arrow.h).

#include <string>
#include <string_view>

#include "thalweg/types/data_types.h"

namespace thalweg {

TypePtr VariantType();
bool IsVariant(const arrow::DataType& type);
/// Whether the type is, or has anywhere inside, a VARIANT.
bool HasVariant(const arrow::DataType& type);

/// Whether values of the type may become variants and back; of structs and maps (with texts as
/// keys) only where they are asked for.
bool HasVariantForm(const arrow::DataType& type, bool allow_structs_and_maps);

/// The two byte strings that are a variant; views into memory of someone else.
struct VariantBytes {
  std::string_view value;
  std::string_view metadata;
};

/// Appends what a column keeps for a variant.
void AppendPackedVariant(const VariantBytes& bytes, std::string* out);
/// The parts of what a column keeps. Bytes that are none give empty parts.
VariantBytes UnpackVariant(std::string_view packed);

}  // namespace thalweg
