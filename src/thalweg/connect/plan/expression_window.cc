// f OVER (...).

#include <cstdint>
#include <optional>

#include <arrow/scalar.h>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/literal.h"
#include "thalweg/plan/spec/window.h"

namespace thalweg::connect {
namespace {

using plan::spec::FrameBound;
using plan::spec::FrameBoundKind;
using proto::Expression_Window_WindowFrame;
using proto::Expression_Window_WindowFrame_FrameBoundary;

/// A literal whole number; nothing for all else.
std::optional<int64_t> WholeNumber(const proto::Expression& expression) {
  if (!expression.has_literal()) return std::nullopt;
  switch (expression.literal().literal_type_case()) {
    case proto::Expression::Literal::kByte:
      return expression.literal().byte();
    case proto::Expression::Literal::kShort:
      return expression.literal().short_();
    case proto::Expression::Literal::kInteger:
      return expression.literal().integer();
    case proto::Expression::Literal::kLong:
      return expression.literal().long_();
    default:
      return std::nullopt;
  }
}

ExpressionPtr NumberLike(const proto::Expression& expression, int64_t value) {
  if (expression.literal().literal_type_case() == proto::Expression::Literal::kLong) {
    return plan::spec::MakeLiteral(std::make_shared<arrow::Int64Scalar>(value));
  }
  return plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(value)));
}

/// Whether the distance has no counterpart on the other side: -2^31 of an INT, -2^63 of a BIGINT.
bool IsSmallest(const proto::Expression& expression, int64_t value) {
  if (expression.literal().literal_type_case() == proto::Expression::Literal::kLong) {
    return value == INT64_MIN;
  }
  return value <= INT32_MIN;
}

Result<FrameBound> TranslateBound(Translator* translator,
                                  const Expression_Window_WindowFrame_FrameBoundary& boundary,
                                  FrameBoundKind unbounded) {
  FrameBound bound;
  if (boundary.has_current_row()) return bound;
  if (boundary.has_unbounded()) {
    bound.kind = unbounded;
    return bound;
  }
  if (!boundary.has_value()) return MissingPart("Expression.Window.WindowFrame", "boundary");
  const std::optional<int64_t> distance = WholeNumber(boundary.value());
  if (!distance) {
    bound.kind = FrameBoundKind::kFollowing;
    ARROW_ASSIGN_OR_RAISE(bound.offset, translator->Translate(boundary.value()));
    return bound;
  }
  // The sign says on which side of the row the bound lies.
  if (*distance == 0) return bound;
  if (IsSmallest(boundary.value(), *distance)) {
    bound.kind = FrameBoundKind::kUnboundedPreceding;
    return bound;
  }
  bound.kind = *distance < 0 ? FrameBoundKind::kPreceding : FrameBoundKind::kFollowing;
  bound.offset = NumberLike(boundary.value(), *distance < 0 ? -*distance : *distance);
  return bound;
}

}  // namespace

Result<ExpressionPtr> TranslateWindow(Translator* translator,
                                      const proto::Expression::Window& window) {
  Expression over;
  over.kind = ExpressionKind::kWindow;
  ARROW_ASSIGN_OR_RAISE(auto call, translator->Translate(window.window_function()));
  over.children = {std::move(call)};
  auto definition = std::make_shared<plan::spec::WindowDefinition>();
  ARROW_ASSIGN_OR_RAISE(definition->partition_by,
                        translator->TranslateAll(window.partition_spec()));
  for (const auto& order : window.order_spec()) {
    ARROW_ASSIGN_OR_RAISE(auto item, translator->TranslateOrder(order));
    definition->order_by.push_back(std::move(item));
  }
  if (window.has_frame_spec()) {
    using Frame = proto::Expression::Window::WindowFrame;
    auto frame = std::make_shared<plan::spec::FrameDefinition>();
    frame->rows = window.frame_spec().frame_type() == Frame::FRAME_TYPE_ROW;
    ARROW_ASSIGN_OR_RAISE(frame->lower, TranslateBound(translator, window.frame_spec().lower(),
                                                       FrameBoundKind::kUnboundedPreceding));
    ARROW_ASSIGN_OR_RAISE(frame->upper, TranslateBound(translator, window.frame_spec().upper(),
                                                       FrameBoundKind::kUnboundedFollowing));
    definition->frame = std::move(frame);
  }
  over.window = std::move(definition);
  return std::make_shared<const Expression>(std::move(over));
}

}  // namespace thalweg::connect
