#include "thalweg/session/commands/commands.h"
#include "thalweg/session/redaction.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/time_zone.h"

namespace thalweg::session {
namespace {

/// What a value must be beyond its kind; settings whose other values are not supported are refused
/// here rather than ignored.
Status CheckValue(const std::string& key, const std::string& value) {
  if (key == "spark.sql.session.timeZone" && !IsValidTimeZone(value)) {
    return MakeError("INVALID_CONF_VALUE.TIME_ZONE", {{"confName", key}, {"confValue", value}});
  }
  struct FixedSetting {
    std::string_view key;
    std::string_view only;
  };
  static constexpr FixedSetting kFixed[] = {{"spark.sql.ansi.enabled", "true"},
                                            {"spark.sql.caseSensitive", "false"},
                                            {"spark.sql.legacy.timeParserPolicy", "corrected"},
                                            {"spark.sql.mapKeyDedupPolicy", "exception"}};
  for (const FixedSetting& fixed : kFixed) {
    if (key == fixed.key && ToLowerAscii(value) != fixed.only) {
      return MakeError("UNSUPPORTED_FEATURE",
                       {{"feature", "The value '" + value + "' of the setting " + key}});
    }
  }
  return Status::OK();
}

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
    ARROW_RETURN_NOT_OK(CheckValue(statement.key, statement.value));
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
