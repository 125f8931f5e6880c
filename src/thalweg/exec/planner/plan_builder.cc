#include "thalweg/exec/planner/plan_builder.h"

#include <algorithm>

namespace thalweg::exec {

using plan::NodeKind;

std::vector<uint64_t> OutputIds(const plan::Node& node) {
  std::vector<uint64_t> ids;
  for (const plan::Attribute& attribute : node.output) ids.push_back(attribute.id);
  return ids;
}

Result<std::vector<expr::ExpressionPtr>> BindAll(
    const std::vector<expr::ExpressionPtr>& expressions, const plan::Node& input) {
  const std::vector<uint64_t> ids = OutputIds(input);
  std::vector<expr::ExpressionPtr> bound;
  for (const expr::ExpressionPtr& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(expr::ExpressionPtr one, expr::Bind(expression, ids));
    bound.push_back(std::move(one));
  }
  return bound;
}

std::string JoinTexts(const std::vector<expr::ExpressionPtr>& expressions) {
  std::string text;
  for (const expr::ExpressionPtr& expression : expressions) {
    text += (text.empty() ? "" : ", ") + expression->ToString();
  }
  return text;
}

std::vector<std::string> NodeText(const std::string& description,
                                  const std::vector<std::vector<std::string>>& children) {
  std::vector<std::string> lines = {description};
  for (size_t child = 0; child < children.size(); ++child) {
    const bool last = child + 1 == children.size();
    for (size_t line = 0; line < children[child].size(); ++line) {
      const char* prefix = line == 0 ? (last ? "+- " : ":- ") : (last ? "   " : ":  ");
      lines.push_back(prefix + children[child][line]);
    }
  }
  return lines;
}

PlanBuilder::PlanBuilder(const PlanOptions& options)
    : options_(options),
      plan_(std::make_unique<PipelinePlan>(options)),
      phase_(std::make_unique<Phase>()) {
  options_.num_workers = std::max(1, options_.num_workers);
}

Result<std::unique_ptr<PipelinePlan>> PlanBuilder::Finish(const plan::NodePtr& root) {
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(root));
  if (options_.in_order && rows.by_split && rows.tails.size() > 1) AddExchange(&rows, 1, {});
  const bool follows_splits = rows.repartitioned && rows.partitioned_by_split;
  phase_->has_split_followers |= follows_splits;
  Append(&rows, [&](int worker) {
    auto sink = std::make_unique<SinkOperator>(worker, follows_splits);
    plan_->sinks_.push_back(sink.get());
    return sink;
  });
  plan_->phases_.push_back(std::move(phase_));
  for (const std::string& line : rows.text) plan_->text_ += line + "\n";
  return std::move(plan_);
}

Result<Rows> PlanBuilder::Build(const plan::NodePtr& node) {
  switch (node->kind) {
    case NodeKind::kScan:
      return BuildScan(*node);
    case NodeKind::kStreamScan:
      return BuildStreamScan(*node);
    case NodeKind::kLocal:
      return BuildLocal(*node);
    case NodeKind::kRange:
      return BuildRange(*node);
    case NodeKind::kProject:
      return BuildProject(*node);
    case NodeKind::kFilter:
      return BuildFilter(*node);
    case NodeKind::kAggregate:
      return BuildAggregate(*node);
    case NodeKind::kJoin:
      return BuildJoin(*node);
    case NodeKind::kSort:
      return BuildSort(*node);
    case NodeKind::kLimit:
    case NodeKind::kOffset:
      return BuildLimit(*node);
    case NodeKind::kUnion:
      return BuildUnion(*node);
    case NodeKind::kWatermark:
      return BuildWatermark(*node);
    case NodeKind::kDeduplicate:
      return BuildDeduplicate(*node);
    case NodeKind::kGenerate:
      return BuildGenerate(*node);
    case NodeKind::kObserve:
      return BuildObserve(*node);
    case NodeKind::kCallback:
      return BuildCallback(*node);
    case NodeKind::kTimeWindow:
      return BuildTimeWindow(*node);
    case NodeKind::kWindow:
      return BuildWindow(*node);
    case NodeKind::kTail:
      return BuildTail(*node);
    case NodeKind::kRepartition:
      return BuildRepartition(*node);
  }
  return MakeError("UNSUPPORTED_FEATURE", {{"feature", "This kind of plan"}});
}

Rows PlanBuilder::AddLeaf(std::unique_ptr<Leaf> leaf, std::string description) {
  Rows rows;
  leaf->request.batch_rows = options_.batch_rows;
  for (int worker = 0; worker < options_.num_workers; ++worker) {
    leaf->heads.push_back(std::make_unique<EntryOperator>());
    rows.tails.push_back(leaf->heads.back().get());
  }
  rows.streaming = leaf->stream_relation >= 0;
  rows.by_split = !rows.streaming;
  rows.partitioned_by_split = true;
  rows.text = {std::move(description)};
  phase_->leaves.push_back(std::move(leaf));
  return rows;
}

void PlanBuilder::AddExchange(Rows* rows, int num_receivers, const std::vector<int>& key_columns,
                              std::shared_ptr<SmallInput> small_input) {
  auto channel = std::make_unique<ExchangeChannel>(
      next_channel_++, static_cast<int>(rows->tails.size()), num_receivers,
      ExchangeRouting{key_columns, options_.num_key_groups}, plan_->driver_.mailboxes());
  Append(rows, [&](int worker) { return std::make_unique<ExchangeSender>(worker, channel.get()); });
  if (num_receivers == 1 && rows->by_split) channel->KeepOrder();
  if (small_input != nullptr) channel->KeepSmallInput(std::move(small_input));
  rows->by_split = false;
  rows->partitioned_by_split = false;
  rows->one_partition = num_receivers == 1;
  rows->tails.clear();
  for (int worker = 0; worker < num_receivers; ++worker) {
    rows->tails.push_back(channel->head(worker));
  }
  phase_->channels.push_back(std::move(channel));
}

Partitioning PlanBuilder::PartitioningOf(const Rows& rows, int worker) {
  phase_->has_split_followers |= rows.partitioned_by_split;
  return {rows.partitioned_by_split, worker};
}

void PlanBuilder::Gather(Rows* rows) {
  rows->partitioned_by_split = false;
  if (rows->tails.size() == 1) return;
  AddExchange(rows, 1, {});
  rows->text = NodeText("Exchange SinglePartition", {rows->text});
}

void PlanBuilder::Exchange(Rows* rows, const std::vector<int>& key_columns,
                           std::shared_ptr<SmallInput> small_input) {
  rows->partitioned_by_split = false;
  if (rows->tails.size() == 1) return;
  AddExchange(rows, options_.num_workers, key_columns, std::move(small_input));
  rows->text = NodeText(
      "Exchange hashpartitioning(" + std::to_string(options_.num_key_groups) + ")", {rows->text});
}

void PlanBuilder::ExchangeBoth(Rows* left, const std::vector<int>& left_keys, Rows* right,
                               const std::vector<int>& right_keys,
                               const std::shared_ptr<SmallInput>& small_input) {
  left->partitioned_by_split = false;
  right->partitioned_by_split = false;
  if (left->tails.size() == 1 && right->tails.size() == 1) return;
  for (auto& [rows, keys] : {std::pair(left, &left_keys), std::pair(right, &right_keys)}) {
    AddExchange(rows, options_.num_workers, *keys, small_input);
    rows->text = NodeText(
        "Exchange hashpartitioning(" + std::to_string(options_.num_key_groups) + ")", {rows->text});
  }
}

int PlanBuilder::NextOperatorId() {
  const int id = static_cast<int>(plan_->stateful_.size());
  plan_->stateful_.emplace_back();
  plan_->stateful_infos_.emplace_back();
  return id;
}

state::StateStore* PlanBuilder::AddStateful(int id, std::string name, Rows* rows, int num_tables,
                                            state::StateTableOptions table,
                                            bool runs_on_watermark_advance) {
  state::StateStoreOptions options;
  options.table = std::move(table);
  return AddStateful(id, std::move(name), rows, num_tables, std::move(options),
                     runs_on_watermark_advance);
}

state::StateStore* PlanBuilder::AddStateful(int id, std::string name, Rows* rows, int num_tables,
                                            state::StateStoreOptions options,
                                            bool runs_on_watermark_advance) {
  options.location.file_system = options_.file_system;
  options.location.directory = JoinPath(options_.state_directory, std::to_string(id));
  options.location.num_key_groups = options_.num_key_groups;
  options.num_workers = num_tables;
  options.snapshots = options_.snapshots;
  options.table.backend = options_.state_backend;
  options.table.owner = "operator " + std::to_string(id) + " (" + name + ")";
  StatefulOperatorInfo& info = plan_->stateful_infos_[id];
  info.id = id;
  info.name = std::move(name);
  info.upstream = rows->stateful;
  info.has_watermark = rows->has_watermark;
  info.runs_on_watermark_advance = runs_on_watermark_advance && rows->has_watermark;
  rows->stateful = {id};
  StatefulParts& parts = plan_->stateful_[id];
  parts.store = std::make_unique<state::StateStore>(std::move(options));
  return parts.store.get();
}

Result<std::unique_ptr<QueryPlan>> MakeQueryPlan(const plan::NodePtr& plan,
                                                 const PlanOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto pipelines, PlanBuilder(options).Finish(plan));
  return std::unique_ptr<QueryPlan>(std::move(pipelines));
}

}  // namespace thalweg::exec
