#include <algorithm>
#include <optional>

#include <arrow/type.h>

#include "thalweg/exec/planner/plan_builder.h"
#include "thalweg/exec/stateful/deduplicate.h"
#include "thalweg/exec/stateful/deduplicate_within_watermark.h"

namespace thalweg::exec {
namespace {

/// The columns that tell rows apart.
struct DuplicateKeys {
  std::vector<int> columns;
  std::vector<TypePtr> types;
  std::string text;
};

Result<DuplicateKeys> FindKeys(const plan::Node& node) {
  const std::vector<plan::Attribute>& input = node.children[0]->output;
  DuplicateKeys keys;
  for (const uint64_t key : node.keys) {
    const auto attribute = std::find_if(input.begin(), input.end(),
                                        [&](const auto& column) { return column.id == key; });
    if (attribute == input.end()) {
      return Status::Invalid("a key of the deduplication is not in the input");
    }
    keys.columns.push_back(static_cast<int>(attribute - input.begin()));
    keys.types.push_back(attribute->type);
    keys.text += (keys.text.empty() ? "" : ", ") + attribute->name + "#" + std::to_string(key);
  }
  return keys;
}

state::StateSchema DescribeState(const plan::Node& child, const std::vector<int>& keys,
                                 FieldPtr value) {
  state::StateSchema schema;
  for (const int column : keys) {
    schema.key_fields.push_back(arrow::field(child.output[column].name, child.output[column].type));
  }
  schema.value_fields = {std::move(value)};
  return schema;
}

}  // namespace

Result<Rows> PlanBuilder::BuildDeduplicate(const plan::Node& node) {
  if (node.within_watermark) return BuildDeduplicateWithinWatermark(node);
  const plan::Node& child = *node.children[0];
  const int operator_id = child.is_streaming() ? NextOperatorId() : -1;
  if (operator_id >= 0) ARROW_RETURN_NOT_OK(CheckOneEventTime(child.output));
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const DuplicateKeys keys, FindKeys(node));
  DeduplicateOptions options;
  options.operator_id = operator_id;
  options.key_columns = keys.columns;
  for (size_t i = 0; i < child.output.size() && operator_id >= 0; ++i) {
    if (!child.output[i].watermark_delay_millis.has_value()) continue;
    const bool is_key = std::count(node.keys.begin(), node.keys.end(), child.output[i].id) > 0;
    if (options.event_time_column < 0 || (is_key && !options.expires)) {
      options.event_time_column = static_cast<int>(i);
      options.expires = is_key;
    }
  }
  ARROW_ASSIGN_OR_RAISE(options.keys, state::RowKeyCodec::Make(keys.types));
  options.description = "StreamingDeduplicate [" + keys.text + "]";
  Exchange(&rows, options.key_columns);
  state::StateStore* store = nullptr;
  if (operator_id >= 0) {
    state::StateTableOptions table;
    table.keys = options.keys;
    table.values = std::make_shared<state::EmptyValueCodec>();
    if (options.expires) {
      // Windows end at few different times, sessions at any.
      const plan::Attribute& time = child.output[options.event_time_column];
      const bool is_window = time.type->id() == arrow::Type::STRUCT && !time.is_session_window;
      table.expiry = is_window ? state::ExpiryKind::kExact : state::ExpiryKind::kBucket;
    }
    store = AddStateful(operator_id, "dedupe", &rows, static_cast<int>(rows.tails.size()),
                        std::move(table), true);
    plan_->stateful_infos_[operator_id].schema =
        DescribeState(child, options.key_columns, arrow::field("__dummy__", arrow::null()));
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

Result<Rows> PlanBuilder::BuildDeduplicateWithinWatermark(const plan::Node& node) {
  const std::vector<plan::Attribute>& input = node.children[0]->output;
  const auto marked = std::find_if(input.begin(), input.end(), [](const auto& column) {
    return column.watermark_delay_millis.has_value();
  });
  if (!node.is_streaming() || marked == input.end()) {
    return Status::Invalid("a deduplication within a watermark that is not there");
  }
  ARROW_RETURN_NOT_OK(CheckOneEventTime(input));
  DeduplicateWithinWatermarkOptions options;
  options.operator_id = NextOperatorId();
  ARROW_ASSIGN_OR_RAISE(Rows rows, Build(node.children[0]));
  ARROW_ASSIGN_OR_RAISE(const DuplicateKeys keys, FindKeys(node));
  options.key_columns = keys.columns;
  options.event_time_column = static_cast<int>(marked - input.begin());
  // A delay of more than all time is one of all time.
  if (__builtin_mul_overflow(*marked->watermark_delay_millis, 1000, &options.delay_micros)) {
    options.delay_micros = state::kNoExpiry;
  }
  ARROW_ASSIGN_OR_RAISE(options.keys, state::RowKeyCodec::Make(keys.types));
  options.description = "StreamingDeduplicateWithinWatermark [" + keys.text + "]";
  Exchange(&rows, options.key_columns);
  state::StateTableOptions table;
  table.keys = options.keys;
  table.values = std::make_shared<ExpiresAtCodec>();
  state::StateStore* store =
      AddStateful(options.operator_id, "dedupeWithinWatermark", &rows,
                  static_cast<int>(rows.tails.size()), std::move(table), true);
  plan_->stateful_infos_[options.operator_id].schema = DescribeState(
      *node.children[0], options.key_columns, arrow::field("expiresAtMicros", arrow::int64()));
  Append(&rows, [&](int worker) {
    auto deduplicate =
        std::make_unique<DeduplicateWithinWatermarkOperator>(options, store->table(worker));
    plan_->stateful_[options.operator_id].instances.push_back(deduplicate.get());
    return deduplicate;
  });
  rows.text = NodeText(options.description, {rows.text});
  return rows;
}

}  // namespace thalweg::exec
