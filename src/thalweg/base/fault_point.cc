#include "thalweg/base/fault_point.h"

#include <csignal>
#include <charconv>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace thalweg {
namespace {

struct ActivePoint {
  std::string name;  // empty: every point
  int64_t countdown = 1;
  int signal = SIGKILL;  // 0: an error
  int64_t mean = 0;      // odds 1/mean instead of a countdown
  std::mt19937_64 random;
};

// Written only by SetFaultPoints and by passes, under the lock: test equipment of the process.
std::mutex active_mutex;
std::vector<ActivePoint> active_points;
std::function<Status(std::string_view)> active_handler;

Result<int64_t> ParseNumber(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) {
    return Status::Invalid("fault point: not a positive number: ", text);
  }
  return value;
}

Result<ActivePoint> ParsePoint(std::string_view text) {
  ActivePoint point;
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return Status::Invalid("fault point without '=': ", text);
  const std::string_view action = text.substr(equals + 1);
  if (action == "stop") {
    point.signal = SIGSTOP;
  } else if (action == "error") {
    point.signal = 0;
  } else if (action != "kill") {
    return Status::Invalid("fault point action must be kill, stop or error: ", text);
  }
  std::string_view left = text.substr(0, equals);
  const size_t colon = left.find(':');
  point.name = std::string(left.substr(0, colon));
  if (colon == std::string_view::npos) return point;
  left = left.substr(colon + 1);
  if (point.name != "random") {
    ARROW_ASSIGN_OR_RAISE(point.countdown, ParseNumber(left));
    return point;
  }
  const size_t second = left.find(':');
  if (second == std::string_view::npos) return Status::Invalid("random fault needs SEED:MEAN");
  ARROW_ASSIGN_OR_RAISE(int64_t seed, ParseNumber(left.substr(0, second)));
  ARROW_ASSIGN_OR_RAISE(point.mean, ParseNumber(left.substr(second + 1)));
  point.random.seed(static_cast<uint64_t>(seed));
  point.name.clear();
  return point;
}

bool IsDue(ActivePoint* point, std::string_view name) {
  if (point->mean > 0) return point->random() % static_cast<uint64_t>(point->mean) == 0;
  return point->name == name && --point->countdown == 0;
}

}  // namespace

namespace internal {

std::atomic<bool> fault_points_enabled{false};

Status PassFaultPoint(std::string_view name) {
  std::lock_guard<std::mutex> lock(active_mutex);
  if (active_handler) ARROW_RETURN_NOT_OK(active_handler(name));
  for (ActivePoint& point : active_points) {
    if (!IsDue(&point, name)) continue;
    if (point.signal != 0) kill(getpid(), point.signal);
    if (point.signal == SIGKILL) pause();
    if (point.signal == SIGSTOP) continue;
    return Status::IOError(fmt::format("injected fault at {}", name));
  }
  return Status::OK();
}

}  // namespace internal

Status SetFaultPoints(std::string_view text) {
  std::vector<ActivePoint> points;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    ARROW_ASSIGN_OR_RAISE(auto point, ParsePoint(text.substr(0, comma)));
    points.push_back(std::move(point));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  std::lock_guard<std::mutex> lock(active_mutex);
  active_points = std::move(points);
  internal::fault_points_enabled.store(!active_points.empty() || active_handler != nullptr);
  return Status::OK();
}

void SetFaultHandler(std::function<Status(std::string_view name)> handler) {
  std::lock_guard<std::mutex> lock(active_mutex);
  active_handler = std::move(handler);
  internal::fault_points_enabled.store(!active_points.empty() || active_handler != nullptr);
}

}  // namespace thalweg
