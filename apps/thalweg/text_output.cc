#include "text_output.h"

#include <cerrno>

#include <cstring>

namespace thalweg::cli {
namespace {

constexpr size_t kFlushBytes = 1 << 18;

}  // namespace

Status TextOutput::MaybeFlush() { return buffer_.size() < kFlushBytes ? Status::OK() : Flush(); }

Status TextOutput::Flush() {
  if (buffer_.empty()) return Status::OK();
  const auto lock = display_->ClearAndHold();
  errno = 0;
  const size_t written = std::fwrite(buffer_.data(), 1, buffer_.size(), file_);
  const bool failed = written != buffer_.size() || std::fflush(file_) != 0;
  const int error = errno;
  buffer_.clear();
  if (!failed) return Status::OK();
  return Status::IOError("cannot write to standard output: ", std::strerror(error));
}

}  // namespace thalweg::cli
