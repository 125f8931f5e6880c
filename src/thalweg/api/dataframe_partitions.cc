// The parts of DataFrame that say in which partitions rows lie.

#include <thalweg/dataframe.h>

#include <optional>

#include "thalweg/api/column_node.h"
#include "thalweg/api/frame.h"

namespace thalweg {
namespace {

using api::Derive;
using plan::spec::ExpressionPtr;
using plan::spec::Relation;
using plan::spec::RelationKind;
using ParserOptions = sql::ParserOptions;

ExpressionPtr CountOf(int num_partitions) {
  return plan::spec::MakeLiteral(std::make_shared<arrow::Int32Scalar>(num_partitions));
}

Status AddOrder(const std::vector<Column>& columns, const ParserOptions& options,
                Relation* relation) {
  for (const Column& column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto order, api::BuildSortOrder(column, options));
    relation->order.push_back(std::move(order));
  }
  return Status::OK();
}

DataFrame ByKeys(const DataFrame& frame, std::optional<int> num_partitions,
                 const std::vector<Column>& columns) {
  return Derive(frame, RelationKind::kRepartition,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  if (num_partitions) relation->condition = CountOf(*num_partitions);
                  for (const Column& column : columns) {
                    ARROW_ASSIGN_OR_RAISE(auto key, api::BuildColumn(column, options));
                    relation->expressions.push_back(std::move(key));
                  }
                  return Status::OK();
                });
}

DataFrame ByRanges(const DataFrame& frame, std::optional<int> num_partitions,
                   const std::vector<Column>& columns) {
  return Derive(frame, RelationKind::kRepartition,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  if (columns.empty()) return MakeError("CANNOT_BE_EMPTY", {{"item", "columns"}});
                  if (num_partitions) relation->condition = CountOf(*num_partitions);
                  return AddOrder(columns, options, relation);
                });
}

}  // namespace

DataFrame DataFrame::Repartition(int num_partitions, const std::vector<Column>& columns) const {
  return ByKeys(*this, num_partitions, columns);
}

DataFrame DataFrame::Repartition(const std::vector<Column>& columns) const {
  return ByKeys(*this, std::nullopt, columns);
}

DataFrame DataFrame::RepartitionByRange(int num_partitions,
                                        const std::vector<Column>& columns) const {
  return ByRanges(*this, num_partitions, columns);
}

DataFrame DataFrame::RepartitionByRange(const std::vector<Column>& columns) const {
  return ByRanges(*this, std::nullopt, columns);
}

DataFrame DataFrame::Coalesce(int num_partitions) const {
  return Derive(*this, RelationKind::kHint, [&](Relation* relation, const ParserOptions&) {
    relation->alias = "coalesce";
    relation->expressions = {CountOf(num_partitions)};
    return Status::OK();
  });
}

DataFrame DataFrame::SortWithinPartitions(const std::vector<Column>& columns) const {
  return Derive(*this, RelationKind::kSort,
                [&](Relation* relation, const ParserOptions& options) -> Status {
                  relation->all = true;
                  return AddOrder(columns, options, relation);
                });
}

}  // namespace thalweg
