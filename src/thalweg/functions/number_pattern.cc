#include "thalweg/functions/number_pattern.h"

#include <algorithm>
#include <array>

namespace thalweg::functions {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F); }

}  // namespace

Result<NumberPattern> NumberPattern::Make(std::string_view text) {
  std::string capitals(text);
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  NumberPattern pattern(std::move(capitals));
  pattern.ReadParts();
  ARROW_RETURN_NOT_OK(pattern.Check());
  pattern.CountDigits();
  return pattern;
}

void NumberPattern::AddRun(Run run) {
  if (parts_.empty() || parts_.back().kind != Kind::kDigits) parts_.push_back({Kind::kDigits});
  parts_.back().runs.push_back(run);
}

void NumberPattern::ReadParts() {
  bool after_point = false;
  size_t at = 0;
  while (at < text_.size()) {
    const char c = text_[at];
    const bool pair = at + 1 < text_.size();
    if (c == '0' || c == '9') {
      const size_t end = std::min(text_.find_first_not_of("09", at), text_.size());
      AddRun({static_cast<int>(end - at), c == '0' && !after_point});
      at = end;
      continue;
    }
    ++at;
    if (c == ',' || c == 'G') {
      AddRun({});
    } else if (c == '.' || c == 'D') {
      after_point = true;
      parts_.push_back({Kind::kPoint});
    } else if (c == '$') {
      parts_.push_back({Kind::kDollar});
    } else if (c == 'S') {
      parts_.push_back({Kind::kSign});
    } else if (c == 'M' && pair && text_[at] == 'I') {
      ++at;
      parts_.push_back({Kind::kMinus});
    } else if (c == 'P' && pair && text_[at] == 'R') {
      ++at;
      parts_.insert(parts_.begin(), {Kind::kOpen});
      parts_.push_back({Kind::kClose});
    } else {
      parts_.push_back({Kind::kOther, {}, c});
    }
  }
}

void NumberPattern::CountDigits() {
  bool after_point = false;
  for (const Part& part : parts_) {
    after_point |= part.kind == Kind::kPoint;
    for (const Run& run : part.runs) {
      precision_ += run.count;
      if (after_point) scale_ += run.count;
    }
  }
}

int NumberPattern::Find(Kind kind) const {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [kind](const Part& part) { return part.kind == kind; });
  return found == parts_.end() ? -1 : static_cast<int>(found - parts_.begin());
}

Status NumberPattern::Invalid(const char* reason) const {
  return MakeError(std::string("INVALID_FORMAT.") + reason, {{"format", "'" + text_ + "'"}});
}

Status NumberPattern::InvalidToken(const char* reason, const Part& part) const {
  static constexpr std::array<const char*, 8> kTexts = {
      "digit sequence", ". or D", "$", "S", "MI", "PR", "PR", ""};
  std::string token = kTexts[static_cast<size_t>(part.kind)];
  if (part.kind == Kind::kOther) token = std::string("character '") + part.character + "'";
  return MakeError(std::string("INVALID_FORMAT.") + reason,
                   {{"format", "'" + text_ + "'"}, {"token", token}});
}

Status NumberPattern::Check() const {
  if (text_.empty()) return Invalid("EMPTY");
  const int digits = Find(Kind::kDigits);
  const int dollar = Find(Kind::kDollar);
  const int point = Find(Kind::kPoint);
  if (digits < 0) return Invalid("WRONG_NUM_DIGIT");
  if (digits < dollar) return Invalid("CUR_MUST_BEFORE_DIGIT");
  if (point >= 0 && point < dollar) return Invalid("CUR_MUST_BEFORE_DEC");
  ARROW_RETURN_NOT_OK(CheckSeparators());
  ARROW_RETURN_NOT_OK(CheckRepeats());
  return CheckOrder();
}

Status NumberPattern::CheckSeparators() const {
  const int point = Find(Kind::kPoint);
  bool after = false;
  for (int i = 0; i < static_cast<int>(parts_.size()); ++i) {
    const std::vector<Run>& runs = parts_[i].runs;
    if (point >= 0 && i > point) {
      after |= std::any_of(runs.begin(), runs.end(), [](const Run& run) { return run.count == 0; });
      continue;
    }
    for (size_t at = 0; at < runs.size(); ++at) {
      if (runs[at].count > 0) continue;
      const bool at_edge = at == 0 || at + 1 == runs.size();
      if (at_edge || runs[at - 1].count == 0 || runs[at + 1].count == 0) {
        return Invalid("CONT_THOUSANDS_SEPS");
      }
    }
  }
  return after ? Invalid("THOUSANDS_SEPS_MUST_BEFORE_DEC") : Status::OK();
}

Status NumberPattern::CheckRepeats() const {
  for (const Kind kind : {Kind::kPoint, Kind::kSign, Kind::kMinus, Kind::kDollar, Kind::kClose}) {
    const auto count = std::count_if(parts_.begin(), parts_.end(),
                                     [kind](const Part& part) { return part.kind == kind; });
    if (count > 1) return InvalidToken("WRONG_NUM_TOKEN", parts_[static_cast<size_t>(Find(kind))]);
  }
  return Status::OK();
}

Status NumberPattern::CheckOrder() const {
  // Each place takes one of these kinds, or none.
  static const std::array<std::vector<Kind>, 8> kPlaces = {
      {{Kind::kOpen},
       {Kind::kMinus, Kind::kSign},
       {Kind::kDollar},
       {Kind::kDigits},
       {Kind::kPoint},
       {Kind::kDigits},
       {Kind::kDollar},
       {Kind::kMinus, Kind::kSign, Kind::kClose}}};
  size_t at = 0;
  for (const std::vector<Kind>& place : kPlaces) {
    if (at == parts_.size()) break;
    if (std::count(place.begin(), place.end(), parts_[at].kind) > 0) ++at;
  }
  return at == parts_.size() ? Status::OK() : InvalidToken("UNEXPECTED_TOKEN", parts_[at]);
}

/// Reads one text by the parts of a pattern.
class NumberPattern::Reader {
 public:
  Reader(std::string_view text, std::string* digits) : text_(text), digits_(digits) {
    digits_->clear();
  }

  /// False if the text does not fit.
  bool Take(const Part& part) {
    if (part.kind == Kind::kDigits) return TakeDigits(part);
    if (at_ == text_.size()) return true;
    const char c = text_[at_];
    switch (part.kind) {
      case Kind::kPoint:
        if (c == '.') after_point_ = true;
        at_ += c == '.';
        return true;
      case Kind::kDollar:
        at_ += c == '$';
        return c == '$';
      case Kind::kSign:
      case Kind::kMinus:
        negative_ ^= c == '-';
        at_ += c == '-' || (c == '+' && part.kind == Kind::kSign);
        return true;
      case Kind::kOpen:
        open_ |= c == '<';
        at_ += c == '<';
        return true;
      default:
        if (c != '>') return true;
        closed_ = true;
        negative_ = !negative_;
        ++at_;
        return open_;
    }
  }

  bool AtEnd() const { return at_ == text_.size() && open_ == closed_ && !digits_->empty(); }
  bool negative() const { return negative_; }
  int digits_after_point() const { return digits_after_point_; }

 private:
  /// Digits, separators and blanks; the digits between separators count from the right.
  bool TakeDigits(const Part& part) {
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (IsDigit(text_[at_]) || text_[at_] == ',' || IsBlank(text_[at_]))) {
      if (IsDigit(text_[at_])) {
        digits_->push_back(text_[at_]);
        digits_after_point_ += after_point_;
      }
      ++at_;
    }
    size_t end = at_;
    bool more = true;
    for (auto run = part.runs.rbegin(); run != part.runs.rend(); ++run) {
      if (run->count == 0) continue;
      int count = 0;
      bool separated = false;
      while (end > begin && !separated) {
        --end;
        separated = text_[end] == ',';
        count += IsDigit(text_[end]);
      }
      if (run->exact ? count != run->count : count > run->count) return false;
      more = separated;
    }
    // What is left belongs to more groups than the pattern has.
    return !more;
  }

  std::string_view text_;
  std::string* digits_;
  size_t at_ = 0;
  bool after_point_ = false;
  bool open_ = false;
  bool closed_ = false;
  bool negative_ = false;
  int digits_after_point_ = 0;
};

std::optional<Int128> NumberPattern::Parse(std::string_view text, std::string* digits) const {
  Reader reader(text, digits);
  for (const Part& part : parts_) {
    if (!reader.Take(part)) return std::nullopt;
  }
  if (!reader.AtEnd()) return std::nullopt;
  Int128 value = 0;
  for (const char digit : *digits) value = value * 10 + (digit - '0');
  value *= PowerOfTen(scale_ - reader.digits_after_point());
  return reader.negative() ? -value : value;
}

namespace {

/// Puts a sign before the blanks at the end.
void AddBeforeBlanks(char sign, size_t begin, std::string* out) {
  size_t at = out->size();
  while (at > begin && (*out)[at - 1] == ' ') --at;
  out->insert(at, 1, sign);
}

/// Puts a blank before the signs at the end.
void AddBlank(size_t begin, std::string* out) {
  size_t at = out->size();
  while (at > begin && ((*out)[at - 1] == '+' || (*out)[at - 1] == '-' || (*out)[at - 1] == '<')) {
    --at;
  }
  out->insert(at, 1, ' ');
}

/// A point without digits behind it becomes a blank.
void BlankLonePoint(size_t begin, std::string* out) {
  const size_t at = out->find('.', begin);
  if (at == std::string::npos) return;
  if (at + 1 == out->size() || (*out)[at + 1] == ' ') (*out)[at] = ' ';
}

/// The digits of a number, `before` of them before the point, filled up with blanks in front and
/// zeros behind; `#`s if there are too many.
void SpreadDigits(Int128 unscaled, int scale, int before, int after, std::string* digits) {
  digits->clear();
  AppendDecimalText(unscaled < 0 ? -unscaled : unscaled, scale, digits);
  const size_t point = std::min(digits->find('.'), digits->size());
  std::string_view whole = std::string_view(*digits).substr(0, point);
  std::string_view fraction = std::string_view(*digits).substr(std::min(point + 1, digits->size()));
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  const size_t last = fraction.find_last_not_of('0');
  fraction = fraction.substr(0, last == std::string_view::npos ? 0 : last + 1);
  const auto room = static_cast<size_t>(before);
  const auto fraction_room = static_cast<size_t>(after);
  std::string spread;
  if (whole.size() > room || fraction.size() > fraction_room) {
    spread.assign(room + fraction_room, '#');
  } else {
    spread.append(room - whole.size(), ' ').append(whole).append(fraction);
    spread.append(fraction_room - fraction.size(), '0');
  }
  *digits = std::move(spread);
}

}  // namespace

void NumberPattern::FormatDigits(const Part& part, bool after_point, const char** next,
                                 std::string* out, size_t begin) const {
  for (const Run& run : part.runs) {
    if (run.count == 0) {
      if (out->size() > begin && IsDigit(out->back())) {
        out->push_back(',');
      } else {
        AddBlank(begin, out);
      }
    }
    for (int i = 0; i < run.count; ++i) {
      const char c = *(*next)++;
      if (c != ' ' || after_point) {
        out->push_back(c);
      } else if (run.exact) {
        out->push_back('0');
      } else {
        AddBlank(begin, out);
      }
    }
  }
}

void NumberPattern::Format(Int128 unscaled, int scale, std::string* digits,
                           std::string* out) const {
  SpreadDigits(unscaled, scale, precision_ - scale_, scale_, digits);
  const char* next = digits->data();
  const bool negative = unscaled < 0;
  const size_t begin = out->size();
  bool after_point = false;
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Kind::kDigits:
        FormatDigits(part, after_point, &next, out, begin);
        break;
      case Kind::kPoint:
        if (out->size() > begin && out->back() == ' ') out->back() = '0';
        out->push_back('.');
        after_point = true;
        break;
      case Kind::kDollar:
        out->push_back('$');
        break;
      case Kind::kSign:
        BlankLonePoint(begin, out);
        AddBeforeBlanks(negative ? '-' : '+', begin, out);
        break;
      case Kind::kMinus:
        if (negative) BlankLonePoint(begin, out);
        negative ? AddBeforeBlanks('-', begin, out) : out->push_back(' ');
        break;
      case Kind::kOpen:
        if (negative) out->push_back('<');
        break;
      default:
        BlankLonePoint(begin, out);
        negative ? AddBeforeBlanks('>', begin, out) : (void)out->append("  ");
    }
  }
  BlankLonePoint(begin, out);
  const std::string_view written = std::string_view(*out).substr(begin);
  if (written.empty() || written == "+" || written == "-")
    out->replace(begin, std::string::npos, "0");
}

}  // namespace thalweg::functions
