#include <thalweg/session.h>

#include "thalweg/api/session_core.h"

namespace thalweg {

using plan::spec::Statement;
using plan::spec::StatementKind;

Status RuntimeConfig::Set(const std::string& key, const OptionValue& value) {
  // As SET does: what a value must be is checked in one place.
  Statement statement;
  statement.kind = StatementKind::kSet;
  statement.key = key;
  statement.value = value.text();
  statement.has_value = true;
  return core_->engine->Execute(statement).status();
}

Status RuntimeConfig::Unset(const std::string& key) {
  Statement statement;
  statement.kind = StatementKind::kReset;
  statement.key = key;
  return core_->engine->Execute(statement).status();
}

Result<std::string> RuntimeConfig::Get(const std::string& key) const {
  if (auto value = core_->engine->settings().Find(key)) return *value;
  return MakeError("SQL_CONF_NOT_FOUND", {{"sqlConf", "\"" + key + "\""}});
}

std::string RuntimeConfig::Get(const std::string& key, const std::string& fallback) const {
  const auto& values = core_->engine->settings().values();
  const auto found = values.find(key);
  return found == values.end() ? fallback : found->second;
}

std::map<std::string, std::string> RuntimeConfig::GetAll() const {
  return core_->engine->settings().values();
}

}  // namespace thalweg
