#include "thalweg/session/commands/commands.h"
#include "thalweg/session/redaction.h"
#include "thalweg/session/setting_check.h"

namespace thalweg::session {
namespace {

/// What is hidden is decided before the session begins.
constexpr const char* kRedaction = "spark.redaction.regex";

Status CheckModifiable(const std::string& key) {
  if (key != kRedaction) return Status::OK();
  return MakeError("CANNOT_MODIFY_CONFIG", {{"key", "\"" + key + "\""}, {"docroot", ""}});
}

std::string ShownValue(const Settings& settings, const std::string& key) {
  return settings.Find(key).value_or("<undefined>");
}

/// SET -v: every declared setting with its value and what it means.
Result<StatementOutcome> DescribeSettings(const Settings& settings) {
  const Redaction redaction = Redaction::OfLists(settings);
  std::vector<std::vector<std::string>> rows;
  for (const auto& setting : DeclaredSettings()) {
    const std::string key(setting.key);
    rows.push_back(
        {key, redaction.Shown(key, ShownValue(settings, key)), std::string(setting.text), ""});
  }
  return TextRows({"key", "value", "meaning", "Since version"}, rows);
}

}  // namespace

Result<StatementOutcome> SetSetting(Session* session, const Statement& statement) {
  if (statement.key == "-v" && !statement.has_value) {
    return DescribeSettings(session->SettingsSnapshot());
  }
  if (statement.key.empty()) {
    const Settings settings = session->SettingsSnapshot();
    std::vector<std::vector<std::string>> rows;
    const Redaction redaction = Redaction::OfLists(settings);
    for (const auto& [key, value] : settings.values()) {
      rows.push_back({key, redaction.Shown(key, value)});
    }
    return TextRows({"key", "value"}, rows);
  }
  if (statement.has_value) {
    ARROW_RETURN_NOT_OK(CheckModifiable(statement.key));
    ARROW_RETURN_NOT_OK(CheckSettingValue(statement.key, statement.value));
    ARROW_RETURN_NOT_OK(session->ChangeSettings(
        [&](Settings* settings) { return settings->Set(statement.key, statement.value); }));
    return TextRows({"key", "value"},
                    {{statement.key, ShownValue(session->SettingsSnapshot(), statement.key)}});
  }
  const Settings settings = session->SettingsSnapshot();
  const std::string value = ShownValue(settings, statement.key);
  return TextRows({"key", "value"},
                  {{statement.key, Redaction::OfLists(settings).Shown(statement.key, value)}});
}

Result<StatementOutcome> ResetSetting(Session* session, const Statement& statement) {
  ARROW_RETURN_NOT_OK(CheckModifiable(statement.key));
  ARROW_RETURN_NOT_OK(session->ChangeSettings([&](Settings* settings) {
    if (!statement.key.empty()) {
      settings->Unset(statement.key);
      return Status::OK();
    }
    const auto set = settings->values().find(kRedaction);
    const std::string redaction = set == settings->values().end() ? "" : set->second;
    *settings = Settings();
    return redaction.empty() ? Status::OK() : settings->Set(kRedaction, redaction);
  }));
  return StatementOutcome{};
}

}  // namespace thalweg::session
