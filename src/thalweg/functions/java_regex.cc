#include "thalweg/functions/java_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace thalweg::functions {
namespace {

/// Steps of one match before PCRE2 gives up on a pattern that backtracks too much.
constexpr uint32_t kMatchLimit = 10'000'000;

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
    const int index =
        pcre2_substring_number_from_name(code_.get(), reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    return index < 0 ? -1 : index;
  }

  Result<bool> Find(std::string_view text, size_t from, std::vector<Span>* groups) const override {
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
      (*groups)[i] = unset ? Span{}
                           : Span{static_cast<int64_t>(offsets[2 * i]),
                                  static_cast<int64_t>(offsets[2 * i + 1])};
    }
    return true;
  }

  Result<bool> Occurs(std::string_view text) const override { return Find(text, 0, nullptr); }

 private:
  std::unique_ptr<pcre2_code, FreeCode> code_;
  int group_count_ = 0;
};

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

/// Java's \p{Alpha} and the like, which PCRE2 calls [:alpha:].
std::string WithPosixClasses(std::string_view pattern) {
  static constexpr std::string_view kNames[] = {"Alpha", "Lower", "Upper", "Digit",
                                                "Alnum", "Punct", "Graph", "Print",
                                                "Blank", "Cntrl", "Space", "XDigit"};
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

}  // namespace

Result<std::shared_ptr<const JavaRegex>> JavaRegex::Make(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::string source = WithPosixClasses(FlattenNestedClasses(pattern));
  std::unique_ptr<pcre2_code, FreeCode> code(pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(),
      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr));
  if (code == nullptr) {
    return Status::Invalid(PcreMessage(error), " at offset ", static_cast<uint64_t>(offset));
  }
  // Without machine code the pattern is interpreted: slower, the same matches.
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  return std::make_shared<PcreRegex>(std::move(code));
}

}  // namespace thalweg::functions
