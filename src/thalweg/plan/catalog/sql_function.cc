#include "thalweg/plan/catalog/sql_function.h"

#include <utility>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::plan {

std::string SqlFunction::FullName() const {
  if (is_temporary()) return name;
  return std::string(kSessionCatalogName) + "." + database + "." + name;
}

std::vector<std::string> SqlFunction::NameParts() const {
  if (is_temporary()) return {name};
  return {kSessionCatalogName, database, name};
}

void SqlFunctions::Put(SqlFunctionPtr function) {
  const std::string key = ToLowerAscii(function->name);
  const std::lock_guard lock(mutex_);
  functions_[key] = std::move(function);
}

SqlFunctionPtr SqlFunctions::Find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  if (functions_.empty()) return nullptr;
  const auto found = functions_.find(ToLowerAscii(name));
  return found == functions_.end() ? nullptr : found->second;
}

bool SqlFunctions::Remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return functions_.erase(ToLowerAscii(name)) > 0;
}

std::vector<SqlFunctionPtr> SqlFunctions::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<SqlFunctionPtr> functions;
  for (const auto& [name, function] : functions_) functions.push_back(function);
  return functions;
}

void SqlFunctions::CopyFrom(const SqlFunctions& other) {
  if (this == &other) return;
  const std::scoped_lock lock(mutex_, other.mutex_);
  functions_ = other.functions_;
}

}  // namespace thalweg::plan
