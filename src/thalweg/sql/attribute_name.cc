#include "thalweg/sql/attribute_name.h"

namespace thalweg::sql {
namespace {

/// Reads one name part by part.
class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  Result<std::vector<std::string>> Read() {
    std::vector<std::string> parts;
    while (true) {
      std::string part;
      const bool proper = At('`') ? ReadQuoted(&part) : ReadPlain(&part);
      if (!proper) return Malformed();
      parts.push_back(std::move(part));
      if (at_ == name_.size()) return parts;
      // A dot stands between two parts.
      if (!At('.') || at_ + 1 == name_.size()) return Malformed();
      ++at_;
    }
  }

 private:
  bool At(char c) const { return at_ < name_.size() && name_[at_] == c; }

  bool ReadPlain(std::string* part) {
    while (at_ < name_.size() && !At('.')) {
      if (At('`')) return false;
      *part += name_[at_++];
    }
    // Nothing at all is a name too, but nothing beside a dot is not.
    return !part->empty() || name_.empty();
  }

  bool ReadQuoted(std::string* part) {
    ++at_;
    while (at_ < name_.size()) {
      if (At('`')) {
        ++at_;
        if (!At('`')) return true;
      }
      *part += name_[at_++];
    }
    return false;
  }

  Status Malformed() const {
    return MakeError("INVALID_ATTRIBUTE_NAME_SYNTAX", {{"name", std::string(name_)}});
  }

  std::string_view name_;
  size_t at_ = 0;
};

}  // namespace

Result<std::vector<std::string>> ParseAttributeName(std::string_view name) {
  return Reader(name).Read();
}

}  // namespace thalweg::sql
