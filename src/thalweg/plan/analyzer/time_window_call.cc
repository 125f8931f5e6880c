#include "thalweg/plan/analyzer/time_window_call.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/logical/expression_equality.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/coercion.h"

namespace thalweg::plan {
namespace {

Result<int64_t> IntervalMicros(const std::string& text) {
  const Result<int64_t> micros = ParseIntervalMicros(text, 0);
  if (micros.ok()) return *micros;
  // What parses once months are allowed failed because of them.
  if (ParseIntervalMicros(text, 31).ok()) {
    return MakeError("_LEGACY_ERROR_TEMP_3231", {{"interval", text}});
  }
  return MakeError("CANNOT_PARSE_INTERVAL", {{"intervalString", fmt::format("'{}'", text)}});
}

// A duration must be a literal: interval text, or microseconds.
Result<int64_t> DurationArgument(const spec::Expression& expression) {
  const auto refused = [] { return MakeError("_LEGACY_ERROR_TEMP_1207"); };
  const spec::Expression* literal = &expression;
  int64_t sign = 1;
  if (expression.kind == spec::ExpressionKind::kFunction && expression.children.size() == 1 &&
      expression.name.back() == "negative") {
    literal = expression.children[0].get();
    sign = -1;
  }
  if (literal->kind != spec::ExpressionKind::kLiteral || !literal->literal->is_valid) {
    return refused();
  }
  const arrow::Scalar& value = *literal->literal;
  switch (value.type->id()) {
    case arrow::Type::STRING:
      if (sign < 0) return refused();
      return IntervalMicros(value.ToString());
    case arrow::Type::INT32:
      return sign * static_cast<const arrow::Int32Scalar&>(value).value;
    case arrow::Type::INT64:
      return sign * static_cast<const arrow::Int64Scalar&>(value).value;
    default:
      return refused();
  }
}

Status OutOfRange(const char* name, int64_t value, const std::string& text) {
  return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"sqlExpr", QuoteExpression(text)},
                    {"exprName", QuoteIdentifier(name)},
                    {"valueRange", "(0, 9223372036854775807]"},
                    {"currentValue", fmt::format("{}L", value)}});
}

Status Violation(const char* left, int64_t left_value, const char* constraint, const char* right,
                 int64_t right_value, const std::string& text) {
  return MakeError("DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
                   {{"sqlExpr", QuoteExpression(text)},
                    {"leftExprName", QuoteIdentifier(left)},
                    {"leftExprValue", fmt::format("{}L", left_value)},
                    {"constraint", constraint},
                    {"rightExprName", QuoteIdentifier(right)},
                    {"rightExprValue", fmt::format("{}L", right_value)}});
}

Status CheckDurations(const TimeWindowCall& call, const std::string& text) {
  if (call.size <= 0) return OutOfRange("window_duration", call.size, text);
  if (call.slide <= 0) return OutOfRange("slide_duration", call.slide, text);
  if (call.slide > call.size) {
    return Violation("slide_duration", call.slide, "<=", "window_duration", call.size, text);
  }
  const int64_t start = call.start < 0 ? -call.start : call.start;
  if (start >= call.slide) {
    return Violation("abs(start_time)", start, "<", "slide_duration", call.slide, text);
  }
  return Status::OK();
}

bool IsWindowStruct(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRUCT && type.num_fields() == 2 &&
         type.field(0)->name() == "start" && type.field(1)->name() == "end" &&
         type.field(1)->type()->id() == arrow::Type::TIMESTAMP;
}

// Makes the time argument a timestamp: text is cast, a window stands for its window_time.
Status AdaptTime(ExpressionResolver* resolver, TimeWindowCall* call, const std::string& text) {
  const TypePtr type = call->time.expression->type();
  if (type->id() == arrow::Type::TIMESTAMP) return Status::OK();
  if (IsWindowStruct(*type)) {
    const std::optional<int64_t> delay = call->time.watermark_delay_millis;
    if (!call->time.attribute || !call->time.attribute->is_time_window) {
      return MakeError("_LEGACY_ERROR_TEMP_3101",
                       {{"windowTime", fmt::format("window_time({})", call->time.text)}});
    }
    ARROW_ASSIGN_OR_RAISE(call->time, resolver->BindCall("window_time", {call->time}));
    call->time.watermark_delay_millis = delay;
    return Status::OK();
  }
  if (IsString(*type) || type->id() == arrow::Type::DATE32 || type->id() == arrow::Type::NA) {
    ARROW_ASSIGN_OR_RAISE(
        call->time.expression,
        MakeCheckedCast(call->time, TimestampType(), EvalModeOf(resolver->context()), text));
    call->time.watermark_delay_millis.reset();
    return Status::OK();
  }
  return MakeError(
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      {{"sqlExpr", QuoteExpression(text)},
       {"paramIndex", "first"},
       {"requiredType",
        "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or \"STRUCT<start: TIMESTAMP, end: "
        "TIMESTAMP>\" or \"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\")"},
       {"inputSql", QuoteExpression(call->time.text)},
       {"inputType", QuoteType(*type)}});
}

// The end of a row's session: its time plus the gap. Text that is no interval counts as no gap.
Status ResolveSessionEnd(ExpressionResolver* resolver, const spec::Expression& argument,
                         TimeWindowCall* call) {
  ARROW_ASSIGN_OR_RAISE(Resolved gap, resolver->Resolve(argument));
  const TypePtr type = gap.expression->type();
  const TypePtr interval = CalendarIntervalType();
  if (!type->Equals(*interval)) {
    if (!CanCast(*type, *interval, EvalModeOf(resolver->context()))) {
      return MakeError("_LEGACY_ERROR_TEMP_1040", {{"dt", SimpleTypeName(*type)}});
    }
    gap.expression = expr::Cast::Make(gap.expression, interval, EvalMode::kTry);
  }
  ARROW_ASSIGN_OR_RAISE(call->session_end, resolver->BindCall("+", {call->time, std::move(gap)}));
  return Status::OK();
}

}  // namespace

Result<TimeWindowCall> ResolveTimeWindowCall(ExpressionResolver* resolver,
                                             const spec::Expression& call) {
  const std::string name = ToLowerAscii(call.name.back());
  const bool session = name == "session_window";
  const size_t count = call.children.size();
  if (count < 2 || count > (session ? 2 : 4)) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", QuoteIdentifier(name)},
                      {"expectedNum", session ? "2" : "[2, 3, 4]"},
                      {"actualNum", std::to_string(count)},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  TimeWindowCall window;
  ARROW_ASSIGN_OR_RAISE(window.time, resolver->Resolve(*call.children[0]));
  std::string text;
  if (session) {
    text = fmt::format("session_window({})", window.time.text);
  } else {
    ARROW_ASSIGN_OR_RAISE(window.size, DurationArgument(*call.children[1]));
    window.slide = window.size;
    if (count > 2) {
      ARROW_ASSIGN_OR_RAISE(window.slide, DurationArgument(*call.children[2]));
    }
    if (count > 3) {
      ARROW_ASSIGN_OR_RAISE(window.start, DurationArgument(*call.children[3]));
    }
    text = fmt::format("window({}, {}, {}, {})", window.time.text, window.size, window.slide,
                       window.start);
  }
  ARROW_RETURN_NOT_OK(AdaptTime(resolver, &window, text));
  ARROW_RETURN_NOT_OK(session ? ResolveSessionEnd(resolver, *call.children[1], &window)
                              : CheckDurations(window, text));
  const TypePtr& time_type = window.time.expression->type();
  window.output.name = name;
  window.output.type =
      arrow::struct_({arrow::field("start", time_type), arrow::field("end", time_type)});
  window.output.nullable = window.size != window.slide;
  window.output.id = NextAttributeId();
  window.output.watermark_delay_millis = window.time.watermark_delay_millis;
  window.output.is_time_window = true;
  window.output.is_session_window = session;
  return window;
}

bool SameTimeWindow(const TimeWindowCall& left, const TimeWindowCall& right) {
  if (left.size != right.size || left.slide != right.slide || left.start != right.start) {
    return false;
  }
  if (!SameExpression(*left.time.expression, *right.time.expression)) return false;
  const expr::ExpressionPtr& a = left.session_end.expression;
  const expr::ExpressionPtr& b = right.session_end.expression;
  if (a == nullptr || b == nullptr) return a == b;
  return SameExpression(*a, *b);
}

NodePtr BuildTimeWindow(NodePtr child, const TimeWindowCall& call) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kTimeWindow;
  node->output = child->output;
  node->output.push_back(call.output);
  node->children = {std::move(child)};
  node->time = call.time.expression;
  node->window_size = call.size;
  node->window_slide = call.slide;
  node->window_start = call.start;
  node->session_end = call.session_end.expression;
  return node;
}

}  // namespace thalweg::plan
