#include "thalweg/plan/analyzer/grouping_sets.h"

#include <algorithm>
#include <set>

#include <arrow/api.h>

#include "thalweg/functions/function_registry.h"
#include "thalweg/plan/logical/build.h"

namespace thalweg::plan {
namespace {

constexpr size_t kMaxKeys = 64;

bool Holds(const std::vector<size_t>& set, size_t key) {
  return std::find(set.begin(), set.end(), key) != set.end();
}

Attribute MakeColumn(const char* name, TypePtr type) {
  Attribute attribute;
  attribute.name = name;
  attribute.type = std::move(type);
  attribute.nullable = false;
  attribute.id = NextAttributeId();
  return attribute;
}

/// [number of set 0, number of set 1, ...]
std::shared_ptr<arrow::Scalar> NumbersOf(const GroupingSets& sets, size_t num_keys) {
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < sets.sets.size(); ++i) numbers.push_back(sets.Number(i, num_keys));
  const auto count = static_cast<int64_t>(numbers.size());
  auto data = arrow::ArrayData::Make(arrow::int64(), count,
                                     {nullptr, arrow::Buffer::FromVector(std::move(numbers))},
                                     /*null_count=*/0);
  return std::make_shared<arrow::ListScalar>(arrow::MakeArray(std::move(data)),
                                             ArrayOf(arrow::int64(), /*contains_null=*/false));
}

/// `value`, or NULL in the rows of sets without `key`.
expr::ExpressionPtr NullUnlessIn(const GroupingSets& sets, size_t key, size_t num_keys,
                                 const expr::ExpressionPtr& value) {
  std::set<int64_t> with_key;
  for (size_t i = 0; i < sets.sets.size(); ++i) {
    if (Holds(sets.sets[i], key)) with_key.insert(sets.Number(i, num_keys));
  }
  expr::ExpressionPtr null = expr::Literal::Null(value->type());
  if (with_key.empty()) return null;
  std::vector<expr::ExpressionPtr> numbers;
  for (const int64_t number : with_key) {
    numbers.push_back(expr::Literal::Make(std::make_shared<arrow::Int64Scalar>(number)));
  }
  return expr::Case::If(expr::In::Make(sets.id.Reference(), std::move(numbers)), value, null);
}

}  // namespace

bool GroupingSets::IsInAll(size_t key) const {
  return std::all_of(sets.begin(), sets.end(),
                     [key](const std::vector<size_t>& set) { return Holds(set, key); });
}

int64_t GroupingSets::Number(size_t set, size_t num_keys) const {
  uint64_t number = 0;
  for (size_t key = 0; key < num_keys; ++key)
    number = number << 1 | (Holds(sets[set], key) ? 0 : 1);
  return static_cast<int64_t>(number);
}

Status CompleteGroupingSets(const AnalyzerContext& context, size_t num_keys, GroupingSets* sets) {
  if (num_keys > kMaxKeys) {
    return MakeError("GROUPING_SIZE_LIMIT_EXCEEDED", {{"maxSize", std::to_string(kMaxKeys)}});
  }
  std::set<int64_t> numbers;
  for (size_t i = 0; i < sets->sets.size(); ++i) numbers.insert(sets->Number(i, num_keys));
  sets->id = MakeColumn("spark_grouping_id", arrow::int64());
  const bool repeated = numbers.size() < sets->sets.size();
  if (repeated) sets->position = MakeColumn("_gen_grouping_pos", arrow::int32());
  const auto* explode = context.functions->FindGenerator(repeated ? "posexplode" : "explode");
  if (explode == nullptr) return Status::Invalid("grouping sets need explode");
  const auto constant = NumbersOf(*sets, num_keys);
  ARROW_ASSIGN_OR_RAISE(auto bound, explode->bind({{constant->type, false, constant}}));
  sets->generator = std::make_shared<const expr::BoundGenerator>(std::move(bound));
  return Status::OK();
}

NodePtr BuildExpand(NodePtr child, const std::vector<NamedExpression>& keys,
                    const GroupingSets& sets) {
  const size_t width = child->output.size();
  // Computed keys are computed once, not once for each set.
  std::vector<NamedExpression> computed = PassThrough(child->output);
  std::vector<expr::ExpressionPtr> values;
  for (size_t i = 0; i < keys.size(); ++i) {
    values.push_back(keys[i].expression);
    if (keys[i].expression->kind() == expr::ExpressionKind::kAttribute) continue;
    NamedExpression item = keys[i];
    if (!sets.IsInAll(i)) item.output.id = NextAttributeId();
    values.back() = item.output.Reference();
    computed.push_back(std::move(item));
  }
  if (computed.size() > width) child = BuildProject(std::move(child), std::move(computed));
  auto repeated = std::make_shared<Node>();
  repeated->kind = NodeKind::kGenerate;
  repeated->output = child->output;
  if (sets.position) repeated->output.push_back(*sets.position);
  repeated->output.push_back(sets.id);
  repeated->children = {std::move(child)};
  repeated->generator = sets.generator;
  repeated->arguments = {expr::Literal::Make(NumbersOf(sets, keys.size()))};
  std::vector<NamedExpression> columns = PassThrough(repeated->output);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (sets.IsInAll(i)) continue;
    columns.push_back({NullUnlessIn(sets, i, keys.size(), values[i]), keys[i].output});
  }
  return BuildProject(std::move(repeated), std::move(columns));
}

}  // namespace thalweg::plan
