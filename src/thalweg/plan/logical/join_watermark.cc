#include "thalweg/plan/logical/join_watermark.h"

#include <algorithm>
#include <cmath>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/plan/logical/build.h"
#include "thalweg/types/data_types.h"

namespace thalweg::plan {
namespace {

constexpr double kMicrosPerSecond = 1e6;
constexpr double kMicrosPerDay = 86400e6;
constexpr double kCastSlack = 2e6;
constexpr double kDaySlack = 26 * 3600e6;

/// One summand: a column, or a constant in microseconds.
struct Term {
  uint64_t attribute = 0;  // 0: a constant
  double micros = 0;
  bool negative = false;
};

bool IsNumber(const arrow::DataType& type) {
  return arrow::is_integer(type.id()) || arrow::is_floating(type.id()) ||
         type.id() == arrow::Type::DECIMAL128;
}

bool IsFixedInterval(const arrow::DataType& type) {
  return type.id() == arrow::Type::DURATION || type.id() == arrow::Type::INTERVAL_MONTH_DAY_NANO;
}

bool IsSummand(const arrow::DataType& type) {
  return IsNumber(type) || IsFixedInterval(type) || type.id() == arrow::Type::TIMESTAMP;
}

/// Microseconds of an interval, or of a number of seconds.
std::optional<double> ConstantMicros(const arrow::Scalar& value) {
  if (!value.is_valid) return std::nullopt;
  if (value.type->id() == arrow::Type::DURATION) {
    return static_cast<double>(static_cast<const arrow::DurationScalar&>(value).value);
  }
  if (value.type->id() == arrow::Type::INTERVAL_MONTH_DAY_NANO) {
    const auto& interval = static_cast<const arrow::MonthDayNanoIntervalScalar&>(value).value;
    if (interval.months != 0) return std::nullopt;
    return interval.days * kMicrosPerDay + static_cast<double>(interval.nanoseconds) / 1000;
  }
  if (!IsNumber(*value.type)) return std::nullopt;
  const auto seconds = value.CastTo(arrow::float64());
  if (!seconds.ok()) return std::nullopt;
  return static_cast<const arrow::DoubleScalar&>(**seconds).value * kMicrosPerSecond;
}

/// Splits sums and differences into terms; false if the expression is anything else.
bool CollectTerms(const expr::Expression& expression, bool negative, std::vector<Term>* terms) {
  const auto& children = expression.children();
  switch (expression.kind()) {
    case expr::ExpressionKind::kAttribute:
      terms->push_back(
          {static_cast<const expr::AttributeReference&>(expression).id(), 0, negative});
      return true;
    case expr::ExpressionKind::kLiteral: {
      const auto micros = ConstantMicros(*static_cast<const expr::Literal&>(expression).value());
      if (!micros) return false;
      terms->push_back({0, *micros, negative});
      return true;
    }
    case expr::ExpressionKind::kCast: {
      const bool kept = IsNumber(*expression.type()) || IsTimestamp(*expression.type());
      return kept && CollectTerms(*children[0], negative, terms);
    }
    case expr::ExpressionKind::kCall:
      break;
    default:
      return false;
  }
  const std::string& name = static_cast<const expr::Call&>(expression).function().name;
  if (children.size() == 1 && (name == "negative" || name == "-")) {
    return CollectTerms(*children[0], !negative, terms);
  }
  if (children.size() != 2 || (name != "+" && name != "-") || !IsSummand(*expression.type()) ||
      !IsSummand(*children[0]->type()) || !IsSummand(*children[1]->type())) {
    return false;
  }
  // A difference of times is an interval, not a sum with a time in it.
  const bool both_times = children[0]->type()->id() == arrow::Type::TIMESTAMP &&
                          children[1]->type()->id() == arrow::Type::TIMESTAMP;
  return !both_times && CollectTerms(*children[0], negative, terms) &&
         CollectTerms(*children[1], name == "-" ? !negative : negative, terms);
}

const Attribute* FindAttribute(const std::vector<Attribute>& attributes, uint64_t id) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [id](const Attribute& a) { return a.id == id; });
  return found == attributes.end() ? nullptr : &*found;
}

bool HasCast(const expr::Expression& expression) {
  return expression.kind() == expr::ExpressionKind::kCast ||
         std::any_of(expression.children().begin(), expression.children().end(),
                     [](const expr::ExpressionPtr& child) { return HasCast(*child); });
}

/// The bound that lower < upper gives for the column of `side` in it.
std::optional<TimeBound> SolveLess(const expr::Expression& lower, const expr::Expression& upper,
                                   const std::vector<Attribute>& side,
                                   const std::vector<Attribute>& other) {
  // lower - upper < 0
  std::vector<Term> terms;
  if (!CollectTerms(lower, false, &terms) || !CollectTerms(upper, true, &terms)) return {};
  TimeBound bound;
  int own_terms = 0;
  std::optional<uint64_t> other_column;
  for (const Term& term : terms) {
    const double sign = term.negative ? -1 : 1;
    if (term.attribute == 0) {
      bound.constant_micros += sign * term.micros;
    } else if (FindAttribute(side, term.attribute) != nullptr) {
      // Solved for it, the column must stand on the greater side.
      if (++own_terms > 1 || !term.negative) return {};
      bound.column = term.attribute;
    } else {
      const Attribute* column = FindAttribute(other, term.attribute);
      if (column == nullptr || !column->watermark_delay_millis) return {};
      if (other_column.value_or(term.attribute) != term.attribute) return {};
      other_column = term.attribute;
      bound.watermark_factor += sign;
    }
  }
  if (own_terms != 1 || terms.size() < 2) return {};
  bound.other_column = other_column.value_or(0);
  bound.slack_micros = HasCast(lower) || HasCast(upper) ? kCastSlack : 0;
  if (std::abs(bound.constant_micros) >= kMicrosPerDay) bound.slack_micros += kDaySlack;
  return bound;
}

std::optional<TimeBound> SolveComparison(const expr::Expression& conjunct,
                                         const std::vector<Attribute>& side,
                                         const std::vector<Attribute>& other) {
  // NOT (a < b) is a >= b.
  const bool negated = conjunct.kind() == expr::ExpressionKind::kNot;
  const expr::Expression& comparison = negated ? *conjunct.children()[0] : conjunct;
  if (comparison.kind() != expr::ExpressionKind::kCall) return {};
  const std::string& name = static_cast<const expr::Call&>(comparison).function().name;
  if (name != "<" && name != "<=" && name != ">" && name != ">=") return {};
  const bool less = (name[0] == '<') != negated;
  const expr::Expression& lower = *comparison.children()[less ? 0 : 1];
  const expr::Expression& upper = *comparison.children()[less ? 1 : 0];
  std::optional<TimeBound> bound = SolveLess(lower, upper, side, other);
  if (bound) bound->inclusive = (name.size() == 2) != negated;
  return bound;
}

std::optional<size_t> FindMarkedKey(const std::vector<expr::ExpressionPtr>& keys,
                                    const std::vector<Attribute>& side) {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i]->kind() != expr::ExpressionKind::kAttribute) continue;
    const Attribute* column =
        FindAttribute(side, static_cast<const expr::AttributeReference&>(*keys[i]).id());
    if (column != nullptr && column->watermark_delay_millis) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> StateWatermark::Millis(int64_t watermark_millis) const {
  if (kind == Kind::kNone) return std::nullopt;
  if (kind == Kind::kKey) return watermark_millis;
  std::optional<int64_t> lowest;
  for (const TimeBound& bound : bounds) {
    const double micros = bound.watermark_factor * static_cast<double>(watermark_millis) * 1000 +
                          bound.constant_micros;
    const int64_t millis = static_cast<int64_t>(micros / 1000) - (bound.inclusive ? 1 : 0);
    lowest = std::min(lowest.value_or(millis), millis);
  }
  return lowest;
}

std::vector<TimeBound> FindTimeBounds(const expr::ExpressionPtr& condition,
                                      const std::vector<Attribute>& side,
                                      const std::vector<Attribute>& other) {
  std::vector<TimeBound> bounds;
  if (condition == nullptr || FindMarked(other) == nullptr) return bounds;
  for (const expr::ExpressionPtr& conjunct : SplitConjuncts(condition)) {
    if (const auto bound = SolveComparison(*conjunct, side, other)) bounds.push_back(*bound);
  }
  return bounds;
}

std::array<StateWatermark, 2> FindStateWatermarks(const Node& join) {
  std::array<StateWatermark, 2> found;
  const std::vector<Attribute>* sides[2] = {&join.children[0]->output, &join.children[1]->output};
  auto key = FindMarkedKey(join.left_keys, *sides[0]);
  if (!key) key = FindMarkedKey(join.right_keys, *sides[1]);
  for (int side = 0; side < 2; ++side) {
    if (key) {
      found[side].kind = StateWatermark::Kind::kKey;
      found[side].key = *key;
      continue;
    }
    const Attribute* time = FindMarked(*sides[side]);
    if (time == nullptr) continue;
    found[side].bounds = FindTimeBounds(join.condition, *sides[side], *sides[1 - side]);
    if (found[side].bounds.empty()) continue;
    found[side].kind = StateWatermark::Kind::kTime;
    found[side].time = time->id;
  }
  return found;
}

TimeDistance FindTimeDistance(const Node& join) {
  TimeDistance distance;
  const std::vector<Attribute>* sides[2] = {&join.children[0]->output, &join.children[1]->output};
  const Attribute* times[2] = {FindMarked(*sides[0]), FindMarked(*sides[1])};
  if (times[0] == nullptr || times[1] == nullptr) return distance;
  for (int side = 0; side < 2; ++side) {
    for (const TimeBound& bound : FindTimeBounds(join.condition, *sides[side], *sides[1 - side])) {
      if (bound.column != times[side]->id || bound.other_column != times[1 - side]->id ||
          bound.watermark_factor != 1) {
        continue;
      }
      // This side's time is at least the other's plus this.
      const auto least = static_cast<int64_t>(bound.constant_micros - bound.slack_micros) - 1;
      if (side == 1) {
        distance.least = std::max(distance.least, least);
      } else {
        distance.greatest = std::min(distance.greatest, -least);
      }
    }
  }
  return distance;
}

const Attribute* FindMarked(const std::vector<Attribute>& attributes) {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [](const Attribute& a) {
    return a.watermark_delay_millis.has_value();
  });
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace thalweg::plan
