#include "progress_display.h"

#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace thalweg::cli {
namespace {

size_t TerminalColumns() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

std::string ProgressText(const stream::StreamingQueryProgress& progress) {
  std::string text;
  if (progress.name) text = *progress.name + ": ";
  text += fmt::format("batch {}: {} rows in", progress.batch_id, progress.num_input_rows());
  const double rate = progress.processed_rows_per_second();
  if (std::isfinite(rate)) text += fmt::format(", {:.1f} rows/s", rate);
  const auto watermark = progress.event_time.find("watermark");
  if (watermark != progress.event_time.end()) text += ", watermark " + watermark->second;
  return text + fmt::format(", {} ms", progress.batch_duration_millis);
}

void ProgressDisplay::OnQueryProgress(const stream::QueryProgressEvent& event) {
  if (mode_ == Mode::kOff) return;
  const stream::StreamingQueryProgress& progress = *event.progress;
  std::string text = ProgressText(progress);
  std::lock_guard<std::mutex> lock(mutex_);
  if (!is_active_) return;
  const auto [last, is_new] = last_batches_.try_emplace(progress.run_id, progress.batch_id);
  if (!is_new && last->second >= progress.batch_id) return;
  last->second = progress.batch_id;
  if (mode_ == Mode::kLines) {
    fmt::print(stderr, "{}\n", text);
    return;
  }
  if (text.size() >= TerminalColumns()) text.resize(TerminalColumns() - 1);
  fmt::print(stderr, "\r\x1b[K{}", text);
  std::fflush(stderr);
  is_shown_ = true;
}

void ProgressDisplay::SetActive(bool active) {
  std::lock_guard<std::mutex> lock(mutex_);
  is_active_ = active;
  if (!active) ClearLocked();
}

std::unique_lock<std::mutex> ProgressDisplay::ClearAndHold() {
  std::unique_lock<std::mutex> lock(mutex_);
  ClearLocked();
  return lock;
}

void ProgressDisplay::ClearLocked() {
  if (!is_shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  is_shown_ = false;
}

}  // namespace thalweg::cli
