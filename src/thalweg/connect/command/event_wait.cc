#include "thalweg/connect/command/event_wait.h"

#include <set>
#include <string>

namespace thalweg::connect {

bool EventWait::IsOver() {
  if (!session_->listeners().is_open()) return true;
  const TimePoint now = std::chrono::steady_clock::now();
  if (!began_) began_ = now;
  if (now - *began_ >= kPatience) return true;
  if (!told_ && HasTold()) told_ = now;
  return told_ && now - *told_ >= kHandOver;
}

bool EventWait::HasTold() const {
  std::set<std::string> active;
  for (const auto& query : session_->engine().queries().active()) active.insert(query->run_id());
  return session_->listeners().HasTold(active);
}

}  // namespace thalweg::connect
