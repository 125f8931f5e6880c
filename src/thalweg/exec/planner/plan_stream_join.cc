#include <algorithm>
#include <array>
#include <limits>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateful/stream_join.h"
#include "thalweg/exec/stateless/project.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/join_watermark.h"
#include "thalweg/plan/spec/join_type_text.h"

namespace thalweg::exec {
namespace {

using plan::JoinType;
using StateWatermarks = std::array<plan::StateWatermark, 2>;

// What EXPLAIN calls the join; without a condition it is an inner one.
Result<std::string_view> NameOf(JoinType type) {
  if (type == JoinType::kLeftAnti) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "LEFT ANTI JOIN of two streams"}});
  }
  return plan::spec::JoinTypeText(type == JoinType::kCross ? JoinType::kInner : type);
}

/// The expression as a column of the input: its own, or one more that is computed.
int ColumnOf(const expr::ExpressionPtr& expression, std::vector<expr::ExpressionPtr>* columns) {
  if (expression->kind() == expr::ExpressionKind::kColumn) {
    return static_cast<const expr::ColumnReference&>(*expression).ordinal();
  }
  columns->push_back(expression);
  return static_cast<int>(columns->size()) - 1;
}

int OrdinalOf(const plan::Node& node, uint64_t id) {
  const std::vector<uint64_t> ids = OutputIds(node);
  return static_cast<int>(std::find(ids.begin(), ids.end(), id) - ids.begin());
}

/// Divides the condition: conjuncts on one side only are the side's own.
Status BindConditions(const plan::Node& node, StreamJoinOptions* options) {
  std::array<std::vector<expr::ExpressionPtr>, 2> own;
  std::vector<expr::ExpressionPtr> both;
  for (const expr::ExpressionPtr& conjunct : plan::SplitConjuncts(node.condition)) {
    bool is_own = false;
    for (int side = 0; side < 2; ++side) {
      if (!conjunct->IsDeterministic()) break;
      if (!plan::ReadsOnly(*conjunct, node.children[side]->output)) continue;
      own[side].push_back(conjunct);
      is_own = true;
    }
    if (!is_own) both.push_back(conjunct);
  }
  for (int side = 0; side < 2; ++side) {
    if (own[side].empty()) continue;
    ARROW_ASSIGN_OR_RAISE(
        options->sides[side].own_condition,
        expr::Bind(plan::JoinConjuncts(own[side]), OutputIds(*node.children[side])));
  }
  if (both.empty()) return Status::OK();
  std::vector<uint64_t> ids = OutputIds(*node.children[0]);
  const std::vector<uint64_t> right_ids = OutputIds(*node.children[1]);
  ids.insert(ids.end(), right_ids.begin(), right_ids.end());
  ARROW_ASSIGN_OR_RAISE(options->condition, expr::Bind(plan::JoinConjuncts(both), ids));
  return Status::OK();
}

std::function<int64_t(int, int64_t)> StateWatermarkMicros(const StateWatermarks& watermarks) {
  return [watermarks](int side, int64_t watermark) {
    const auto millis = watermarks[side].Millis(watermark / 1000);
    return millis ? *millis * 1000 : state::kNothingExpired;
  };
}

/// What reaches an operator above is at or after the least of what the sides still keep.
std::function<int64_t(int64_t)> OutputWatermark(const StateWatermarks& watermarks) {
  return [watermarks](int64_t millis) {
    int64_t output = millis;
    for (const plan::StateWatermark& side : watermarks) {
      output = std::min(output, side.Millis(millis).value_or(millis));
    }
    return output;
  };
}

std::string Describe(const plan::Node& node, std::string_view type) {
  std::string text = "StreamingSymmetricHashJoin [" + JoinTexts(node.left_keys) + "], [" +
                     JoinTexts(node.right_keys) + "], " + std::string(type);
  if (node.condition != nullptr) text += ", " + node.condition->ToString();
  return text;
}

/// Spark's names of the keys in the state of a join: they have none of their own.
state::StateSchema DescribeState(const plan::Node& node) {
  state::StateSchema schema;
  for (size_t i = 0; i < node.left_keys.size(); ++i) {
    schema.key_fields.push_back(
        arrow::field("field" + std::to_string(i), node.left_keys[i]->type()));
  }
  for (int side = 0; side < 2; ++side) {
    std::vector<FieldPtr> columns;
    for (const plan::Attribute& attribute : node.children[side]->output) {
      columns.push_back(arrow::field(attribute.name, attribute.type));
    }
    schema.value_fields.push_back(
        arrow::field(side == 0 ? "left" : "right", arrow::struct_(std::move(columns))));
  }
  const JoinType type = node.join_type;
  schema.notes_matches = {
      type == JoinType::kLeft || type == JoinType::kFull || type == JoinType::kLeftSemi,
      type == JoinType::kRight || type == JoinType::kFull};
  return schema;
}

/// Fills in what one side of the join is, and computes its keys behind its columns.
Result<std::vector<expr::ExpressionPtr>> PlanSide(const plan::Node& child,
                                                  const std::vector<expr::ExpressionPtr>& keys,
                                                  const plan::StateWatermark& watermark,
                                                  StreamJoinSide* side) {
  std::vector<expr::ExpressionPtr> columns;
  for (size_t i = 0; i < child.output.size(); ++i) {
    const plan::Attribute& attribute = child.output[i];
    side->types.push_back(attribute.type);
    columns.push_back(expr::ColumnReference::Make(static_cast<int>(i), attribute.name,
                                                  attribute.type, attribute.nullable));
  }
  ARROW_ASSIGN_OR_RAISE(const auto bound, BindAll(keys, child));
  for (const expr::ExpressionPtr& key : bound) {
    side->key_columns.push_back(ColumnOf(key, &columns));
  }
  ARROW_RETURN_NOT_OK(CheckOneEventTime(child.output));
  const plan::Attribute* marked = plan::FindMarked(child.output);
  if (marked != nullptr) side->late_column = OrdinalOf(child, marked->id);
  if (watermark.kind == plan::StateWatermark::Kind::kKey) {
    side->time_column = side->key_columns[watermark.key];
  } else if (watermark.kind == plan::StateWatermark::Kind::kTime) {
    side->time_column = OrdinalOf(child, watermark.time);
  }
  return columns;
}

using Columns = std::vector<expr::ExpressionPtr>;

Result<std::shared_ptr<StreamJoinOptions>> PlanJoin(const plan::Node& node,
                                                    const StateWatermarks& watermarks,
                                                    std::array<Columns, 2>* columns) {
  auto options = std::make_shared<StreamJoinOptions>();
  ARROW_ASSIGN_OR_RAISE(const std::string_view type_name, NameOf(node.join_type));
  for (int i = 0; i < 2; ++i) {
    StreamJoinSide* side = &options->sides[i];
    const auto& keys = i == 0 ? node.left_keys : node.right_keys;
    ARROW_ASSIGN_OR_RAISE((*columns)[i], PlanSide(*node.children[i], keys, watermarks[i], side));
    ARROW_ASSIGN_OR_RAISE(options->rows[i], state::RowCodec::Make(side->types));
  }
  const JoinType type = node.join_type;
  options->sides[0].preserved = type == JoinType::kLeft || type == JoinType::kFull;
  options->sides[1].preserved = type == JoinType::kRight || type == JoinType::kFull;
  options->semi = type == JoinType::kLeftSemi;
  ARROW_RETURN_NOT_OK(BindConditions(node, options.get()));
  std::vector<TypePtr> key_types;
  for (const expr::ExpressionPtr& key : node.left_keys) key_types.push_back(key->type());
  ARROW_ASSIGN_OR_RAISE(options->keys, state::RowKeyCodec::Make(std::move(key_types)));
  options->null_safe = node.null_safe_keys;
  options->null_safe.resize(node.left_keys.size(), false);
  options->state_watermark = StateWatermarkMicros(watermarks);
  // Kept rows have their times at hand where they go by them.
  const plan::TimeDistance distance = plan::FindTimeDistance(node);
  constexpr auto kTime = plan::StateWatermark::Kind::kTime;
  if (distance.bounded() && watermarks[0].kind == kTime && watermarks[1].kind == kTime) {
    // Half-open ranges are cut where no time lies.
    constexpr int64_t kFar = std::numeric_limits<int64_t>::max() / 4;
    options->time_distance = {std::max(distance.least, -kFar), std::min(distance.greatest, kFar)};
  }
  options->description = Describe(node, type_name);
  return options;
}

}  // namespace

Result<Rows> PlanBuilder::BuildStreamJoin(const plan::Node& node) {
  if (node.left_keys.empty()) return MakeError("_LEGACY_ERROR_TEMP_1181");
  const int operator_id = NextOperatorId();
  const StateWatermarks watermarks = plan::FindStateWatermarks(node);
  std::array<Columns, 2> columns;
  ARROW_ASSIGN_OR_RAISE(const auto options, PlanJoin(node, watermarks, &columns));
  options->num_key_groups = options_.num_key_groups;
  options->operator_id = operator_id;
  options->batch_rows = options_.batch_rows;
  std::array<Rows, 2> inputs;
  for (int i = 0; i < 2; ++i) {
    ARROW_ASSIGN_OR_RAISE(inputs[i], Build(node.children[i]));
    if (columns[i].size() == node.children[i]->output.size()) continue;
    Append(&inputs[i],
           [&](int) { return std::make_unique<ProjectOperator>(columns[i], "StreamingJoinKeys"); });
  }
  auto& [left, right] = inputs;
  ExchangeBoth(&left, options->sides[0].key_columns, &right, options->sides[1].key_columns);

  Rows rows;
  rows.streaming = true;
  rows.has_watermark = left.has_watermark || right.has_watermark;
  rows.stateful = left.stateful;
  rows.stateful.insert(rows.stateful.end(), right.stateful.begin(), right.stateful.end());
  state::StateStoreOptions store_options;
  const std::string owner = "operator " + std::to_string(operator_id) + " (symmetricHashJoin)";
  store_options.make_table = [options, owner, backend = options_.state_backend](int) {
    return std::make_unique<state::JoinTable>(
        state::JoinTableOptions{options->keys, options->rows, options->num_key_groups,
                                options->state_watermark, backend, owner});
  };
  const auto removes = [](const plan::StateWatermark& side) {
    return side.kind != plan::StateWatermark::Kind::kNone;
  };
  state::StateStore* store =
      AddStateful(operator_id, "symmetricHashJoin", &rows, static_cast<int>(left.tails.size()),
                  std::move(store_options), removes(watermarks[0]) || removes(watermarks[1]));
  StatefulOperatorInfo& info = plan_->stateful_infos_[operator_id];
  info.store_names = {"left-keyToNumValues", "left-keyWithIndexToValue", "right-keyToNumValues",
                      "right-keyWithIndexToValue"};
  info.output_watermark_millis = OutputWatermark(watermarks);
  info.schema = DescribeState(node);
  for (size_t worker = 0; worker < left.tails.size(); ++worker) {
    auto join = std::make_unique<StreamJoinOperator>(
        options, static_cast<state::JoinTable*>(store->durable(static_cast<int>(worker))));
    plan_->stateful_[operator_id].instances.push_back(join.get());
    rows.tails.push_back(join.get());
    right.tails[worker]->SetSharedDownstream(join.get(), 1);
    left.tails[worker]->SetDownstream(std::move(join), 0);
  }
  rows.text = NodeText(options->description, {left.text, right.text});
  return rows;
}

}  // namespace thalweg::exec
