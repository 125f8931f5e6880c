// The parts of DataFrame that describe a query.

#include <thalweg/dataframe.h>

#include <array>
#include <utility>

#include <thalweg/functions.h>

#include "thalweg/api/column_node.h"
#include "thalweg/api/frame.h"
#include "thalweg/base/settings.h"
#include "thalweg/base/unsupported_call.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg {

using api::BuildColumn;
using api::Derive;
using plan::spec::ExpressionKind;
using plan::spec::ExpressionPtr;
using plan::spec::JoinType;
using plan::spec::Relation;
using plan::spec::RelationKind;
using plan::spec::SetOperation;
using ParserOptions = sql::ParserOptions;

namespace {

Result<JoinType> ParseJoinType(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, JoinType>, 13> kTypes = {{
      {"inner", JoinType::kInner},
      {"cross", JoinType::kCross},
      {"outer", JoinType::kFull},
      {"full", JoinType::kFull},
      {"fullouter", JoinType::kFull},
      {"left", JoinType::kLeft},
      {"leftouter", JoinType::kLeft},
      {"right", JoinType::kRight},
      {"rightouter", JoinType::kRight},
      {"semi", JoinType::kLeftSemi},
      {"leftsemi", JoinType::kLeftSemi},
      {"anti", JoinType::kLeftAnti},
      {"leftanti", JoinType::kLeftAnti},
  }};
  std::string name = ToLowerAscii(text);
  std::erase(name, '_');
  std::string supported;
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
    supported += (supported.empty() ? "'" : ", '") + std::string(known) + "'";
  }
  return MakeError("UNSUPPORTED_JOIN_TYPE", {{"typ", text}, {"supported", supported}});
}

/// A frame over both inputs, which must be of one session.
DataFrame Combine(const DataFrame& left, const DataFrame& right, RelationKind kind,
                  const api::Describe& describe) {
  return Derive(left, kind, [&](Relation* relation, const ParserOptions& options) -> Status {
    ARROW_ASSIGN_OR_RAISE(relation->right, api::RelationOf(right));
    if (left.frame()->core->engine != right.frame()->core->engine) {
      return UnsupportedCall("Join, Union", "frames of two sessions cannot meet in one query");
    }
    return describe(relation, options);
  });
}

DataFrame Combine(const DataFrame& left, const DataFrame& right, SetOperation operation, bool all,
                  bool by_name) {
  return Combine(left, right, RelationKind::kSetOperation,
                 [&](Relation* relation, const ParserOptions&) {
                   relation->set_operation = operation;
                   relation->all = all;
                   relation->by_name = by_name;
                   return Status::OK();
                 });
}

Status Nothing(Relation*, const ParserOptions&) { return Status::OK(); }

DataFrame Restrict(const DataFrame& input, RelationKind kind, int count) {
  return Derive(input, kind, [&](Relation* relation, const ParserOptions& options) -> Status {
    ARROW_ASSIGN_OR_RAISE(relation->condition, BuildColumn(fn::Lit(count), options));
    return Status::OK();
  });
}

DataFrame Deduplicate(const DataFrame& input, const std::vector<std::string>& columns,
                      bool within_watermark) {
  return Derive(input, RelationKind::kDeduplicate, [&](Relation* relation, const ParserOptions&) {
    relation->column_names = columns;
    relation->within_watermark = within_watermark;
    return Status::OK();
  });
}

}  // namespace

DataFrame DataFrame::Select(const std::vector<Column>& columns) const {
  return Derive(*this, RelationKind::kProject,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  ARROW_ASSIGN_OR_RAISE(relation->expressions,
                                        api::BuildSelectList(columns, options));
                  return Status::OK();
                });
}

DataFrame DataFrame::SelectExpr(const std::vector<std::string>& expressions) const {
  std::vector<Column> columns;
  for (const std::string& text : expressions) columns.push_back(fn::Expr(text));
  return Select(columns);
}

DataFrame DataFrame::Filter(const Column& condition) const {
  return Derive(*this, RelationKind::kFilter,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  ARROW_ASSIGN_OR_RAISE(relation->condition, BuildColumn(condition, options));
                  return Status::OK();
                });
}

DataFrame DataFrame::Filter(const std::string& condition) const {
  return Filter(fn::Expr(condition));
}

GroupedData DataFrame::GroupBy(const std::vector<Column>& columns) const {
  return GroupedData(*this, columns);
}

DataFrame DataFrame::Agg(const std::vector<Column>& aggregates) const {
  return GroupedData(*this, {}).Agg(aggregates);
}

DataFrame GroupedData::Agg(const std::vector<Column>& aggregates) const {
  return Derive(input_, RelationKind::kAggregate,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  ARROW_ASSIGN_OR_RAISE(auto keys, api::BuildSelectList(grouping_, options));
                  ARROW_ASSIGN_OR_RAISE(auto outputs, api::BuildSelectList(aggregates, options));
                  // Keys keep their aliases in the result only: GROUP BY takes the values.
                  relation->outputs = keys;
                  relation->outputs.insert(relation->outputs.end(), outputs.begin(), outputs.end());
                  for (const ExpressionPtr& key : keys) {
                    const bool aliased = key->kind == ExpressionKind::kAlias;
                    relation->expressions.push_back(aliased ? key->children[0] : key);
                  }
                  return Status::OK();
                });
}

DataFrame GroupedData::Count() const { return Agg(fn::Count("*").As("count")); }

DataFrame GroupedData::Each(const char* function, const std::vector<Column>& columns) const {
  std::vector<Column> aggregates;
  for (const Column& column : columns) aggregates.push_back(api::MakeCall(function, {column}));
  return Agg(aggregates);
}

DataFrame DataFrame::JoinOn(const DataFrame& right, const Column& condition,
                            const std::string& type) const {
  return Combine(*this, right, RelationKind::kJoin,
                 [&](Relation* relation, const ParserOptions& options) -> Status {
                   ARROW_ASSIGN_OR_RAISE(relation->join_type, ParseJoinType(type));
                   // A cross join with a condition is an inner one.
                   if (relation->join_type == JoinType::kCross) {
                     relation->join_type = JoinType::kInner;
                   }
                   ARROW_ASSIGN_OR_RAISE(relation->condition, BuildColumn(condition, options));
                   return Status::OK();
                 });
}

DataFrame DataFrame::Join(const DataFrame& right, const std::vector<std::string>& columns,
                          const std::string& type) const {
  return Combine(*this, right, RelationKind::kJoin,
                 [&](Relation* relation, const ParserOptions&) -> Status {
                   ARROW_ASSIGN_OR_RAISE(relation->join_type, ParseJoinType(type));
                   if (relation->join_type == JoinType::kCross && !columns.empty()) {
                     relation->join_type = JoinType::kInner;
                   }
                   relation->using_columns = columns;
                   return Status::OK();
                 });
}

DataFrame DataFrame::CrossJoin(const DataFrame& right) const {
  return Combine(*this, right, RelationKind::kJoin, [](Relation* relation, const ParserOptions&) {
    relation->join_type = JoinType::kCross;
    return Status::OK();
  });
}

DataFrame DataFrame::Union(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::kUnion, /*all=*/true, /*by_name=*/false);
}
DataFrame DataFrame::UnionByName(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::kUnion, /*all=*/true, /*by_name=*/true);
}
DataFrame DataFrame::Intersect(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::kIntersect, /*all=*/false, /*by_name=*/false);
}
DataFrame DataFrame::Except(const DataFrame& other) const {
  return Combine(*this, other, SetOperation::kExcept, /*all=*/false, /*by_name=*/false);
}

DataFrame DataFrame::Distinct() const { return Derive(*this, RelationKind::kDistinct, Nothing); }
DataFrame DataFrame::DropDuplicates(const std::vector<std::string>& columns) const {
  return Deduplicate(*this, columns, /*within_watermark=*/false);
}
DataFrame DataFrame::DropDuplicatesWithinWatermark(const std::vector<std::string>& columns) const {
  return Deduplicate(*this, columns, /*within_watermark=*/true);
}

DataFrame DataFrame::WithWatermark(const std::string& event_time, const std::string& delay) const {
  return Derive(*this, RelationKind::kWatermark,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  ARROW_ASSIGN_OR_RAISE(auto time, BuildColumn(Column(event_time), options));
                  relation->expressions = {std::move(time)};
                  constexpr int kMonthDays = 31;
                  ARROW_ASSIGN_OR_RAISE(relation->delay_micros,
                                        ParseIntervalMicros(delay, kMonthDays));
                  if (relation->delay_micros < 0) {
                    return Status::Invalid("delay threshold (", delay, ") should not be negative");
                  }
                  return Status::OK();
                });
}

DataFrame DataFrame::WithColumn(const std::string& name, const Operand& value) const {
  return Derive(*this, RelationKind::kWithColumns,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  ARROW_ASSIGN_OR_RAISE(auto column, BuildColumn(value.column().As(name), options));
                  relation->expressions = {std::move(column)};
                  return Status::OK();
                });
}

DataFrame DataFrame::WithColumnRenamed(const std::string& existing, const std::string& name) const {
  auto columns = Columns();
  if (!columns.ok()) return api::MakeFrame(frame_->core, columns.status());
  for (std::string& column : *columns) {
    if (ToLowerAscii(column) == ToLowerAscii(existing)) column = name;
  }
  return ToDF(*columns);
}

DataFrame DataFrame::ToDF(const std::vector<std::string>& names) const {
  return Derive(*this, RelationKind::kAlias, [&](Relation* relation, const ParserOptions&) {
    relation->column_names = names;
    return Status::OK();
  });
}

DataFrame DataFrame::Drop(const std::vector<std::string>& columns) const {
  return Derive(*this, RelationKind::kDrop, [&](Relation* relation, const ParserOptions&) {
    relation->column_names = columns;
    return Status::OK();
  });
}

DataFrame DataFrame::OrderBy(const std::vector<Column>& columns) const {
  return Derive(*this, RelationKind::kSort,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  for (const Column& column : columns) {
                    ARROW_ASSIGN_OR_RAISE(auto order, api::BuildSortOrder(column, options));
                    relation->order.push_back(std::move(order));
                  }
                  return Status::OK();
                });
}

DataFrame DataFrame::Limit(int count) const { return Restrict(*this, RelationKind::kLimit, count); }
DataFrame DataFrame::Offset(int count) const {
  return Restrict(*this, RelationKind::kOffset, count);
}

DataFrame DataFrame::Observe(const std::string& name, const std::vector<Column>& metrics) const {
  return Derive(*this, RelationKind::kObserve,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  if (metrics.empty()) return MakeError("CANNOT_BE_EMPTY", {{"item", "exprs"}});
                  relation->alias = name;
                  for (const Column& metric : metrics) {
                    ARROW_ASSIGN_OR_RAISE(auto expression, BuildColumn(metric, options));
                    relation->expressions.push_back(std::move(expression));
                  }
                  return Status::OK();
                });
}

DataFrame DataFrame::Alias(const std::string& name) const {
  return Derive(*this, RelationKind::kAlias, [&](Relation* relation, const ParserOptions&) {
    relation->alias = name;
    return Status::OK();
  });
}

DataFrame DataFrame::ToJson() const {
  return Select(fn::ToJson(fn::Struct({Column("*")})).As("value"));
}

}  // namespace thalweg
