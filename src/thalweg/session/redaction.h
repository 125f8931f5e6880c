#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/base/settings.h"
#include "thalweg/functions/java_regex.h"

namespace thalweg::session {

/// Which settings hold secrets, by patterns that occur in their keys or values. Immutable.
class Redaction {
 public:
  /// What stands for a value that is hidden.
  static constexpr const char* kHidden = "*********(redacted)";

  /// What is kept from clients: spark.redaction.regex, which sessions cannot change.
  static Redaction OfSecrets(const Settings& settings);
  /// What lists of settings hide: that, and spark.sql.redaction.options.regex.
  static Redaction OfLists(const Settings& settings);

  bool Hides(const std::string& key, const std::string& value) const;
  /// The value, or kHidden.
  std::string Shown(const std::string& key, const std::string& value) const;

 private:
  void Add(const std::string& pattern);

  std::vector<std::shared_ptr<const functions::JavaRegex>> patterns_;
  /// A pattern could not be read: what it was to hide is not known.
  bool hides_all_ = false;
};

}  // namespace thalweg::session
