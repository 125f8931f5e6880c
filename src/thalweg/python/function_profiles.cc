#include "thalweg/python/function_profiles.h"

#include <functional>
#include <utility>

namespace thalweg::python {

int64_t FunctionProfiles::IdOf(EvalType type, const FunctionChain& chain, size_t position) {
  std::string call = std::to_string(static_cast<int>(type)) + "," + std::to_string(position);
  for (const FunctionArgument& argument : chain.arguments) {
    call += "," + std::to_string(argument.column) + argument.name.value_or("");
  }
  for (const std::string& command : chain.commands) call += ";" + command;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto next = static_cast<int64_t>(ids_.size()) + 1;
  return ids_.emplace(std::hash<std::string>()(call), next).first->second;
}

void FunctionProfiles::Add(std::string update) {
  const std::lock_guard<std::mutex> lock(mutex_);
  updates_.push_back(std::move(update));
}

std::vector<std::string> FunctionProfiles::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(updates_, {});
}

}  // namespace thalweg::python
