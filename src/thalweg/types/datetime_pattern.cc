#include "thalweg/types/datetime_pattern.h"

#include "thalweg/types/time_text.h"

namespace thalweg {

using Element = DatetimePattern::Element;

namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Longest run of a letter that Java understands; 0: not a pattern letter.
int MaxCount(char letter) {
  switch (letter) {
    case 'G':
    case 'M':
    case 'L':
    case 'Q':
    case 'q':
    case 'E':
    case 'z':
      return 4;
    case 'y':
      return 6;
    case 'D':
      return 3;
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
      return 2;
    case 'a':
    case 'F':
      return 1;
    case 'S':
      return 9;
    case 'V':
      return 2;
    case 'O':
      return 4;
    case 'X':
    case 'x':
    case 'Z':
      return 5;
    default:
      return 0;
  }
}

bool IsValidRun(char letter, int count) {
  if (letter == 'V') return count == 2;
  if (letter == 'O') return count == 1 || count == 4;
  return count <= MaxCount(letter);
}

/// Whether Java's SimpleDateFormat, the parser of Spark 2, takes the pattern.
bool IsLegacyPattern(std::string_view pattern) {
  bool quoted = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') quoted = !quoted;
    if (quoted || !IsLetter(c)) continue;
    if (std::string_view("GyYMLwWDdFEuaHkKhmsSzZX").find(c) == std::string_view::npos) return false;
    if (c == 'X' && pattern.substr(i).starts_with("XXXX")) return false;
  }
  return !quoted;
}

Status PatternError(const std::string& pattern, std::string_view condition,
                    ErrorParameters parameters) {
  if (IsLegacyPattern(pattern)) {
    return MakeError("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
                     {{"pattern", "'" + pattern + "'"},
                      {"config", "\"spark.sql.legacy.timeParserPolicy\""},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  parameters.emplace("pattern", pattern);
  parameters.emplace("docroot", "https://spark.apache.org/docs/latest");
  return MakeError(condition, std::move(parameters));
}

/// Letters of week-based years are refused before anything else is looked at.
Status CheckWeekLetters(const std::string& pattern) {
  bool quoted = false;
  for (const char c : pattern) {
    if (c == '\'') quoted = !quoted;
    if (quoted || std::string_view("YWwuec").find(c) == std::string_view::npos) continue;
    return PatternError(pattern, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
                        {{"c", std::string(1, c)}});
  }
  return Status::OK();
}

Status CheckRun(const std::string& pattern, char letter, int count, DatetimePattern::Use use) {
  const std::string text(1, letter);
  if (std::string_view("ABnNp").find(letter) != std::string_view::npos ||
      (use == DatetimePattern::Use::kParse &&
       std::string_view("EFqQ").find(letter) != std::string_view::npos)) {
    return PatternError(pattern, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", {{"c", text}});
  }
  if (std::string_view("GMLEQq").find(letter) != std::string_view::npos && count >= 5) {
    return PatternError(pattern, "INVALID_DATETIME_PATTERN.LENGTH", {});
  }
  if (!IsValidRun(letter, count)) {
    return PatternError(pattern, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", {});
  }
  return Status::OK();
}

/// Width of a field that adjacent parsing treats as fixed; 0: it is none.
int FixedWidth(const Element& element) {
  if (element.kind != Element::Kind::kField) return 0;
  switch (element.letter) {
    case 'y':
      return element.count == 2 ? 2 : 0;
    case 'M':
    case 'L':
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
      return element.count == 2 ? 2 : 0;
    case 'D':
      return element.count == 3 ? 3 : 0;
    default:
      return 0;
  }
}

bool IsNumericField(const Element& element) {
  if (element.kind != Element::Kind::kField) return false;
  if (element.letter == 'M' || element.letter == 'L') return element.count <= 2;
  return std::string_view("yDdhHkKms").find(element.letter) != std::string_view::npos;
}

}  // namespace

Result<std::shared_ptr<const DatetimePattern>> DatetimePattern::Make(std::string_view pattern,
                                                                     Use use) {
  std::shared_ptr<DatetimePattern> made(new DatetimePattern(std::string(pattern)));
  ARROW_RETURN_NOT_OK(made->Compile(use));
  return std::shared_ptr<const DatetimePattern>(std::move(made));
}

Status DatetimePattern::Compile(Use use) {
  std::vector<size_t> open;
  const auto add_literal = [&](char c) {
    if (elements_.empty() || elements_.back().kind != Element::Kind::kLiteral) {
      elements_.emplace_back();
    }
    elements_.back().literal.push_back(c);
  };
  ARROW_RETURN_NOT_OK(CheckWeekLetters(pattern_));
  for (size_t i = 0; i < pattern_.size();) {
    const char c = pattern_[i];
    if (IsLetter(c)) {
      size_t run_end = i;
      while (run_end < pattern_.size() && pattern_[run_end] == c) ++run_end;
      Element element;
      element.kind = Element::Kind::kField;
      element.letter = c;
      element.count = static_cast<int>(run_end - i);
      ARROW_RETURN_NOT_OK(CheckRun(pattern_, c, element.count, use));
      if (c == 'G') has_era_ = true;
      elements_.push_back(std::move(element));
      i = run_end;
    } else if (c == '\'') {
      if (i + 1 < pattern_.size() && pattern_[i + 1] == '\'') {
        add_literal('\'');
        i += 2;
        continue;
      }
      for (++i;; ++i) {
        if (i >= pattern_.size()) {
          return PatternError(pattern_, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", {});
        }
        if (pattern_[i] == '\'') {
          if (i + 1 >= pattern_.size() || pattern_[i + 1] != '\'') break;
          ++i;
        }
        add_literal(pattern_[i]);
      }
      ++i;
    } else if (c == '[' || c == ']') {
      if (c == ']' && open.empty()) {
        return PatternError(pattern_, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", {});
      }
      Element element;
      element.kind = c == '[' ? Element::Kind::kOptionalBegin : Element::Kind::kOptionalEnd;
      if (c == '[') {
        open.push_back(elements_.size());
      } else {
        elements_[open.back()].end = elements_.size();
        open.pop_back();
      }
      elements_.push_back(std::move(element));
      ++i;
    } else if (c == '{' || c == '}' || c == '#') {
      return PatternError(pattern_, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION", {});
    } else {
      add_literal(c);
      ++i;
    }
  }
  for (const size_t begin : open) elements_[begin].end = elements_.size();
  LinkAdjacentNumbers();
  return Status::OK();
}

void DatetimePattern::LinkAdjacentNumbers() {
  // The first number of a run of numbers is elastic: it leaves the digits that the fixed-width
  // ones behind it need.
  Element* active = nullptr;
  for (Element& element : elements_) {
    if (!IsNumericField(element)) {
      active = nullptr;
      continue;
    }
    const int width = FixedWidth(element);
    if (active == nullptr) {
      active = &element;
    } else if (width > 0) {
      active->digits_behind += width;
      element.fixed_width = true;
    } else {
      active->fixed_width = true;
      active = &element;
    }
  }
}

}  // namespace thalweg
