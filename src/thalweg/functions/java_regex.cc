#include "thalweg/functions/java_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <re2/re2.h>

namespace thalweg::functions {
namespace {

/// Steps of one match before PCRE2 gives up on a pattern that backtracks too much.
constexpr uint32_t kMatchLimit = 10'000'000;

class Re2Regex : public JavaRegex {
 public:
  explicit Re2Regex(std::unique_ptr<re2::RE2> regex) : regex_(std::move(regex)) {}

  int group_count() const override { return regex_->NumberOfCapturingGroups(); }

  int GroupIndex(const std::string& name) const override {
    const auto& names = regex_->NamedCapturingGroups();
    const auto found = names.find(name);
    return found == names.end() ? -1 : found->second;
  }

  Result<bool> Find(std::string_view text, size_t from,
                    std::vector<Span>* groups) const override {
    const int count = group_count() + 1;
    std::vector<re2::StringPiece> pieces(static_cast<size_t>(count));
    const re2::StringPiece subject(text.data() == nullptr ? "" : text.data(), text.size());
    if (!regex_->Match(subject, from, text.size(), re2::RE2::UNANCHORED, pieces.data(), count)) {
      return false;
    }
    groups->resize(static_cast<size_t>(count));
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].data() == nullptr) {
        (*groups)[i] = {};
        continue;
      }
      const int64_t begin = pieces[i].data() - subject.data();
      (*groups)[i] = {begin, begin + static_cast<int64_t>(pieces[i].size())};
    }
    return true;
  }

  Result<bool> Occurs(std::string_view text) const override {
    const re2::StringPiece subject(text.data() == nullptr ? "" : text.data(), text.size());
    return regex_->Match(subject, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
  }

 private:
  std::unique_ptr<re2::RE2> regex_;
};

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

std::string PcreMessage(int code) {
  unsigned char buffer[256];
  if (pcre2_get_error_message(code, buffer, sizeof(buffer)) < 0) return "invalid pattern";
  return reinterpret_cast<const char*>(buffer);
}

class PcreRegex : public JavaRegex {
 public:
  explicit PcreRegex(std::unique_ptr<pcre2_code, FreeCode> code) : code_(std::move(code)) {
    uint32_t count = 0;
    pcre2_pattern_info(code_.get(), PCRE2_INFO_CAPTURECOUNT, &count);
    group_count_ = static_cast<int>(count);
  }

  int group_count() const override { return group_count_; }

  int GroupIndex(const std::string& name) const override {
    const int index = pcre2_substring_number_from_name(
        code_.get(), reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    return index < 0 ? -1 : index;
  }

  Result<bool> Find(std::string_view text, size_t from,
                    std::vector<Span>* groups) const override {
    const std::unique_ptr<pcre2_match_data, FreeMatchData> data(
        pcre2_match_data_create_from_pattern(code_.get(), nullptr));
    const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(
        pcre2_match_context_create(nullptr));
    if (data == nullptr || context == nullptr) return Status::OutOfMemory("no memory for a match");
    pcre2_set_match_limit(context.get(), kMatchLimit);
    const char* subject = text.data() == nullptr ? "" : text.data();
    const int found = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(subject), text.size(),
                                  from, 0, data.get(), context.get());
    if (found == PCRE2_ERROR_NOMATCH) return false;
    if (found < 0) return Status::Invalid("a regular expression failed: ", PcreMessage(found));
    if (groups == nullptr) return true;
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
    groups->resize(static_cast<size_t>(group_count_) + 1);
    for (size_t i = 0; i < groups->size(); ++i) {
      const bool unset = static_cast<int>(i) >= found || offsets[2 * i] == PCRE2_UNSET;
      (*groups)[i] = unset ? Span{} : Span{static_cast<int64_t>(offsets[2 * i]),
                                           static_cast<int64_t>(offsets[2 * i + 1])};
    }
    return true;
  }

  Result<bool> Occurs(std::string_view text) const override { return Find(text, 0, nullptr); }

 private:
  std::unique_ptr<pcre2_code, FreeCode> code_;
  int group_count_ = 0;
};

/// What RE2 accepts but reads in another way than Java: then PCRE2 is asked.
bool MeansOtherInRe2(std::string_view pattern) {
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
      // \Z and \G have no counterpart, \h \R \X and octal escapes neither.
      if (i < pattern.size() && std::string_view("ZGhHRX0").find(pattern[i]) != std::string_view::npos) {
        return true;
      }
    } else if (c == '[') {
      if (in_class) return true;  // a union of classes
      in_class = true;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') ++i;
    } else if (c == ']') {
      in_class = false;
    } else if (in_class && pattern.substr(i, 2) == "&&") {
      return true;  // an intersection of classes
    }
  }
  return false;
}

/// Java's classes within classes as PCRE2 writes them: "[a[bc]]" as "[abc]", and POSIX-like names
/// in double brackets, which Java reads as a plain set of characters, likewise.
std::string FlattenNestedClasses(std::string_view pattern) {
  std::string out;
  int depth = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out += c;
      out += pattern[++i];
    } else if (c == '[') {
      if (depth++ == 0) out += c;
    } else if (c == ']' && depth > 0) {
      if (--depth == 0) out += c;
    } else if (depth > 0 && (c == ':' || c == '.' || c == '=')) {
      out += '\\';  // else PCRE2 takes "[:alpha:]" for the name of a class
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

/// Java's \p{Alpha} and the like, which RE2 calls [:alpha:].
std::string WithPosixClasses(std::string_view pattern) {
  static constexpr std::string_view kNames[] = {"Alpha", "Lower", "Upper", "Digit", "Alnum", "Punct",
                                                "Graph", "Print", "Blank", "Cntrl", "Space",
                                                "XDigit"};
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    bool replaced = false;
    for (const auto name : kNames) {
      const std::string_view rest = pattern.substr(i);
      if (!rest.starts_with("\\p{") || !rest.substr(3).starts_with(name) ||
          rest.substr(3 + name.size(), 1) != "}") {
        continue;
      }
      std::string lower(name);
      for (char& c : lower) c = static_cast<char>(c | 32);
      out += in_class ? "[:" + lower + ":]" : "[[:" + lower + ":]]";
      i += 3 + name.size();
      replaced = true;
      break;
    }
    if (replaced) continue;
    out += pattern[i];
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
    } else if (pattern[i] == '[') {
      in_class = true;
    } else if (pattern[i] == ']') {
      in_class = false;
    }
  }
  return out;
}

Result<std::shared_ptr<const JavaRegex>> MakePcre(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::string flat = FlattenNestedClasses(pattern);
  std::unique_ptr<pcre2_code, FreeCode> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(flat.data()), flat.size(),
                    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset,
                    nullptr));
  if (code == nullptr) {
    return Status::Invalid(PcreMessage(error), " at offset ", static_cast<uint64_t>(offset));
  }
  return std::make_shared<PcreRegex>(std::move(code));
}

}  // namespace

Result<std::shared_ptr<const JavaRegex>> JavaRegex::Make(std::string_view pattern) {
  if (!MeansOtherInRe2(pattern)) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    std::string source = WithPosixClasses(pattern);
    // Java names groups (?<name>...), RE2 (?P<name>...).
    for (size_t at = source.find("(?<"); at != std::string::npos; at = source.find("(?<", at + 3)) {
      const bool escaped = at > 0 && source[at - 1] == '\\';
      const bool look_behind = at + 3 < source.size() && (source[at + 3] == '=' || source[at + 3] == '!');
      if (!escaped && !look_behind) source.insert(at + 2, "P");
    }
    auto regex = std::make_unique<re2::RE2>(source, options);
    if (regex->ok()) return std::make_shared<Re2Regex>(std::move(regex));
  }
  return MakePcre(pattern);
}

}  // namespace thalweg::functions
