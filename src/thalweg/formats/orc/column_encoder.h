#pragma once

// Encoders of the columns of one file, stripe by stripe.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/formats/orc/messages.h"
#include "thalweg/formats/orc/run_length_encoder.h"

namespace thalweg::formats::orc {

/// A stream of a stripe before compression.
struct EncodedStream {
  Stream message;  // its length comes later
  std::string bytes;
};

/// One column and those inside it. One thread.
class ColumnEncoder {
 public:
  virtual ~ColumnEncoder() = default;

  /// All values of `array`, dense, of the column's type. Slices are fine.
  Status Add(const arrow::Array& array);
  /// Bytes of the stripe so far, about.
  virtual size_t size() const = 0;
  /// Ends the stripe: appends the streams in the order of columns.
  void TakeStreams(std::vector<EncodedStream>* streams);
  /// What the file's values are, in the order of columns.
  void AppendStatistics(std::vector<ColumnStatistics>* statistics) const;

 protected:
  explicit ColumnEncoder(uint64_t column) : column_(column) {}

  /// The valid values of `array`, whose nulls are noted already.
  virtual Status AddValues(const arrow::Array& array) = 0;
  virtual void TakeValueStreams(std::vector<EncodedStream>* streams) = 0;
  virtual std::vector<const ColumnEncoder*> children() const { return {}; }

  void Append(StreamKind kind, std::string bytes, std::vector<EncodedStream>* streams) const;

 private:
  const uint64_t column_;
  BooleanEncoder present_;
  bool has_null_in_stripe_ = false;
  ColumnStatistics statistics_;
};

/// For values of `type`, whose columns begin at `column`. `local_time_zone` is checked.
Result<std::unique_ptr<ColumnEncoder>> MakeColumnEncoder(const arrow::DataType& type,
                                                         uint64_t column,
                                                         const std::string& local_time_zone);

}  // namespace thalweg::formats::orc
