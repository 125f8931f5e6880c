#include "thalweg/exec/join/hash_join.h"
#include "thalweg/exec/planner/plan_builder.h"

namespace thalweg::exec {
namespace {

using plan::JoinType;

/// Which side is read through against the other, and what becomes of rows without a match.
Result<HashJoinOptions> ChooseSides(JoinType type, bool left_streaming, bool right_streaming) {
  HashJoinOptions options;
  switch (type) {
    case JoinType::kInner:
    case JoinType::kCross:
      options.probe_is_left = !right_streaming;
      return options;
    case JoinType::kLeft:
      options.kind = ProbeKind::kOuter;
      break;
    case JoinType::kRight:
      options.kind = ProbeKind::kOuter;
      options.probe_is_left = false;
      break;
    case JoinType::kFull:
      options.kind = ProbeKind::kOuter;
      options.emit_unmatched_build = true;
      break;
    case JoinType::kLeftSemi:
      options.kind = ProbeKind::kSemi;
      break;
    case JoinType::kLeftAnti:
      options.kind = ProbeKind::kAnti;
      break;
    case JoinType::kExistence:
      options.kind = ProbeKind::kExistence;
      break;
  }
  // The build side is read as a whole in every epoch: it must not be a stream.
  if (options.probe_is_left ? right_streaming : left_streaming) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "This join of a static side with a stream"}});
  }
  if (options.emit_unmatched_build && (left_streaming || right_streaming)) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "FULL OUTER JOIN with a stream"}});
  }
  return options;
}

std::vector<TypePtr> OutputTypes(const plan::Node& node) {
  std::vector<TypePtr> types;
  for (const plan::Attribute& attribute : node.output) types.push_back(attribute.type);
  return types;
}

std::string Describe(const plan::Node& node, bool probe_is_left) {
  static constexpr const char* kNames[] = {"Inner",    "LeftOuter", "RightOuter", "FullOuter",
                                           "LeftSemi", "LeftAnti",  "Cross",      "ExistenceJoin"};
  std::string text = node.left_keys.empty() ? "BroadcastNestedLoopJoin " : "BroadcastHashJoin ";
  if (!node.left_keys.empty()) {
    text += "[" + JoinTexts(node.left_keys) + "], [" + JoinTexts(node.right_keys) + "], ";
  }
  text += kNames[static_cast<int>(node.join_type)];
  text += probe_is_left ? ", BuildRight" : ", BuildLeft";
  if (node.condition != nullptr) text += ", " + node.condition->ToString();
  return text;
}

}  // namespace

Result<Rows> PlanBuilder::BuildJoin(const plan::Node& node) {
  const plan::NodePtr& left = node.children[0];
  const plan::NodePtr& right = node.children[1];
  if (left->is_streaming() && right->is_streaming()) return BuildStreamJoin(node);
  ARROW_ASSIGN_OR_RAISE(HashJoinOptions options,
                        ChooseSides(node.join_type, left->is_streaming(), right->is_streaming()));
  const plan::NodePtr& probe_node = options.probe_is_left ? left : right;
  const plan::NodePtr& build_node = options.probe_is_left ? right : left;
  ARROW_ASSIGN_OR_RAISE(
      auto probe_keys,
      BindAll(options.probe_is_left ? node.left_keys : node.right_keys, *probe_node));
  ARROW_ASSIGN_OR_RAISE(
      auto build_keys,
      BindAll(options.probe_is_left ? node.right_keys : node.left_keys, *build_node));
  if (node.condition != nullptr) {
    std::vector<uint64_t> ids = OutputIds(*left);
    const std::vector<uint64_t> right_ids = OutputIds(*right);
    ids.insert(ids.end(), right_ids.begin(), right_ids.end());
    ARROW_ASSIGN_OR_RAISE(options.condition, expr::Bind(node.condition, ids));
  }
  std::vector<TypePtr> key_types;
  for (const expr::ExpressionPtr& key : probe_keys) key_types.push_back(key->type());
  std::vector<bool> null_safe = node.null_safe_keys;
  null_safe.resize(probe_keys.size(), false);
  ARROW_ASSIGN_OR_RAISE(const auto codec, state::RowKeyCodec::Make(std::move(key_types)));

  // The build side runs in a phase of its own before this one.
  std::unique_ptr<Phase> outer_phase = std::move(phase_);
  phase_ = std::make_unique<Phase>();
  ARROW_ASSIGN_OR_RAISE(Rows build_rows, Build(build_node));
  auto build = std::make_shared<BuildSide>(JoinKeyReader({std::move(build_keys), null_safe}, codec),
                                           codec->words_per_key(), OutputTypes(*build_node),
                                           static_cast<int>(build_rows.tails.size()));
  Append(&build_rows, [&](int) { return std::make_unique<BuildSideOperator>(build); });
  plan_->phases_.push_back(std::move(phase_));
  phase_ = std::move(outer_phase);

  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(probe_node));
  options.probe_types = OutputTypes(*probe_node);
  options.batch_rows = options_.batch_rows;
  options.description = Describe(node, options.probe_is_left);
  auto progress = std::make_shared<JoinProgress>();
  progress->num_workers = static_cast<int>(rows.tails.size());
  const JoinKeyReader reader({std::move(probe_keys), std::move(null_safe)}, codec);
  Append(&rows,
         [&](int) { return std::make_unique<HashJoinOperator>(options, reader, build, progress); });
  const auto& left_text = options.probe_is_left ? rows.text : build_rows.text;
  const auto& right_text = options.probe_is_left ? build_rows.text : rows.text;
  rows.text = NodeText(options.description, {left_text, right_text});
  return rows;
}

}  // namespace thalweg::exec
