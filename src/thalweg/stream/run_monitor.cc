#include "thalweg/stream/run_monitor.h"

#include <chrono>

#include <nlohmann/json.hpp>

#include "thalweg/stream/progress_json.h"

namespace thalweg::stream {

std::string ToJson(const StreamingQueryStatus& status) {
  nlohmann::ordered_json json;
  json["message"] = status.message;
  json["isDataAvailable"] = status.is_data_available;
  json["isTriggerActive"] = status.is_trigger_active;
  return CompactJson(json);
}

Status StreamingQueryException::ToStatus() const {
  return MakeError("STREAM_FAILED",
                   {{"id", id}, {"runId", run_id}, {"message", RenderError(cause)}});
}

std::string StreamingQueryException::error_class() const {
  const ErrorDetail* detail = GetErrorDetail(cause);
  return detail != nullptr ? detail->condition() : "STREAM_FAILED";
}

void RunMonitor::SetMessage(std::string message) {
  std::lock_guard<std::mutex> lock(mutex_);
  status_.message = std::move(message);
}

void RunMonitor::SetDataAvailable(bool available) {
  std::lock_guard<std::mutex> lock(mutex_);
  status_.is_data_available = available;
}

void RunMonitor::BeginTrigger() {
  std::lock_guard<std::mutex> lock(mutex_);
  ++triggers_begun_;
  status_.is_trigger_active = true;
}

void RunMonitor::EndTrigger(bool found_nothing) {
  std::lock_guard<std::mutex> lock(mutex_);
  status_.is_trigger_active = false;
  if (!found_nothing) return;
  idle_trigger_ = triggers_begun_;
  changed_.notify_all();
}

void RunMonitor::SetPhysicalPlan(std::string text) {
  std::lock_guard<std::mutex> lock(mutex_);
  physical_plan_ = std::move(text);
}

void RunMonitor::SetWatermarkReport(std::string text) {
  std::lock_guard<std::mutex> lock(mutex_);
  watermark_report_ = std::move(text);
}

std::string RunMonitor::watermark_report() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return watermark_report_;
}

void RunMonitor::SetOffsets(std::string committed, std::string available) {
  std::lock_guard<std::mutex> lock(mutex_);
  committed_offsets_ = std::move(committed);
  available_offsets_ = std::move(available);
}

void RunMonitor::SetException(StreamingQueryException exception) {
  std::lock_guard<std::mutex> lock(mutex_);
  exception_ = std::move(exception);
}

void RunMonitor::FinishStatus() {
  std::lock_guard<std::mutex> lock(mutex_);
  status_.message =
      exception_ ? "Terminated with exception: " + RenderError(exception_->cause) : "Stopped";
  status_.is_data_available = false;
  status_.is_trigger_active = false;
}

void RunMonitor::SetTerminated() {
  std::lock_guard<std::mutex> lock(mutex_);
  terminated_ = true;
  changed_.notify_all();
}

void RunMonitor::RequestStop(bool cancel) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (cancel) cancelled_.store(true, std::memory_order_release);
  stopping_.store(true, std::memory_order_release);
}

StreamingQueryStatus RunMonitor::status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

std::string RunMonitor::physical_plan() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return physical_plan_;
}

std::string RunMonitor::committed_offsets() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return committed_offsets_;
}

std::string RunMonitor::available_offsets() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return available_offsets_;
}

std::optional<StreamingQueryException> RunMonitor::exception() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return exception_;
}

bool RunMonitor::terminated() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return terminated_;
}

bool RunMonitor::AwaitTermination(int64_t timeout_millis) const {
  std::unique_lock<std::mutex> lock(mutex_);
  constexpr int64_t kForever = int64_t{1} << 40;  // the clock's arithmetic must not overflow
  if (timeout_millis < 0 || timeout_millis > kForever) {
    changed_.wait(lock, [&] { return terminated_; });
    return true;
  }
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_millis),
                           [&] { return terminated_; });
}

void RunMonitor::AwaitIdle() const {
  std::unique_lock<std::mutex> lock(mutex_);
  const int64_t begun = triggers_begun_;
  changed_.wait(lock, [&] { return idle_trigger_ > begun || terminated_; });
}

int64_t RunMonitor::IdleMark() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return triggers_begun_;
}

bool RunMonitor::IsIdleSince(int64_t mark) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return idle_trigger_ > mark || terminated_;
}

}  // namespace thalweg::stream
