#include "thalweg/formats/line_chunks.h"

#include <algorithm>
#include <cstring>

#include "thalweg/formats/json_parser.h"
#include "thalweg/formats/line_scan.h"

namespace thalweg::formats {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

}  // namespace

Result<std::unique_ptr<LineChunks>> LineChunks::Make(const InputFile& file, int64_t range_begin,
                                                     int64_t range_end, std::string separator) {
  std::unique_ptr<LineChunks> chunks(new LineChunks(std::move(separator), range_end));
  // A line that starts right at the range follows a separator: look at what stands before.
  const int64_t before = std::min<int64_t>(
      range_begin, std::max<int64_t>(1, static_cast<int64_t>(chunks->separator_.size())));
  const int64_t offset = std::max<int64_t>(0, range_begin - before);
  ARROW_ASSIGN_OR_RAISE(chunks->source_, ByteSource::Make(file, offset));
  chunks->buffer_offset_ = offset;
  if (range_begin > 0) ARROW_RETURN_NOT_OK(chunks->SkipPartialLine());
  return chunks;
}

Status LineChunks::ReadMore() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, size_ - begin_);
    size_ -= begin_;
    begin_ = 0;
  }
  const size_t wanted = size_ + std::max(kChunkBytes, size_);
  if (buffer_.size() < wanted + kJsonPadding) buffer_.resize(wanted + kJsonPadding);
  while (size_ < wanted && !at_end_) {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, source_->Read(static_cast<int64_t>(wanted - size_),
                                                            buffer_.data() + size_));
    at_end_ = read == 0;
    size_ += static_cast<size_t>(read);
  }
  std::memset(buffer_.data() + size_, 0, kJsonPadding);
  return Status::OK();
}

Status LineChunks::SkipPartialLine() {
  while (true) {
    const size_t line_end = FirstLineEnd(begin_);
    if (line_end != std::string::npos) {
      buffer_offset_ += static_cast<int64_t>(line_end - begin_);
      begin_ = line_end;
      return Status::OK();
    }
    if (at_end_) {
      done_ = true;
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(ReadMore());
  }
}

size_t LineChunks::FirstLineEnd(size_t from) const {
  if (from >= size_) return std::string::npos;
  if (!separator_.empty()) {
    const size_t at = std::string_view(buffer_.data(), size_).find(separator_, from);
    return at == std::string_view::npos ? at : at + separator_.size();
  }
  const char* end = buffer_.data() + size_;
  const char* at = FindLineEnd(buffer_.data() + from, end);
  if (at == end) return std::string::npos;
  if (*at == '\r') {
    // "\r\n" is one end: what follows a last '\r' must be seen first.
    if (at + 1 == end) return at_end_ ? size_ : std::string::npos;
    if (at[1] == '\n') ++at;
  }
  return static_cast<size_t>(at - buffer_.data()) + 1;
}

size_t LineChunks::LastLineEnd() const {
  const std::string_view content(buffer_.data() + begin_, size_ - begin_);
  if (!separator_.empty()) {
    const size_t at = content.rfind(separator_);
    return at == std::string_view::npos ? 0 : at + separator_.size();
  }
  size_t at = content.rfind('\n');
  if (at == std::string_view::npos) {
    at = content.rfind('\r', content.size() < 2 ? 0 : content.size() - 2);
    if (at == std::string_view::npos || content[at] != '\r' || at + 1 == content.size()) return 0;
  }
  return at + 1;
}

std::string_view LineChunks::HandOut(size_t length) {
  const std::string_view lines(buffer_.data() + begin_, length);
  begin_ += length;
  buffer_offset_ += static_cast<int64_t>(length);
  return lines;
}

Result<std::string_view> LineChunks::Next() {
  while (!done_ && buffer_offset_ < range_end_) {
    if (begin_ == size_ && at_end_) break;
    const int64_t content = static_cast<int64_t>(size_ - begin_);
    if (range_end_ - buffer_offset_ <= content) {
      // The last line starts before the end of the range and may reach beyond it.
      const size_t before = std::max<size_t>(1, separator_.size());
      const size_t range_stop = begin_ + static_cast<size_t>(range_end_ - buffer_offset_);
      const size_t from = range_stop < begin_ + before ? begin_ : range_stop - before;
      const size_t line_end = FirstLineEnd(from);
      if (line_end != std::string::npos || at_end_) {
        done_ = true;
        return HandOut((line_end == std::string::npos ? size_ : line_end) - begin_);
      }
    } else if (at_end_) {
      done_ = true;
      return HandOut(size_ - begin_);
    } else if (const size_t length = LastLineEnd(); length > 0) {
      return HandOut(length);
    }
    ARROW_RETURN_NOT_OK(ReadMore());
  }
  done_ = true;
  return std::string_view();
}

bool LineCutter::Next(std::string_view* line) {
  if (rest_.empty()) return false;
  if (!separator_.empty()) {
    const size_t at = rest_.find(separator_);
    *line = rest_.substr(0, at);
    rest_ =
        at == std::string_view::npos ? std::string_view() : rest_.substr(at + separator_.size());
    return true;
  }
  const char* end = rest_.data() + rest_.size();
  const char* at = FindLineEnd(rest_.data(), end);
  *line = {rest_.data(), static_cast<size_t>(at - rest_.data())};
  if (at < end) at += *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
  rest_ = {at, static_cast<size_t>(end - at)};
  return true;
}

}  // namespace thalweg::formats
