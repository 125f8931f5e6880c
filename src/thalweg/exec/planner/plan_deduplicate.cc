#include <algorithm>

#include <arrow/type.h>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateful/deduplicate.h"

namespace thalweg::exec {

Result<Rows> PlanBuilder::BuildDeduplicate(const plan::Node& node) {
  if (node.within_watermark) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", "dropDuplicatesWithinWatermark"}});
  }
  const plan::Node& child = *node.children[0];
  const int operator_id = child.is_streaming() ? NextOperatorId() : -1;
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  DeduplicateOptions options;
  options.operator_id = operator_id;
  std::vector<TypePtr> types;
  std::string text;
  for (const uint64_t key : node.keys) {
    const auto attribute = std::find_if(child.output.begin(), child.output.end(),
                                        [&](const auto& column) { return column.id == key; });
    if (attribute == child.output.end()) {
      return Status::Invalid("a key of the deduplication is not in the input");
    }
    options.key_columns.push_back(static_cast<int>(attribute - child.output.begin()));
    types.push_back(attribute->type);
    text += (text.empty() ? "" : ", ") + attribute->name + "#" + std::to_string(key);
  }
  for (size_t i = 0; i < child.output.size() && operator_id >= 0; ++i) {
    if (!child.output[i].watermark_delay_millis.has_value()) continue;
    const bool is_key = std::count(node.keys.begin(), node.keys.end(), child.output[i].id) > 0;
    if (options.event_time_column < 0 || (is_key && !options.expires)) {
      options.event_time_column = static_cast<int>(i);
      options.expires = is_key;
    }
  }
  ARROW_ASSIGN_OR_RAISE(options.keys, state::RowKeyCodec::Make(std::move(types)));
  options.description = "StreamingDeduplicate [" + text + "]";
  Exchange(&rows, options.key_columns);
  state::StateStore* store = nullptr;
  if (operator_id >= 0) {
    state::StateTableOptions table;
    table.keys = options.keys;
    table.values = std::make_shared<state::EmptyValueCodec>();
    if (options.expires) {
      const bool is_window =
          child.output[options.event_time_column].type->id() == arrow::Type::STRUCT;
      table.expiry = is_window ? state::ExpiryKind::kExact : state::ExpiryKind::kBucket;
    }
    store = AddStateful(operator_id, "dedupe", &rows, static_cast<int>(rows.tails.size()),
                        std::move(table), true);
  }
  Append(&rows, [&](int worker) {
    auto deduplicate = std::make_unique<DeduplicateOperator>(
        options, store != nullptr ? store->table(worker) : nullptr);
    if (store != nullptr) plan_->stateful_[operator_id].instances.push_back(deduplicate.get());
    return deduplicate;
  });
  rows.text = NodeText(options.description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
