#pragma once

// Whole lines of a file range, a chunk of about a mebibyte at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/formats/byte_source.h"

namespace thalweg::formats {

/// One thread. A line belongs to the range that holds its first byte.
class LineChunks {
 public:
  /// `separator`: ends a line; empty: "\n", "\r\n" and "\r" do.
  static Result<std::unique_ptr<LineChunks>> Make(const InputFile& file, int64_t range_begin,
                                                  int64_t range_end, std::string separator);

  /// The next whole lines with their separators (the file's last may lack it), valid until the next
  /// call; empty at the end. kJsonPadding bytes behind it are readable; the first is a line end or
  /// '\0', unless the lines have their own separator.
  Result<std::string_view> Next();

 private:
  LineChunks(std::string separator, int64_t range_end)
      : separator_(std::move(separator)), range_end_(range_end) {}
  Status SkipPartialLine();
  Status ReadMore();
  /// Index just behind the first separator at or after `from`, or npos.
  size_t FirstLineEnd(size_t from) const;
  /// Index just behind the last separator, or 0.
  size_t LastLineEnd() const;
  std::string_view HandOut(size_t length);

  std::unique_ptr<ByteSource> source_;
  std::string separator_;
  int64_t range_end_;
  int64_t buffer_offset_ = 0;  // of buffer_[begin_] in the file
  std::string buffer_;
  size_t begin_ = 0;
  size_t size_ = 0;  // of content in buffer_, from its start
  bool at_end_ = false;
  bool done_ = false;
};

/// Whether ranges of a file can be told apart by that separator: not when it can overlap itself, as
/// "||" in "|||".
inline bool IsSplittableSeparator(std::string_view separator) {
  return separator.empty() || separator.find(separator[0], 1) == std::string_view::npos;
}

/// Cuts lines of a chunk one by one, without their separators. Unlike JSON, blank lines count.
class LineCutter {
 public:
  LineCutter(std::string_view chunk, std::string_view separator)
      : rest_(chunk), separator_(separator) {}
  /// False at the end.
  bool Next(std::string_view* line);

 private:
  std::string_view rest_;
  std::string_view separator_;
};

}  // namespace thalweg::formats
