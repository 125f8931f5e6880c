#include "thalweg/session/redaction.h"

namespace thalweg::session {

Redaction Redaction::OfSecrets(const Settings& settings) {
  Redaction redaction;
  redaction.Add(settings.Get("spark.redaction.regex"));
  return redaction;
}

Redaction Redaction::OfLists(const Settings& settings) {
  Redaction redaction = OfSecrets(settings);
  redaction.Add(settings.Get("spark.sql.redaction.options.regex"));
  return redaction;
}

void Redaction::Add(const std::string& pattern) {
  if (pattern.empty()) return;
  auto regex = functions::JavaRegex::Make(pattern);
  if (regex.ok()) {
    patterns_.push_back(regex.MoveValueUnsafe());
  } else {
    hides_all_ = true;
  }
}

bool Redaction::Hides(const std::string& key, const std::string& value) const {
  if (hides_all_) return true;
  for (const auto& pattern : patterns_) {
    for (const std::string* text : {&key, &value}) {
      // What cannot be searched may hold anything.
      if (pattern->Occurs(*text).ValueOr(true)) return true;
    }
  }
  return false;
}

std::string Redaction::Shown(const std::string& key, const std::string& value) const {
  return Hides(key, value) ? kHidden : value;
}

}  // namespace thalweg::session
