#pragma once

// Decoders of the columns of one stripe.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/array/data.h>
#include <arrow/buffer.h>

#include "thalweg/data/batch.h"
#include "thalweg/formats/orc/messages.h"
#include "thalweg/formats/orc/run_length_decoder.h"

namespace thalweg::formats::orc {

using ArrayDataPtr = std::shared_ptr<arrow::ArrayData>;

/// What decoders need of their stripe.
struct StripeInput {
  const std::vector<Type>* types = nullptr;                // of the file, checked
  const std::vector<ColumnEncoding>* encodings = nullptr;  // of all columns
  /// The bytes of a stream, or nothing if the stripe has none. They are given away.
  std::function<std::optional<std::string>(uint64_t column, StreamKind kind)> take_stream;
  std::string writer_time_zone;  // empty: UTC
  std::string local_time_zone;
  bool is_proleptic = true;  // julian_calendar.h
};

/// Rows asked of a column: those whose parent is null have no values.
struct RowsToDecode {
  int64_t count = 0;
  const uint8_t* parent_validity = nullptr;  // a bitmap; null: all parents are there
};

/// The values of one column and those inside it, from the first row of the stripe to the last. One
/// thread.
class ColumnDecoder {
 public:
  virtual ~ColumnDecoder() = default;

  /// The next rows under the column's EngineType. Errors: Invalid for damaged streams.
  Result<ArrayDataPtr> Next(const RowsToDecode& rows);

 protected:
  /// Which of the rows have a value.
  struct Validity {
    std::shared_ptr<arrow::Buffer> bitmap;  // null: all
    int64_t num_values = 0;
    bool Has(int64_t row) const;
  };

  ColumnDecoder(TypePtr type, std::optional<std::string> present);
  /// `num_values` values for the valid ones of `count` rows.
  virtual Result<ArrayDataPtr> Decode(int64_t count, const Validity& validity) = 0;

  ArrayDataPtr MakeData(int64_t count, const Validity& validity,
                        std::vector<std::shared_ptr<arrow::Buffer>> values,
                        std::vector<ArrayDataPtr> children = {}) const;
  const TypePtr& type() const { return type_; }

 private:
  Result<Validity> NextValidity(const RowsToDecode& rows);

  const TypePtr type_;
  std::optional<BooleanDecoder> present_;
};

/// For `column`, whose EngineType is not null. Errors: Invalid if streams are missing or their
/// encoding is not known.
Result<std::unique_ptr<ColumnDecoder>> MakeColumnDecoder(uint64_t column, const StripeInput& input);

}  // namespace thalweg::formats::orc
