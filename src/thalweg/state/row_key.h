#pragma once

// Canonical key bytes: rows whose SQL keys are equal (NULL equal to NULL, -0.0 to 0.0, NaN to NaN)
// have equal bytes and no others have. The bytes are written to state files (docs/formats/state.md)
// and so must never change within a format version.
//
// Two layouts, chosen by the key types alone:
// - fixed: all leaves have a fixed width and together fit kMaxFixedKeyBytes. Values in column
//   order (a NULL has all zero bytes), then one bit per column and struct field that is set for
//   NULL, then zero bytes up to a multiple of 8. Equality and hashing work on whole words.
// - variable: per column a byte (1 value, 0 NULL), then the value: fixed width little-endian;
//   string and binary as 32-bit length and bytes; struct as its fields; list and map as 32-bit
//   count and elements.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::state {

inline constexpr int kMaxFixedKeyBytes = 64;

/// The keys of a batch, encoded, with their hashes. Reused from batch to batch.
struct KeyBatch {
  int64_t num_rows = 0;
  /// Words per key in the fixed layout, 0 in the variable one.
  int words_per_key = 0;
  std::vector<uint64_t> words;    // fixed
  std::vector<uint8_t> bytes;     // variable; 8 spare bytes at the end
  std::vector<uint32_t> offsets;  // variable; num_rows + 1
  std::vector<uint64_t> hashes;

  std::string_view key(int64_t row) const {
    if (words_per_key > 0) {
      return {reinterpret_cast<const char*>(words.data() + row * words_per_key),
              static_cast<size_t>(words_per_key) * 8};
    }
    return {reinterpret_cast<const char*>(bytes.data()) + offsets[row],
            offsets[row + 1] - offsets[row]};
  }

  /// Makes it empty, for keys of the given layout.
  void Clear(int words);
  /// Adds a key that is encoded already (loading state). Follow with ComputeHashes().
  void AppendEncoded(std::string_view key);
  void ComputeHashes();
};

/// How the keys of a list of columns are laid out, and the code to encode and decode them.
/// Immutable and thread-safe.
class RowKeyCodec {
 public:
  /// Errors: INTERNAL for a type that cannot be a key (the analyzer refuses them).
  static Result<std::shared_ptr<const RowKeyCodec>> Make(std::vector<TypePtr> types);
  ~RowKeyCodec();

  const std::vector<TypePtr>& types() const { return types_; }
  /// 0 in the variable layout.
  int words_per_key() const { return words_per_key_; }
  /// The types as text: part of a state file's header.
  std::string Signature() const;

  /// Encodes the first `num_rows` rows of `columns` (of the codec's types) and hashes the keys.
  Status Encode(const std::vector<ArrayPtr>& columns, int64_t num_rows, KeyBatch* out) const;

  /// Key columns of the given encoded keys. Errors: bytes that no Encode() gave.
  Result<std::vector<ArrayPtr>> Decode(const std::vector<std::string_view>& keys) const;

 private:
  struct Leaf;
  explicit RowKeyCodec(std::vector<TypePtr> types);
  void PlanFixedLayout();
  Status EncodeFixed(const std::vector<ArrayPtr>& columns, KeyBatch* out) const;
  Status EncodeVariable(const std::vector<ArrayPtr>& columns, KeyBatch* out) const;

  std::vector<TypePtr> types_;
  int words_per_key_ = 0;
  std::vector<std::unique_ptr<Leaf>> leaves_;  // one tree per column, fixed layout
};

}  // namespace thalweg::state
