#include "thalweg/base/settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "thalweg/base/setting_requirements.h"

namespace thalweg {
namespace {

std::string_view KindName(SettingKind kind) {
  switch (kind) {
    case SettingKind::kText:
      return "string";
    case SettingKind::kBoolean:
      return "boolean";
    case SettingKind::kInteger:
      return "integer";
    case SettingKind::kMilliseconds:
      return "time in ms";
    case SettingKind::kBytes:
      return "size in bytes";
  }
  return "string";
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// A plain number of milliseconds or a number with a unit ("100ms", "7d", "10 seconds").
Result<int64_t> ParseMilliseconds(std::string_view text) {
  if (const auto plain = ParseInteger(text)) return *plain;
  ARROW_ASSIGN_OR_RAISE(int64_t micros, ParseIntervalMicros(text, 31));
  return micros / 1000;
}

bool Fits(SettingKind kind, const std::string& value) {
  switch (kind) {
    case SettingKind::kText:
      return true;
    case SettingKind::kBoolean: {
      const std::string lower = Lower(value);
      return lower == "true" || lower == "false";
    }
    case SettingKind::kInteger:
      return ParseInteger(value).has_value();
    case SettingKind::kMilliseconds:
      return ParseMilliseconds(value).ok();
    case SettingKind::kBytes:
      // A negative size says "never" or "no limit".
      return ParseByteSize(value.starts_with('-') ? value.substr(1) : value).ok();
  }
  return false;
}

/// Settings under a new name: where they have no value of their own, that of the old name counts.
struct RenamedSetting {
  std::string_view key;
  std::string_view old_key;
};

constexpr RenamedSetting kRenamed[] = {
    {"spark.sql.adaptive.advisoryPartitionSizeInBytes",
     "spark.sql.adaptive.shuffle.targetPostShuffleInputSize"},
    {"spark.sql.execution.arrow.pyspark.enabled", "spark.sql.execution.arrow.enabled"},
    {"spark.sql.execution.arrow.pyspark.fallback.enabled",
     "spark.sql.execution.arrow.fallback.enabled"},
    {"spark.sql.parquet.filterPushdown.stringPredicate",
     "spark.sql.parquet.filterPushdown.string.startsWith"},
};

struct Unit {
  std::string_view name;
  int64_t micros;
};

constexpr int64_t kSecond = 1000000;
constexpr Unit kUnits[] = {
    {"us", 1},
    {"microsecond", 1},
    {"ms", 1000},
    {"millisecond", 1000},
    {"s", kSecond},
    {"sec", kSecond},
    {"second", kSecond},
    {"m", 60 * kSecond},
    {"min", 60 * kSecond},
    {"minute", 60 * kSecond},
    {"h", 3600 * kSecond},
    {"hour", 3600 * kSecond},
    {"d", 86400 * kSecond},
    {"day", 86400 * kSecond},
    {"week", 7 * 86400 * kSecond},
};

Result<int64_t> UnitMicros(std::string unit, int month_days, std::string_view text) {
  for (const bool plural : {false, true}) {
    if (plural) {
      if (unit.size() < 2 || unit.back() != 's') break;
      unit.pop_back();
    }
    for (const Unit& known : kUnits) {
      if (known.name == unit) return known.micros;
    }
    if (unit == "month" || unit == "year") {
      if (month_days == 0) {
        return MakeError("_LEGACY_ERROR_TEMP_3262", {{"interval", std::string(text)}});
      }
      return (unit == "month" ? 1 : 12) * month_days * 86400 * kSecond;
    }
  }
  return MakeError("CANNOT_PARSE_INTERVAL", {{"intervalString", "'" + std::string(text) + "'"}});
}

}  // namespace

const SettingDeclaration* FindSetting(std::string_view key) {
  const auto settings = DeclaredSettings();
  const auto found = std::lower_bound(
      settings.begin(), settings.end(), key,
      [](const SettingDeclaration& setting, std::string_view k) { return setting.key < k; });
  return found != settings.end() && found->key == key ? &*found : nullptr;
}

Status Settings::Set(const std::string& key, const std::string& value) {
  const SettingDeclaration* declaration = FindSetting(key);
  if (declaration != nullptr && declaration->is_static) {
    return MakeError("CANNOT_MODIFY_STATIC_CONFIG", {{"key", "\"" + key + "\""}});
  }
  if (declaration != nullptr && !Fits(declaration->kind, value)) {
    return MakeError("INVALID_CONF_VALUE.TYPE_MISMATCH",
                     {{"confName", key},
                      {"confValue", value},
                      {"confType", std::string(KindName(declaration->kind))}});
  }
  ARROW_RETURN_NOT_OK(CheckSettingRequirement(key, value));
  values_[key] = value;
  return Status::OK();
}

void Settings::Unset(const std::string& key) { values_.erase(key); }

std::optional<std::string> Settings::Find(const std::string& key) const {
  const auto found = values_.find(key);
  if (found != values_.end()) return found->second;
  for (const RenamedSetting& renamed : kRenamed) {
    if (renamed.key != key) continue;
    const auto old = values_.find(std::string(renamed.old_key));
    if (old != values_.end()) return old->second;
  }
  const SettingDeclaration* declaration = FindSetting(key);
  if (declaration == nullptr || declaration->default_value.empty()) return std::nullopt;
  return std::string(declaration->default_value);
}

std::string Settings::Get(const std::string& key) const { return Find(key).value_or(""); }

bool Settings::GetBoolean(const std::string& key) const { return Lower(Get(key)) == "true"; }

int64_t Settings::GetInteger(const std::string& key) const {
  return ParseInteger(Get(key)).value_or(0);
}

int64_t Settings::GetMilliseconds(const std::string& key) const {
  return ParseMilliseconds(Get(key)).ValueOr(0);
}

std::map<std::string, std::string> Settings::Effective() const {
  std::map<std::string, std::string> all = values_;
  for (const RenamedSetting& renamed : kRenamed) {
    const std::string key(renamed.key);
    if (const auto value = Find(key)) all.emplace(key, *value);
  }
  for (const SettingDeclaration& setting : DeclaredSettings()) {
    if (!setting.default_value.empty()) {
      all.emplace(std::string(setting.key), std::string(setting.default_value));
    }
  }
  return all;
}

Result<int64_t> ParseIntervalMicros(std::string_view text, int month_days) {
  const Status malformed =
      MakeError("CANNOT_PARSE_INTERVAL", {{"intervalString", "'" + std::string(text) + "'"}});
  const std::string lower = Lower(text);
  size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < lower.size() && std::isspace(static_cast<unsigned char>(lower[at]))) ++at;
  };
  skip_blanks();
  if (lower.compare(at, 8, "interval") == 0) at += 8;
  int64_t total = 0;
  int parts = 0;
  for (skip_blanks(); at < lower.size(); skip_blanks(), ++parts) {
    const bool negative = lower[at] == '-';
    if (lower[at] == '-' || lower[at] == '+') ++at;
    skip_blanks();
    // Neither a second sign nor a word that stands for a number.
    const bool begins_number =
        at < lower.size() &&
        (lower[at] == '.' || std::isdigit(static_cast<unsigned char>(lower[at])));
    if (!begins_number) return malformed;
    double number = 0;
    const auto [end, error] =
        std::from_chars(lower.data() + at, lower.data() + lower.size(), number);
    if (error != std::errc()) return malformed;
    at = static_cast<size_t>(end - lower.data());
    skip_blanks();
    size_t unit_end = at;
    while (unit_end < lower.size() && std::isalpha(static_cast<unsigned char>(lower[unit_end]))) {
      ++unit_end;
    }
    if (unit_end == at) return malformed;
    ARROW_ASSIGN_OR_RAISE(int64_t unit,
                          UnitMicros(lower.substr(at, unit_end - at), month_days, text));
    at = unit_end;
    const double micros = number * static_cast<double>(unit);
    if (micros > 9.2e18) return malformed;
    int64_t part = static_cast<int64_t>(micros + 0.5);
    // Whole numbers are exact beyond the 53 bits of a double.
    if (number == static_cast<double>(static_cast<int64_t>(number)) &&
        __builtin_mul_overflow(static_cast<int64_t>(number), unit, &part)) {
      return malformed;
    }
    if (__builtin_add_overflow(total, negative ? -part : part, &total)) return malformed;
  }
  if (parts == 0) return malformed;
  return total;
}

Result<int64_t> ParseByteSize(std::string_view text) {
  const std::string lower = Lower(text);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(lower.data(), lower.data() + lower.size(), number);
  std::string_view suffix(end, static_cast<size_t>(lower.data() + lower.size() - end));
  if (error == std::errc() && number >= 0) {
    if (suffix.size() == 2 && suffix[1] == 'b') suffix.remove_suffix(1);
    int shift = -1;
    if (suffix.empty() || suffix == "b") shift = 0;
    if (suffix == "k") shift = 10;
    if (suffix == "m") shift = 20;
    if (suffix == "g") shift = 30;
    if (suffix == "t") shift = 40;
    if (shift >= 0 && number <= (INT64_MAX >> shift)) return number << shift;
  }
  return Status::Invalid("not a size in bytes: ", text);
}

}  // namespace thalweg
