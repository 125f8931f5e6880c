#include "thalweg/plan/analyzer/window_function.h"

#include <map>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/aggregate_binding.h"
#include "thalweg/plan/analyzer/select_block.h"
#include "thalweg/plan/analyzer/named_call.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/logical/external_aggregate.h"
#include "thalweg/plan/spec/named_argument.h"
#include "thalweg/plan/spec/within_group.h"
#include "thalweg/types/nullability.h"

namespace thalweg::plan {
namespace {

using Kind = WindowFunctionKind;

struct NamedKind {
  Kind kind;
  const char* printed;
};

const std::map<std::string, NamedKind>& WindowKinds() {
  static const std::map<std::string, NamedKind> kinds = {
      {"row_number", {Kind::kRowNumber, "row_number"}},
      {"rank", {Kind::kRank, "RANK"}},
      {"dense_rank", {Kind::kDenseRank, "DENSE_RANK"}},
      {"percent_rank", {Kind::kPercentRank, "PERCENT_RANK"}},
      {"cume_dist", {Kind::kCumeDist, "cume_dist"}},
      {"ntile", {Kind::kNtile, "ntile"}},
      {"lead", {Kind::kOffset, "lead"}},
      {"lag", {Kind::kOffset, "lag"}},
      {"nth_value", {Kind::kNthValue, "nth_value"}}};
  return kinds;
}

Status WrongCount(const std::string& name, const char* expected, size_t actual) {
  return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                   {{"functionName", QuoteIdentifier(name)},
                    {"expectedNum", expected},
                    {"actualNum", std::to_string(actual)},
                    {"docroot", "https://spark.apache.org/docs/latest"}});
}

// What stands before OVER, a program's function under its name.
spec::Expression NamedCall(const spec::Expression& call) {
  spec::Expression named = call;
  if (call.kind != spec::ExpressionKind::kExternal) return named;
  named.kind = spec::ExpressionKind::kFunction;
  named.name = {call.external->name()};
  return named;
}

class WindowResolver {
 public:
  WindowResolver(ExpressionResolver* resolver, const spec::Expression& over,
                 const std::vector<spec::NamedWindow>* named)
      : resolver_(resolver), over_(over), call_(NamedCall(*over.children[0])), named_(named) {}

  Result<ResolvedWindow> Resolve() {
    if (call_.kind != spec::ExpressionKind::kFunction) return NotForWindows();
    ARROW_RETURN_NOT_OK(FindDefinition());
    ARROW_RETURN_NOT_OK(ResolveDefinition());
    if (FindExternal() == nullptr) {
      const auto& functions = *resolver_->context().functions;
      ARROW_RETURN_NOT_OK(ArrangeArguments(functions, call_).status());
    }
    const std::string name = ToLowerAscii(call_.name.back());
    const auto kind = WindowKinds().find(name);
    if (kind != WindowKinds().end() && FindExternal() == nullptr) {
      ARROW_RETURN_NOT_OK(ResolveFunction(name, kind->second));
    } else {
      ARROW_RETURN_NOT_OK(ResolveAggregate(name));
    }
    WindowCall& call = result_.call;
    call.output.name = call.text;
    return std::move(result_);
  }

 private:
  // The program's function that is called; null if it is one of the engine.
  std::shared_ptr<const spec::ExternalScalar> FindExternal() const {
    if (call_.external != nullptr) return call_.external;
    const Catalog* catalog = resolver_->context().catalog;
    if (catalog == nullptr || call_.name.size() != 1) return nullptr;
    return catalog->FindFunction(call_.name[0]);
  }

  Status NotForWindows() const {
    return MakeError("UNSUPPORTED_EXPR_FOR_WINDOW",
                     {{"sqlExpr", QuoteExpression(spec::ToString(call_))}});
  }

  Status FindDefinition() {
    if (over_.window != nullptr) {
      definition_ = over_.window.get();
      return Status::OK();
    }
    std::string name = over_.name.back();
    for (size_t hops = 0; named_ != nullptr && hops <= named_->size(); ++hops) {
      const spec::NamedWindow* found = nullptr;
      for (const spec::NamedWindow& window : *named_) {
        if (EqualsIgnoreCase(window.name, name)) found = &window;
      }
      if (found == nullptr) break;
      if (found->reference.empty()) {
        definition_ = &found->definition;
        return Status::OK();
      }
      name = found->reference;
    }
    return MakeError(
        "MISSING_WINDOW_SPECIFICATION",
        {{"windowName", over_.name.back()}, {"docroot", "https://spark.apache.org/docs/latest"}});
  }

  Status ResolveDefinition() {
    std::vector<std::string> parts;
    for (const spec::ExpressionPtr& item : definition_->partition_by) {
      ARROW_ASSIGN_OR_RAISE(Resolved key, resolver_->Resolve(*item));
      if (!IsOrderable(*key.expression->type())) {
        return MakeError("EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                         {{"expr", QuoteExpression(key.text)},
                          {"exprType", QuoteType(*key.expression->type())}});
      }
      parts.push_back(key.text);
      result_.partition_by.push_back(std::move(key));
    }
    if (!parts.empty()) window_text_ = fmt::format("PARTITION BY {}", fmt::join(parts, ", "));
    parts.clear();
    for (const spec::SortOrder& item : definition_->order_by) {
      ARROW_ASSIGN_OR_RAISE(Resolved value, resolver_->Resolve(*item.expression));
      ARROW_ASSIGN_OR_RAISE(SortKey key, MakeSortKey(value, item));
      parts.push_back(fmt::format("{} {} NULLS {}", value.text, item.descending ? "DESC" : "ASC",
                                  item.nulls_first ? "FIRST" : "LAST"));
      result_.order_by.push_back(std::move(key));
      order_.push_back(std::move(value));
    }
    if (parts.empty()) return Status::OK();
    window_text_ +=
        fmt::format("{}ORDER BY {}", window_text_.empty() ? "" : " ", fmt::join(parts, ", "));
    return Status::OK();
  }

  void SetText(const std::string& function, const std::string& frame) {
    result_.call.text = fmt::format("{} OVER ({}{}{})", function, window_text_,
                                    window_text_.empty() ? "" : " ", frame);
  }

  void SetOutput(TypePtr type, bool nullable) {
    result_.call.output.type = std::move(type);
    result_.call.output.nullable = nullable;
  }

  Status RequireOrder(const std::string& name) const {
    if (!order_.empty()) return Status::OK();
    return MakeError("WINDOW_FUNCTION_FRAME_NOT_ORDERED",
                     {{"wf_name", name}, {"wf_expr", spec::ToString(call_)}});
  }

  // Functions that bring their frame along take no other.
  Status CheckOwnFrame(bool rows, const std::string& required) {
    if (definition_->frame == nullptr) return Status::OK();
    std::string text;
    ARROW_ASSIGN_OR_RAISE(const WindowFrame frame,
                          ResolveFrame(resolver_, *definition_, order_, &text));
    const bool same = frame.rows == rows && text == required;
    if (same) return Status::OK();
    return MakeError("_LEGACY_ERROR_TEMP_1036", {{"wf", text}, {"required", required}});
  }

  Status ResolveFunction(const std::string& name, const NamedKind& kind) {
    result_.call.kind = kind.kind;
    ARROW_ASSIGN_OR_RAISE(std::vector<Resolved> arguments, resolver_->ResolveList(call_.children));
    if (call_.distinct) {
      return MakeError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED",
                       {{"windowExpr", QuoteExpression(spec::ToString(over_))}});
    }
    if (kind.kind == Kind::kOffset) return ResolveOffset(name, std::move(arguments));
    if (kind.kind == Kind::kNthValue) return ResolveNthValue(std::move(arguments));
    ARROW_RETURN_NOT_OK(RequireOrder(name));
    std::string shown;
    if (kind.kind == Kind::kNtile) {
      ARROW_RETURN_NOT_OK(ResolveNtile(arguments));
      shown = arguments.empty() ? "1" : arguments[0].text;
    }
    const bool range = kind.kind == Kind::kCumeDist;
    const std::string frame =
        fmt::format("{} BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", range ? "RANGE" : "ROWS");
    ARROW_RETURN_NOT_OK(CheckOwnFrame(!range, frame));
    const bool fraction = range || kind.kind == Kind::kPercentRank;
    SetOutput(fraction ? arrow::float64() : arrow::int32(), false);
    SetText(fmt::format("{}({})", kind.printed, shown), frame);
    return Status::OK();
  }

  Status OutOfRange(const char* argument, const char* range, int64_t value, const char* suffix) {
    return MakeError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"sqlExpr", QuoteExpression(spec::ToString(call_))},
                      {"exprName", argument},
                      {"valueRange", range},
                      {"currentValue", fmt::format("{}{}", value, suffix)}});
  }

  // A constant number among the arguments.
  Result<std::optional<int64_t>> Constant(const Resolved& argument, const char* name) {
    if (!argument.expression->IsFoldable()) {
      return MakeError("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                       {{"sqlExpr", QuoteExpression(spec::ToString(call_))},
                        {"inputName", QuoteIdentifier(name)},
                        {"inputType", QuoteType(*arrow::int32())},
                        {"inputExpr", QuoteExpression(argument.text)}});
    }
    const TypePtr& type = argument.expression->type();
    if (!IsInteger(*type) && type->id() != arrow::Type::NA) {
      return MakeError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                       {{"sqlExpr", QuoteExpression(spec::ToString(call_))},
                        {"paramIndex", OrdinalWord(call_.children.size() > 1 ? 1 : 0)},
                        {"requiredType", QuoteType(*arrow::int32())},
                        {"inputSql", QuoteExpression(argument.text)},
                        {"inputType", QuoteType(*type)}});
    }
    ARROW_ASSIGN_OR_RAISE(const auto value,
                          expr::Fold(*expr::Cast::Make(argument.expression, arrow::int64()),
                                     FoldingContext(resolver_->context())));
    if (!value->is_valid) return std::optional<int64_t>();
    return std::optional<int64_t>(static_cast<const arrow::Int64Scalar&>(*value).value);
  }

  Status ResolveNtile(const std::vector<Resolved>& arguments) {
    if (arguments.size() > 1) return WrongCount("ntile", "[0, 1]", arguments.size());
    result_.call.offset = 1;
    if (arguments.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const auto buckets, Constant(arguments[0], "buckets"));
    result_.call.offset = buckets.value_or(0);
    if (result_.call.offset > 0) return Status::OK();
    return OutOfRange("`buckets`", "(0, 2147483647]", result_.call.offset, "");
  }

  Status ResolveOffset(const std::string& name, std::vector<Resolved> arguments) {
    if (arguments.empty() || arguments.size() > 4) {
      return WrongCount(name, "[1, 4]", arguments.size());
    }
    if (arguments.size() == 4 && arguments[3].expression->type()->id() != arrow::Type::BOOL) {
      return MakeError("INVALID_PARAMETER_VALUE.BOOLEAN",
                       {{"functionName", QuoteIdentifier(name)},
                        {"parameter", "`ignoreNulls`"},
                        {"invalidValue", QuoteExpression(arguments[3].text)}});
    }
    ARROW_RETURN_NOT_OK(RequireOrder(name));
    if (definition_->frame != nullptr) {
      return MakeError("_LEGACY_ERROR_TEMP_1035", {{"prettyName", name}});
    }
    WindowCall& call = result_.call;
    const bool lead = name == "lead";
    std::string distance = "1";
    call.offset = lead ? 1 : -1;
    if (arguments.size() > 1) {
      // As in Spark, whose frame is of these rows then, and of another type.
      if (arguments[1].expression->type()->id() == arrow::Type::INT64) {
        return MakeError("_LEGACY_ERROR_TEMP_1035", {{"prettyName", name}});
      }
      ARROW_ASSIGN_OR_RAISE(const auto offset, Constant(arguments[1], "offset"));
      distance = arguments[1].text;
      call.offset = lead ? offset.value_or(0) : -offset.value_or(0);
    }
    call.ignore_nulls = call_.ignore_nulls || IsTrue(arguments, 3);
    call.arguments = {arguments[0].expression};
    TypePtr type = arguments[0].expression->type();
    std::string otherwise = "NULL";
    bool nullable = true;
    if (arguments.size() > 2) {
      otherwise = arguments[2].text;
      ARROW_ASSIGN_OR_RAISE(auto value,
                            MakeCheckedCast(arguments[2], type, EvalModeOf(resolver_->context()),
                                            spec::ToString(call_)));
      nullable = arguments[0].expression->nullable() || value->nullable();
      if (TypePtr merged = MergeNullability(type, value->type())) type = std::move(merged);
      call.arguments.push_back(std::move(value));
    }
    SetOutput(type, nullable || call.ignore_nulls);
    SetText(fmt::format("{}({}, {}, {})", name, arguments[0].text, distance, otherwise),
            fmt::format("ROWS BETWEEN {0} FOLLOWING AND {0} FOLLOWING", call.offset));
    return Status::OK();
  }

  Status ResolveNthValue(std::vector<Resolved> arguments) {
    if (arguments.size() != 2 && arguments.size() != 3) {
      return WrongCount("nth_value", "2", arguments.size());
    }
    WindowCall& call = result_.call;
    ARROW_ASSIGN_OR_RAISE(const auto offset, Constant(arguments[1], "offset"));
    call.offset = offset.value_or(0);
    if (call.offset <= 0) {
      return OutOfRange("`offset`", "(0, 9223372036854775807]", call.offset, "L");
    }
    call.ignore_nulls = call_.ignore_nulls || IsTrue(arguments, 2);
    call.arguments = {arguments[0].expression};
    std::string frame;
    ARROW_ASSIGN_OR_RAISE(call.frame, ResolveFrame(resolver_, *definition_, order_, &frame));
    SetOutput(arguments[0].expression->type(), true);
    SetText(fmt::format("nth_value({}, {})", arguments[0].text, arguments[1].text), frame);
    return Status::OK();
  }

  static bool IsTrue(const std::vector<Resolved>& arguments, size_t index) {
    if (index >= arguments.size()) return false;
    const expr::Expression& flag = *arguments[index].expression;
    if (flag.kind() != expr::ExpressionKind::kLiteral) return false;
    const arrow::Scalar& value = *static_cast<const expr::Literal&>(flag).value();
    return value.is_valid && value.type->id() == arrow::Type::BOOL &&
           static_cast<const arrow::BooleanScalar&>(value).value;
  }

  // A program's aggregate gets the values of the frame as they are.
  Status SetExternal(AggregateCall aggregate) {
    if (aggregate.filter != nullptr) {
      return MakeError("UNSUPPORTED_FEATURE", {{"feature", "FILTER of a Python aggregate"}});
    }
    result_.call.kind = Kind::kAggregate;
    result_.call.function = std::move(aggregate.function);
    result_.call.arguments = std::move(aggregate.arguments);
    return Status::OK();
  }

  Status ResolveAggregate(const std::string& name) {
    const expr::AggregateDeclaration* declaration =
        resolver_->context().functions->FindAggregate(name);
    expr::AggregateDeclaration external;
    if (const auto function = FindExternal()) {
      // Those over iterators cannot be told of frames.
      if (!function->is_aggregate() || function->runs_alone()) return NotForWindows();
      ARROW_RETURN_NOT_OK(spec::CheckNamedArguments(function->name(), call_.children));
      external = DeclareExternalAggregate(function, call_);
      declaration = &external;
    }
    if (declaration == nullptr) {
      // An unknown function is reported as such.
      ARROW_RETURN_NOT_OK(resolver_->Resolve(call_));
      return NotForWindows();
    }
    std::vector<Resolved> arguments = {{expr::Literal::Int(1), "1", "", {}, {}}};
    if (!IsCountOfRows(call_)) {
      ARROW_ASSIGN_OR_RAISE(arguments, resolver_->ResolveList(call_.children));
    }
    std::optional<Resolved> filter;
    if (call_.filter != nullptr) {
      ARROW_ASSIGN_OR_RAISE(filter, resolver_->Resolve(*call_.filter));
    }
    ARROW_ASSIGN_OR_RAISE(AggregateCall aggregate,
                          BindAggregateCall(resolver_->context(), *declaration, call_, arguments,
                                            filter ? &*filter : nullptr));
    const bool is_ordered = definition_->frame != nullptr || !definition_->order_by.empty();
    if (name.ends_with(spec::kOrderRefused) && is_ordered) {
      return MakeError("INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC",
                       {{"aggFunc", QuoteExpression(aggregate.text)}});
    }
    WindowCall& call = result_.call;
    std::string frame;
    ARROW_ASSIGN_OR_RAISE(call.frame, ResolveFrame(resolver_, *definition_, order_, &frame));
    SetText(aggregate.text, frame);
    if (call_.distinct) {
      return MakeError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED",
                       {{"windowExpr", QuoteExpression(call.text)}});
    }
    SetOutput(aggregate.output.type, aggregate.output.nullable);
    if (external.bind != nullptr) return SetExternal(std::move(aggregate));
    const bool first = name.starts_with("first") || name == "any_value";
    if (first || name == "last" || name == "last_value") {
      return SetFirstOrLast(first, arguments, aggregate.filter);
    }
    call.kind = Kind::kAggregate;
    call.function = aggregate.function;
    call.arguments = std::move(aggregate.arguments);
    // Rows that the filter leaves out count as NULL, which aggregates pass over.
    if (aggregate.filter == nullptr) return Status::OK();
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      const bool fixed = i > 0 && call.arguments[i]->IsFoldable();
      if (!fixed) call.arguments[i] = OrNull(aggregate.filter, call.arguments[i]);
    }
    return Status::OK();
  }

  static expr::ExpressionPtr OrNull(const expr::ExpressionPtr& condition,
                                    const expr::ExpressionPtr& value) {
    return expr::Case::If(condition, value, expr::Literal::Null(value->type()));
  }

  // The first or last value of the frame. With a filter, and where NULLs count, that of the rows
  // that pass: their values stand in structs, and no struct is passed over.
  Status SetFirstOrLast(bool first, const std::vector<Resolved>& arguments,
                        const expr::ExpressionPtr& filter) {
    WindowCall& call = result_.call;
    call.kind = Kind::kNthValue;
    call.offset = first ? 1 : -1;
    call.ignore_nulls = IsTrue(arguments, 1);
    call.arguments = {arguments[0].expression};
    if (filter == nullptr) return Status::OK();
    if (!call.ignore_nulls) {
      const Resolved name = {
          expr::Literal::Make(std::make_shared<arrow::StringScalar>(kFilteredValue)),
          "",
          "",
          {},
          {}};
      ARROW_ASSIGN_OR_RAISE(const Resolved wrapped,
                            resolver_->BindCall("named_struct", {name, arguments[0]}));
      call.arguments = {wrapped.expression};
      SetOutput(wrapped.expression->type(), true);
      result_.is_filtered_value = true;
    }
    call.ignore_nulls = true;
    call.arguments[0] = OrNull(filter, call.arguments[0]);
    return Status::OK();
  }

  ExpressionResolver* resolver_;
  const spec::Expression& over_;
  const spec::Expression call_;
  const std::vector<spec::NamedWindow>* named_;
  const spec::WindowDefinition* definition_ = nullptr;
  std::vector<Resolved> order_;
  std::string window_text_;
  ResolvedWindow result_;
};

}  // namespace

bool IsWindowFunctionName(const std::string& name) { return WindowKinds().count(name) > 0; }

Result<ResolvedWindow> ResolveWindowCall(ExpressionResolver* resolver, const spec::Expression& over,
                                         const std::vector<spec::NamedWindow>* named) {
  return WindowResolver(resolver, over, named).Resolve();
}

}  // namespace thalweg::plan
