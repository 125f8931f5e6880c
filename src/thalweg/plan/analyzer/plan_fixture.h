#pragma once

// For tests of plans: an analyzer over built-in functions and one made-up provider, and short names
// for unresolved trees.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/scalar.h>

#include "thalweg/plan/analyzer/analyzer.h"

namespace thalweg::plan::fixture {

using Expressions = std::vector<spec::ExpressionPtr>;

/// A provider whose streams exist on paper only.
class PaperProvider : public io::Provider {
 public:
  std::string name() const override { return "paper"; }
  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override {
    return arguments.schema;
  }
};

inline spec::ExpressionPtr Name(const std::string& name) { return spec::MakeAttribute({name}); }
inline spec::ExpressionPtr Name(const std::string& qualifier, const std::string& name) {
  return spec::MakeAttribute({qualifier, name});
}
inline spec::ExpressionPtr Int(int32_t value) {
  return spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(value));
}
inline spec::ExpressionPtr Text(const std::string& value) {
  return spec::MakeLiteral(std::make_shared<arrow::StringScalar>(value));
}
inline spec::ExpressionPtr Call(const std::string& name, Expressions arguments) {
  return spec::MakeFunction(name, std::move(arguments));
}
inline spec::ExpressionPtr As(spec::ExpressionPtr child, const std::string& name) {
  return spec::MakeAlias(std::move(child), name);
}
inline spec::ExpressionPtr CountAll() { return Call("count", {spec::MakeStar()}); }
inline spec::ExpressionPtr Window(const std::string& time, const std::string& size) {
  return Call("window", {Name(time), Text(size)});
}

inline std::shared_ptr<spec::Relation> Make(spec::RelationKind kind, spec::RelationPtr input) {
  auto relation = std::make_shared<spec::Relation>();
  relation->kind = kind;
  relation->input = std::move(input);
  return relation;
}
inline spec::RelationPtr Read(const std::string& ddl, bool is_stream) {
  auto relation = Make(spec::RelationKind::kRead, nullptr);
  relation->format = "paper";
  relation->schema = *ParseSchema(ddl);
  relation->is_stream = is_stream;
  return relation;
}
inline spec::RelationPtr Table(const std::string& name, bool is_stream = false) {
  auto relation = Make(spec::RelationKind::kTable, nullptr);
  relation->table_name = {name};
  relation->is_stream = is_stream;
  return relation;
}
inline spec::RelationPtr Values(std::vector<Expressions> rows, std::vector<std::string> names) {
  auto relation = Make(spec::RelationKind::kValues, nullptr);
  relation->rows = std::move(rows);
  relation->column_names = std::move(names);
  return relation;
}
inline spec::RelationPtr Project(spec::RelationPtr input, Expressions items) {
  auto relation = Make(spec::RelationKind::kProject, std::move(input));
  relation->expressions = std::move(items);
  return relation;
}
inline spec::RelationPtr Filter(spec::RelationPtr input, spec::ExpressionPtr condition) {
  auto relation = Make(spec::RelationKind::kFilter, std::move(input));
  relation->condition = std::move(condition);
  return relation;
}
inline spec::RelationPtr GroupBy(spec::RelationPtr input, Expressions keys, Expressions items) {
  auto relation = Make(spec::RelationKind::kAggregate, std::move(input));
  relation->expressions = std::move(keys);
  relation->outputs = std::move(items);
  return relation;
}
inline spec::RelationPtr Sort(spec::RelationPtr input, spec::ExpressionPtr key) {
  auto relation = Make(spec::RelationKind::kSort, std::move(input));
  relation->order = {{std::move(key)}};
  return relation;
}
inline spec::RelationPtr Limit(spec::RelationPtr input, int32_t count) {
  auto relation = Make(spec::RelationKind::kLimit, std::move(input));
  relation->condition = Int(count);
  return relation;
}
inline spec::RelationPtr Distinct(spec::RelationPtr input) {
  return Make(spec::RelationKind::kDistinct, std::move(input));
}
inline spec::RelationPtr Alias(spec::RelationPtr input, const std::string& name) {
  auto relation = Make(spec::RelationKind::kAlias, std::move(input));
  relation->alias = name;
  return relation;
}
inline spec::RelationPtr Watermark(spec::RelationPtr input, spec::ExpressionPtr column,
                                   int64_t seconds) {
  auto relation = Make(spec::RelationKind::kWatermark, std::move(input));
  relation->expressions = {std::move(column)};
  relation->delay_micros = seconds * 1000000;
  return relation;
}
inline spec::RelationPtr Deduplicate(spec::RelationPtr input, std::vector<std::string> columns,
                                     bool within_watermark = false) {
  auto relation = Make(spec::RelationKind::kDeduplicate, std::move(input));
  relation->column_names = std::move(columns);
  relation->within_watermark = within_watermark;
  return relation;
}
inline spec::RelationPtr Join(spec::RelationPtr left, spec::RelationPtr right, spec::JoinType type,
                              spec::ExpressionPtr condition) {
  auto relation = Make(spec::RelationKind::kJoin, std::move(left));
  relation->right = std::move(right);
  relation->join_type = type;
  relation->condition = std::move(condition);
  return relation;
}
inline spec::RelationPtr JoinUsing(spec::RelationPtr left, spec::RelationPtr right,
                                   spec::JoinType type, std::vector<std::string> columns) {
  auto relation = std::make_shared<spec::Relation>(*Join(left, right, type, nullptr));
  relation->using_columns = std::move(columns);
  return relation;
}
inline spec::RelationPtr Combine(spec::RelationPtr left, spec::RelationPtr right,
                                 spec::SetOperation operation, bool all) {
  auto relation = Make(spec::RelationKind::kSetOperation, std::move(left));
  relation->right = std::move(right);
  relation->set_operation = operation;
  relation->all = all;
  return relation;
}

/// What an analysis needs, with views `t` (bounded) and `e`, `f` (streams), `w` = e with watermark.
class World {
 public:
  World() {
    providers.Add(std::make_unique<PaperProvider>());
    Add("t",
        Values({{Int(1), Text("a"), Int(10)}, {Int(2), Text("b"), Int(20)}}, {"id", "k", "v"}));
    const std::string ddl = "ts TIMESTAMP, k STRING, v INT";
    Add("e", Read(ddl, true));
    Add("f", Read(ddl, true));
    Add("w", Watermark(Table("e"), Name("ts"), 5));
  }

  void Add(const std::string& name, spec::RelationPtr relation) {
    (void)catalog.CreateView({name, std::move(relation), nullptr}, true);
  }
  Result<NodePtr> Analyze(const spec::RelationPtr& relation) {
    AnalyzerContext context;
    context.catalog = &catalog;
    context.functions = functions;
    context.providers = &providers;
    context.settings = &settings;
    ARROW_ASSIGN_OR_RAISE(const Analyzer analyzer, Analyzer::Make(std::move(context)));
    return analyzer.Analyze(relation);
  }

  Catalog catalog;
  io::ProviderRegistry providers;
  Settings settings;
  std::shared_ptr<const functions::FunctionRegistry> functions =
      functions::FunctionRegistry::MakeBuiltin();
};

/// "id:int, k:string": the output columns of a plan.
inline std::string Columns(const Node& node) {
  std::string text;
  for (const Attribute& attribute : node.output) {
    if (!text.empty()) text += ", ";
    text += attribute.name + ":" + SimpleTypeName(*attribute.type);
  }
  return text;
}

/// The first node of `kind` from the top, or null.
inline const Node* Find(const Node& node, NodeKind kind) {
  if (node.kind == kind) return &node;
  for (const NodePtr& child : node.children) {
    if (const Node* found = Find(*child, kind)) return found;
  }
  return nullptr;
}

}  // namespace thalweg::plan::fixture
