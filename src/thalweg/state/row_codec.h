#pragma once

// Rows as bytes, for state that keeps whole rows: every value comes back exactly as it was (a row
// key, in contrast, has one zero and one NaN). The bytes are written to state files
// (docs/formats/state.md) and so must never change within a format version.
//
// A row is a fixed area, null bits and a tail. In the fixed area every column has its place: values
// of fixed width themselves (boolean as a byte), structs as their fields, everything else as
// 32-bit offset from the row's begin and 32-bit size of what the tail holds: the bytes of a string
// or binary, the image of a list or map as in a variable row key. Then one bit for each column and
// for each struct and field, from the outside in, set for NULL.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::state {

/// Encodes and decodes rows of given column types. Immutable and thread-safe.
class RowCodec {
 public:
  /// Errors: a type that no column of a query has.
  static Result<std::shared_ptr<const RowCodec>> Make(std::vector<TypePtr> types);
  ~RowCodec();

  const std::vector<TypePtr>& types() const { return types_; }
  /// The types as text: part of a state file's header.
  std::string Signature() const;

  /// Sizes of the rows `rows` of dense `columns` in bytes. Errors: a row of more than 4 GiB.
  Status Measure(const std::vector<ArrayPtr>& columns, const std::vector<int32_t>& rows,
                 std::vector<uint32_t>* sizes) const;
  /// Writes row rows[i] at targets[i], where Measure() says how many bytes are needed.
  void Encode(const std::vector<ArrayPtr>& columns, const std::vector<int32_t>& rows,
              uint8_t* const* targets) const;

  /// Column `column` of `count` encoded rows.
  Result<ArrayPtr> Decode(int column, const uint8_t* const* rows, int64_t count) const;
  /// Whether `row` can be one that Encode() gave: what is read from a file must pass.
  bool IsValid(std::string_view row) const;

 private:
  struct Leaf;
  explicit RowCodec(std::vector<TypePtr> types);

  std::vector<TypePtr> types_;
  std::vector<Leaf> leaves_;  // one tree per column
  uint32_t null_offset_ = 0;
  uint32_t fixed_bytes_ = 0;  // fixed area and null bits
};

}  // namespace thalweg::state
