#include "thalweg/plan/catalog/variable.h"

#include <utility>

#include "thalweg/types/identifier_text.h"

namespace thalweg::plan {

void Variables::Put(Variable variable) {
  const std::string key = ToLowerAscii(variable.name);
  auto entry = std::make_shared<const Variable>(std::move(variable));
  const std::lock_guard lock(mutex_);
  variables_[key] = std::move(entry);
}

VariablePtr Variables::Find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  if (variables_.empty()) return nullptr;
  const auto found = variables_.find(ToLowerAscii(name));
  return found == variables_.end() ? nullptr : found->second;
}

bool Variables::Remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return variables_.erase(ToLowerAscii(name)) > 0;
}

std::optional<std::string> VariableName(const std::vector<std::string>& parts) {
  const size_t count = parts.size();
  if (count == 0 || count > 3) return std::nullopt;
  if (count > 1 && ToLowerAscii(parts[count - 2]) != "session") return std::nullopt;
  if (count > 2 && ToLowerAscii(parts[0]) != "system") return std::nullopt;
  return parts.back();
}

}  // namespace thalweg::plan
