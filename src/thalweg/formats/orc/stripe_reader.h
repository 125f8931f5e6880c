#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/io/interfaces.h>

#include "thalweg/formats/orc/column_decoder.h"
#include "thalweg/formats/orc/file_tail.h"

namespace thalweg::formats::orc {

/// The rows of one stripe, of some columns of the file. One thread.
class StripeReader {
 public:
  /// Reads and decompresses the streams of `columns` (positions among the types of the file, each
  /// directly below the first) and of what is inside them. `tail` outlives the reader.
  /// Errors: Invalid for a damaged stripe.
  static Result<std::unique_ptr<StripeReader>> Open(arrow::io::RandomAccessFile* file,
                                                    const FileTail& tail,
                                                    const StripeInformation& stripe,
                                                    const std::vector<uint64_t>& columns,
                                                    const std::string& local_time_zone);

  int64_t rows_left() const { return rows_left_; }
  /// The next rows, at most rows_left(), of each column.
  Result<std::vector<ArrayDataPtr>> Next(int64_t rows);

 private:
  StripeFooter footer_;
  std::vector<std::unique_ptr<ColumnDecoder>> columns_;
  int64_t rows_left_ = 0;
};

}  // namespace thalweg::formats::orc
