#include "thalweg/plan/analyzer/join_legality.h"

#include <algorithm>

#include <fmt/format.h>

#include "thalweg/plan/logical/join_watermark.h"
#include "thalweg/plan/spec/join_type_text.h"

namespace thalweg::plan {
namespace {

bool IsMarked(const Node& side, const expr::Expression& expression) {
  if (expression.kind() != expr::ExpressionKind::kAttribute) return false;
  const uint64_t id = static_cast<const expr::AttributeReference&>(expression).id();
  return std::any_of(side.output.begin(), side.output.end(), [id](const Attribute& attribute) {
    return attribute.id == id && attribute.watermark_delay_millis.has_value();
  });
}

// Whether a condition on the times of both sides bounds the rows that wait for a match.
bool HasTimeBound(const Node& join) {
  const std::vector<Attribute>& left = join.children[0]->output;
  const std::vector<Attribute>& right = join.children[1]->output;
  const bool for_left = join.join_type != JoinType::kRight;
  const bool for_right = join.join_type == JoinType::kRight || join.join_type == JoinType::kFull;
  return (for_left && !FindTimeBounds(join.condition, left, right).empty()) ||
         (for_right && !FindTimeBounds(join.condition, right, left).empty());
}

Status CheckStateCanExpire(const Node& join) {
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    if (IsMarked(*join.children[0], *join.left_keys[i])) return Status::OK();
    if (IsMarked(*join.children[1], *join.right_keys[i])) return Status::OK();
  }
  if (HasTimeBound(join)) return Status::OK();
  return StreamingUnsupported(fmt::format(
      "Stream-stream {} join between two streaming DataFrame/Datasets is not supported without a "
      "watermark in the join keys, or a watermark on the nullable side and an appropriate range "
      "condition",
      spec::JoinTypeText(join.join_type)));
}

// Two streams: which output modes a type of join can serve.
Status CheckMode(const Node& join, io::OutputMode mode) {
  const JoinType type = join.join_type;
  const bool updates =
      type == JoinType::kInner || type == JoinType::kCross || type == JoinType::kLeftSemi;
  if (mode == io::OutputMode::kAppend || (updates && mode == io::OutputMode::kUpdate)) {
    return Status::OK();
  }
  return StreamingUnsupported(
      fmt::format("{} join between two streaming DataFrames/Datasets is not supported in {} output "
                  "mode, only in {}",
                  spec::JoinTypeText(type), OutputModeName(mode),
                  updates ? "Append and Update output modes" : "Append output mode"));
}

Status CheckSetOperation(const Node& join) {
  if (*join.set_operation == spec::SetOperation::kIntersect) {
    return StreamingUnsupported("Intersect of streaming DataFrames/Datasets is not supported");
  }
  if (!join.children[1]->is_streaming()) return Status::OK();
  return StreamingUnsupported(
      "Except on a streaming DataFrame/Dataset on the right is not supported");
}

}  // namespace

Status StreamingUnsupported(std::string message) {
  return MakeError("_LEGACY_ERROR_TEMP_3102", {{"msg", std::move(message)}});
}

const char* OutputModeName(io::OutputMode mode) {
  switch (mode) {
    case io::OutputMode::kAppend:
      return "Append";
    case io::OutputMode::kUpdate:
      return "Update";
    case io::OutputMode::kComplete:
      return "Complete";
  }
  return "";
}

Status CheckStreamingJoin(const Node& join, io::OutputMode mode) {
  const bool left = join.children[0]->is_streaming();
  const bool right = join.children[1]->is_streaming();
  if (!left && !right) return Status::OK();
  if (join.set_operation) return CheckSetOperation(join);
  const JoinType type = join.join_type;
  if (type == JoinType::kLeftAnti) {
    if (!right) return Status::OK();
    return StreamingUnsupported(
        "LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported");
  }
  if (left && right) {
    ARROW_RETURN_NOT_OK(CheckMode(join, mode));
    if (type == JoinType::kInner || type == JoinType::kCross) return Status::OK();
    return CheckStateCanExpire(join);
  }
  if (type == JoinType::kFull) {
    return StreamingUnsupported(
        fmt::format("FullOuter joins with streaming DataFrames/Datasets on the {} and a static "
                    "DataFrame/Dataset on the {} is not supported",
                    left ? "left" : "right", left ? "right" : "left"));
  }
  if (right && (type == JoinType::kLeft || type == JoinType::kLeftSemi)) {
    return StreamingUnsupported(
        fmt::format("{} join with a streaming DataFrame/Dataset on the right and a static "
                    "DataFrame/Dataset on the left is not supported",
                    spec::JoinTypeText(type)));
  }
  if (left && type == JoinType::kRight) {
    return StreamingUnsupported(
        "RightOuter join with a streaming DataFrame/Dataset on the left and a static "
        "DataFrame/DataSet on the right not supported");
  }
  return Status::OK();
}

}  // namespace thalweg::plan
