#include "thalweg/exec/input_hash.h"

#include <arrow/api.h>

#include "thalweg/state/key_hash.h"

namespace thalweg::exec {
namespace {

using state::HashBytes;
using state::internal::FoldedMultiply;
using state::internal::kHashSeed0;

uint64_t Mix(uint64_t hash, uint64_t value) { return FoldedMultiply(hash ^ value, kHashSeed0); }

uint64_t HashArray(const arrow::Array& array);

uint64_t HashPresence(const arrow::Array& array) {
  uint64_t hash = array.length();
  if (array.null_count() == 0) return hash;
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) hash = Mix(hash, i + 1);
  }
  return hash;
}

uint64_t HashFixed(const arrow::Array& array, int width) {
  const uint8_t* values = array.data()->buffers[1]->data() + array.offset() * width;
  if (array.null_count() == 0) return HashBytes(values, array.length() * width);
  uint64_t hash = 0;
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsValid(i)) hash = Mix(hash, HashBytes(values + i * width, width));
  }
  return hash;
}

uint64_t HashTexts(const arrow::BinaryArray& array) {
  uint64_t hash = 0;
  if (array.null_count() == 0 && array.length() > 0) {
    const int32_t* offsets = array.raw_value_offsets();
    for (int64_t i = 0; i < array.length(); ++i) {
      hash = hash * 31 + static_cast<uint32_t>(offsets[i + 1] - offsets[i]);
    }
    return Mix(hash,
               HashBytes(array.raw_data() + offsets[0], offsets[array.length()] - offsets[0]));
  }
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) continue;
    const std::string_view text = array.GetView(i);
    hash = Mix(hash, HashBytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  }
  return hash;
}

uint64_t HashLists(const arrow::ListArray& array) {
  uint64_t hash = 0;
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) continue;
    hash =
        Mix(hash, HashArray(*array.values()->Slice(array.value_offset(i), array.value_length(i))));
  }
  return hash;
}

uint64_t HashArray(const arrow::Array& array) {
  const uint64_t presence = HashPresence(array);
  switch (array.type_id()) {
    case arrow::Type::NA:
      return presence;
    case arrow::Type::BOOL: {
      const auto& flags = static_cast<const arrow::BooleanArray&>(array);
      uint64_t hash = presence;
      for (int64_t i = 0; i < array.length(); ++i) {
        hash = hash * 31 + (flags.IsValid(i) && flags.Value(i) ? 1 : 0);
      }
      return Mix(presence, hash);
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return Mix(presence, HashTexts(static_cast<const arrow::BinaryArray&>(array)));
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return Mix(presence, HashLists(static_cast<const arrow::ListArray&>(array)));
    case arrow::Type::STRUCT: {
      uint64_t hash = presence;
      for (const auto& field : static_cast<const arrow::StructArray&>(array).fields()) {
        hash = Mix(hash, HashArray(*field));
      }
      return hash;
    }
    default: {
      const int width = array.type()->byte_width();
      return width > 0 ? Mix(presence, HashFixed(array, width)) : presence;
    }
  }
}

}  // namespace

uint64_t HashInput(const Batch& batch) {
  uint64_t hash = Mix(kHashSeed0, batch.num_rows);
  for (const ArrayPtr& column : batch.columns) hash = Mix(hash + 1, HashArray(*column));
  return hash;
}

}  // namespace thalweg::exec
