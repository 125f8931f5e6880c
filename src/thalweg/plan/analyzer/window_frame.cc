// Frames of window functions.

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/window_function.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

using spec::FrameBoundKind;

bool HasOffset(const spec::FrameBound& bound) { return bound.offset != nullptr; }

// One end while it is resolved.
struct Edge {
  WindowBound bound;
  std::string text;
  std::optional<int64_t> rows;
  TypePtr type;  // of the offset; null without one
};

class FrameResolver {
 public:
  FrameResolver(ExpressionResolver* resolver, const spec::WindowDefinition& definition,
                const std::vector<Resolved>& order)
      : resolver_(resolver), definition_(definition), order_(order), frame_(*definition.frame) {}

  Result<WindowFrame> Resolve(std::string* text) {
    ARROW_RETURN_NOT_OK(CheckOrder());
    if (frame_.lower.kind == FrameBoundKind::kUnboundedFollowing ||
        frame_.upper.kind == FrameBoundKind::kUnboundedPreceding) {
      return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND",
                       {{"sqlExpr", QuoteExpression("window frame")},
                        {"lower", Keyword(frame_.lower.kind)},
                        {"upper", Keyword(frame_.upper.kind)}});
    }
    WindowFrame frame;
    frame.rows = frame_.rows;
    ARROW_ASSIGN_OR_RAISE(const Edge lower, ResolveEdge(frame_.lower, "lower"));
    ARROW_ASSIGN_OR_RAISE(const Edge upper, ResolveEdge(frame_.upper, "upper"));
    *text =
        fmt::format("{} BETWEEN {} AND {}", frame_.rows ? "ROWS" : "RANGE", lower.text, upper.text);
    if (lower.type != nullptr && upper.type != nullptr && !SameType(*lower.type, *upper.type)) {
      return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_DIFF_TYPES",
                       {{"sqlExpr", QuoteExpression(*text)},
                        {"lower", QuoteExpression(lower.text)},
                        {"upper", QuoteExpression(upper.text)},
                        {"lowerType", QuoteType(*lower.type)},
                        {"upperType", QuoteType(*upper.type)}});
    }
    if (HasOffset(frame_.lower) && HasOffset(frame_.upper) && lower.rows && upper.rows &&
        *lower.rows > *upper.rows) {
      return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON",
                       {{"sqlExpr", QuoteExpression(*text)}, {"comparison", "less than or equal"}});
    }
    frame.lower = lower.bound;
    frame.upper = upper.bound;
    return frame;
  }

 private:
  static std::string Keyword(FrameBoundKind kind) {
    switch (kind) {
      case FrameBoundKind::kUnboundedPreceding:
        return "UNBOUNDED PRECEDING";
      case FrameBoundKind::kUnboundedFollowing:
        return "UNBOUNDED FOLLOWING";
      default:
        return "CURRENT ROW";
    }
  }

  Status CheckOrder() const {
    if (frame_.rows) return Status::OK();
    const bool whole = frame_.lower.kind == FrameBoundKind::kUnboundedPreceding &&
                       frame_.upper.kind == FrameBoundKind::kUnboundedFollowing;
    if (order_.empty() && !whole) {
      return MakeError("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER",
                       {{"sqlExpr", QuoteExpression("window specification")}});
    }
    if (order_.size() > 1 && (HasOffset(frame_.lower) || HasOffset(frame_.upper))) {
      std::string items;
      for (const Resolved& item : order_) items += (items.empty() ? "" : ", ") + item.text;
      return MakeError(
          "DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER",
          {{"sqlExpr", QuoteExpression("window specification")}, {"orderSpec", items}});
    }
    return Status::OK();
  }

  Result<Edge> ResolveEdge(const spec::FrameBound& bound, const char* location) {
    Edge edge;
    edge.bound.unbounded = bound.kind == FrameBoundKind::kUnboundedPreceding ||
                           bound.kind == FrameBoundKind::kUnboundedFollowing;
    if (!HasOffset(bound)) {
      edge.text = Keyword(bound.kind);
      return edge;
    }
    const bool preceding = bound.kind == FrameBoundKind::kPreceding;
    ARROW_ASSIGN_OR_RAISE(const Resolved offset, resolver_->Resolve(*bound.offset));
    edge.text = fmt::format("{} {}", offset.text, preceding ? "PRECEDING" : "FOLLOWING");
    const TypePtr& type = offset.expression->type();
    edge.type = type;
    if (!offset.expression->IsFoldable()) {
      return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE",
                       {{"sqlExpr", QuoteExpression(edge.text)},
                        {"location", location},
                        {"expression", QuoteExpression(offset.text)}});
    }
    if (frame_.rows) {
      ARROW_RETURN_NOT_OK(SetRows(offset, preceding, location, &edge));
      return edge;
    }
    if (IsInteger(*type)) ARROW_RETURN_NOT_OK(SetRows(offset, preceding, location, &edge));
    edge.bound.rows = 0;
    ARROW_ASSIGN_OR_RAISE(edge.bound.value, ShiftedOrder(offset, preceding, location));
    return edge;
  }

  Status Unaccepted(const Resolved& offset, const char* location, const char* expected) const {
    return MakeError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
                     {{"sqlExpr", QuoteExpression(offset.text)},
                      {"location", location},
                      {"exprType", QuoteType(*offset.expression->type())},
                      {"expectedType", expected}});
  }

  Status SetRows(const Resolved& offset, bool preceding, const char* location, Edge* edge) {
    if (frame_.rows && offset.expression->type()->id() != arrow::Type::INT32) {
      return Unaccepted(offset, location, "\"INT\"");
    }
    ARROW_ASSIGN_OR_RAISE(const auto value,
                          expr::Fold(*expr::Cast::Make(offset.expression, arrow::int64()),
                                     FoldingContext(resolver_->context())));
    const int64_t distance =
        value->is_valid ? static_cast<const arrow::Int64Scalar&>(*value).value : 0;
    edge->rows = preceding ? -distance : distance;
    edge->bound.rows = *edge->rows;
    return Status::OK();
  }

  // The order value at the distance: before an ascending row lie smaller ones.
  Result<expr::ExpressionPtr> ShiftedOrder(const Resolved& offset, bool preceding,
                                           const char* location) {
    constexpr const char* kExpected =
        "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";
    const Resolved& order = order_[0];
    const TypePtr& type = order.expression->type();
    const TypePtr& distance = offset.expression->type();
    if (!IsNumeric(*distance) && !IsInterval(*distance)) {
      return Unaccepted(offset, location, kExpected);
    }
    const bool time = type->id() == arrow::Type::DATE32 || type->id() == arrow::Type::TIMESTAMP;
    if (!IsNumeric(*type) && !time) return Unaccepted(order, location, kExpected);
    const bool fits =
        time ? IsInterval(*distance) || (type->id() == arrow::Type::DATE32 && IsInteger(*distance))
             : IsNumeric(*distance);
    if (!fits) {
      return MakeError("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE",
                       {{"sqlExpr", QuoteExpression("window specification")},
                        {"orderSpecType", QuoteType(*type)},
                        {"valueBoundaryType", QuoteType(*distance)}});
    }
    const bool descending = definition_.order_by[0].descending;
    ARROW_ASSIGN_OR_RAISE(Resolved shifted, resolver_->BindCall(preceding == descending ? "+" : "-",
                                                                {order, offset}));
    return MakeCheckedCast(shifted, type, EvalModeOf(resolver_->context()), shifted.text);
  }

  ExpressionResolver* resolver_;
  const spec::WindowDefinition& definition_;
  const std::vector<Resolved>& order_;
  const spec::FrameDefinition& frame_;
};

}  // namespace

Result<WindowFrame> ResolveFrame(ExpressionResolver* resolver,
                                 const spec::WindowDefinition& definition,
                                 const std::vector<Resolved>& order, std::string* text) {
  if (definition.frame != nullptr) return FrameResolver(resolver, definition, order).Resolve(text);
  WindowFrame frame;
  frame.lower.unbounded = true;
  frame.upper.unbounded = order.empty();
  frame.rows = order.empty();
  *text = order.empty() ? "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
                        : "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  return frame;
}

}  // namespace thalweg::plan
