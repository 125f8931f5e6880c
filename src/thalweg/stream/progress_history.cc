#include "thalweg/stream/progress_history.h"

namespace thalweg::stream {

void ProgressHistory::Add(ProgressPtr progress) {
  std::lock_guard<std::mutex> lock(mutex_);
  entries_.push_back(std::move(progress));
  while (!entries_.empty() && static_cast<int64_t>(entries_.size()) >= limit_) {
    entries_.pop_front();
  }
}

ProgressPtr ProgressHistory::Last() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return entries_.empty() ? nullptr : entries_.back();
}

std::vector<ProgressPtr> ProgressHistory::Recent() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

IdleReporting::Decision IdleReporting::IdleTrigger(int64_t now_millis) {
  Decision decision;
  decision.adds_entry =
      !last_report_millis_ || now_millis - interval_millis_ >= *last_report_millis_;
  decision.posts_event = decision.adds_entry && last_report_millis_.has_value();
  if (decision.adds_entry) last_report_millis_ = now_millis;
  return decision;
}

}  // namespace thalweg::stream
