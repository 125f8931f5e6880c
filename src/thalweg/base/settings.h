#pragma once

// Configuration: every key is declared once (name, kind, default, text); SET, help and docs derive
// from the declarations. Unknown keys may be set and read as plain text, as in Spark.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg {

enum class SettingKind { kText, kBoolean, kInteger, kMilliseconds, kBytes };

struct SettingDeclaration {
  std::string_view key;
  SettingKind kind;
  std::string_view default_value;  // empty text: unset
  std::string_view text;
  /// Fixed once the process runs; SET is refused (CANNOT_MODIFY_STATIC_CONFIG).
  bool is_static = false;
};

/// All declared keys, sorted.
std::span<const SettingDeclaration> DeclaredSettings();
const SettingDeclaration* FindSetting(std::string_view key);

/// Values of one session or one query run. Value type: copying clones the session's settings.
class Settings {
 public:
  /// Errors: INVALID_CONF_VALUE.TYPE_MISMATCH when the text does not fit the declared kind.
  Status Set(const std::string& key, const std::string& value);
  void Unset(const std::string& key);
  /// Set value, else that set under the key's former name, else declared default, else nothing.
  /// Names that Spark has changed are known to settings.cc.
  std::optional<std::string> Find(const std::string& key) const;
  /// As Find, with "" for nothing.
  std::string Get(const std::string& key) const;
  bool GetBoolean(const std::string& key) const;
  int64_t GetInteger(const std::string& key) const;
  /// "10 seconds", "100ms", "1min" or a plain number of milliseconds.
  int64_t GetMilliseconds(const std::string& key) const;
  /// Explicitly set values only.
  const std::map<std::string, std::string>& values() const { return values_; }
  /// Set values over all declared defaults.
  std::map<std::string, std::string> Effective() const;

 private:
  std::map<std::string, std::string> values_;
};

/// "10 seconds", "1 hour 30 minutes", "interval 5 minutes", "100ms", "2m" to microseconds.
/// A month counts as `month_days` days; 0 refuses months.
Result<int64_t> ParseIntervalMicros(std::string_view text, int month_days);
/// "128m", "1g", "1024" to bytes.
Result<int64_t> ParseByteSize(std::string_view text);

}  // namespace thalweg
