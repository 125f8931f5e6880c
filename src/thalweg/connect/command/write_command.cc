// Batch writes.

#include <arrow/api.h>
#include <fmt/format.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/command/observed_run.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/plan/analyzer/path_option.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/session/commands/table_layout.h"

namespace thalweg::connect {
namespace {

using plan::spec::BucketSpec;
using plan::spec::Statement;
using plan::spec::StatementKind;
using proto::WriteOperation;
using proto::WriteOperationV2;

io::SaveMode ModeOf(const WriteOperation& write) {
  switch (write.mode()) {
    case WriteOperation::SAVE_MODE_APPEND:
      return io::SaveMode::kAppend;
    case WriteOperation::SAVE_MODE_OVERWRITE:
      return io::SaveMode::kOverwrite;
    case WriteOperation::SAVE_MODE_IGNORE:
      return io::SaveMode::kIgnore;
    default:
      return io::SaveMode::kErrorIfExists;
  }
}

Status Execute(Execution* execution, const Statement& statement) {
  ObservedRun observed(execution);
  ARROW_RETURN_NOT_OK(execution->engine().Execute(statement, observed.run()));
  return observed.Send();
}

Status Insert(Execution* execution, const std::vector<std::string>& name, RelationPtr query,
              bool overwrite) {
  Statement statement;
  statement.kind = StatementKind::kInsert;
  statement.name = name;
  statement.query = std::move(query);
  statement.overwrite = overwrite;
  statement.refuses_streams = true;
  return Execute(execution, statement);
}

bool TableExists(Execution* execution, const std::vector<std::string>& name) {
  return execution->engine().catalog().FindTable(name) != nullptr;
}

/// What the write says of buckets; 0 of them are none, as in Spark.
Result<std::optional<BucketSpec>> BucketsOf(const WriteOperation& write) {
  const auto& wanted = write.bucket_by();
  if (!write.has_bucket_by() || wanted.num_buckets() == 0) {
    if (!write.sort_column_names().empty()) return MakeError("SORT_BY_WITHOUT_BUCKETING");
    return std::nullopt;
  }
  ARROW_RETURN_NOT_OK(plan::spec::CheckBucketCount(wanted.num_buckets()));
  BucketSpec buckets;
  buckets.num_buckets = wanted.num_buckets();
  buckets.columns = {wanted.bucket_column_names().begin(), wanted.bucket_column_names().end()};
  buckets.sort_columns = {write.sort_column_names().begin(), write.sort_column_names().end()};
  return buckets;
}

Status RefuseBuckets(const std::optional<BucketSpec>& buckets, const char* operation) {
  if (!buckets) return Status::OK();
  return MakeError("_LEGACY_ERROR_TEMP_1312", {{"operation", operation}});
}

/// Appended rows lie as those do that are there.
Status CheckSameBuckets(const std::optional<BucketSpec>& buckets, const plan::TableEntry& table) {
  const std::string existing = session::LayoutText(table.buckets);
  const std::string specified = session::LayoutText(buckets);
  if (existing == specified) return Status::OK();
  return MakeError("_LEGACY_ERROR_TEMP_1164",
                   {{"tableName", fmt::format("{}.{}.{}", plan::kSessionCatalogName, table.database,
                                              table.name)},
                    {"specifiedBucketString", specified},
                    {"existingBucketString", existing}});
}

template <typename Names>
Result<std::vector<std::vector<std::string>>> ClusteringOf(const Names& names) {
  std::vector<std::vector<std::string>> columns;
  for (const std::string& name : names) {
    ARROW_ASSIGN_OR_RAISE(auto parts, sql::ParseMultipartName(name));
    columns.push_back(std::move(parts));
  }
  return columns;
}

/// Errors: what excludes clusterBy().
Status CheckLayout(const Statement& statement) {
  if (statement.cluster_by.empty()) return Status::OK();
  if (statement.buckets) return MakeError("SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED");
  if (statement.partition_by.empty()) return Status::OK();
  return MakeError("SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED");
}

/// CREATE TABLE of the query in place of what is there.
Status SaveAsTable(Execution* execution, const WriteOperation& write,
                   const std::vector<std::string>& name, RelationPtr query,
                   std::optional<BucketSpec> buckets) {
  Statement statement;
  statement.kind = StatementKind::kCreateTable;
  statement.name = name;
  statement.format = write.source();
  statement.options = {write.options().begin(), write.options().end()};
  statement.partition_by = {write.partitioning_columns().begin(),
                            write.partitioning_columns().end()};
  statement.buckets = std::move(buckets);
  ARROW_ASSIGN_OR_RAISE(statement.cluster_by, ClusteringOf(write.clustering_columns()));
  ARROW_RETURN_NOT_OK(CheckLayout(statement));
  statement.replace = ModeOf(write) == io::SaveMode::kOverwrite;
  statement.refuses_self_read = true;
  statement.query = std::move(query);
  return Execute(execution, statement);
}

Status SaveToTable(Execution* execution, const WriteOperation& write, RelationPtr query) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(write.table().table_name()));
  ARROW_ASSIGN_OR_RAISE(auto buckets, BucketsOf(write));
  const io::SaveMode mode = ModeOf(write);
  if (write.table().save_method() == WriteOperation::SaveTable::TABLE_SAVE_METHOD_INSERT_INTO) {
    ARROW_RETURN_NOT_OK(RefuseBuckets(buckets, "insertInto"));
    // The options of insertInto() concern nothing: the table has its own.
    return Insert(execution, name, std::move(query), mode == io::SaveMode::kOverwrite);
  }
  const auto found = execution->engine().catalog().FindTable(name);
  if (found != nullptr && found->view != nullptr) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"operation", "saveAsTable"}, {"viewName", plan::QuoteIdentifiers(name)}});
  }
  if (found != nullptr && mode == io::SaveMode::kIgnore) return Status::OK();
  if (found != nullptr && mode == io::SaveMode::kAppend) {
    ARROW_RETURN_NOT_OK(CheckSameBuckets(buckets, *found));
    return Insert(execution, name, std::move(query), /*overwrite=*/false);
  }
  return SaveAsTable(execution, write, name, std::move(query), std::move(buckets));
}

Result<std::vector<std::string>> PartitionColumns(const WriteOperationV2& write) {
  std::vector<std::string> names;
  for (const proto::Expression& column : write.partitioning_columns()) {
    if (!column.has_unresolved_attribute()) {
      return UnsupportedFeature("partitioning by an expression");
    }
    names.push_back(column.unresolved_attribute().unparsed_identifier());
  }
  return names;
}

Status Create(Execution* execution, const WriteOperationV2& write,
              const std::vector<std::string>& name, RelationPtr query, bool replace) {
  Statement statement;
  statement.kind = StatementKind::kCreateTable;
  statement.name = name;
  statement.format = write.provider();
  statement.options = {write.options().begin(), write.options().end()};
  statement.properties = {write.table_properties().begin(), write.table_properties().end()};
  ARROW_ASSIGN_OR_RAISE(statement.partition_by, PartitionColumns(write));
  ARROW_ASSIGN_OR_RAISE(statement.cluster_by, ClusteringOf(write.clustering_columns()));
  ARROW_RETURN_NOT_OK(CheckLayout(statement));
  statement.replace = replace;
  statement.query = std::move(query);
  return Execute(execution, statement);
}

Status TableNotFound(const std::vector<std::string>& name) {
  return MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", plan::QuoteIdentifiers(name)},
                                               {"searchPath", plan::SearchPath()}});
}

/// overwrite(condition) and overwritePartitions() where they concern all rows of the table.
Status Overwrite(Execution* execution, const WriteOperationV2& write,
                 const std::vector<std::string>& name, RelationPtr query) {
  const auto table = execution->engine().catalog().FindTable(name);
  if (table == nullptr) return TableNotFound(name);
  const auto& condition = write.overwrite_condition();
  const bool is_whole = write.mode() == WriteOperationV2::MODE_OVERWRITE
                            ? condition.has_literal() && condition.literal().boolean()
                            : table->partition_by.empty();
  if (!is_whole) return UnsupportedFeature("overwriting a part of a table");
  return Insert(execution, name, std::move(query), /*overwrite=*/true);
}

Status Save(Execution* execution, const WriteOperation& write, RelationPtr input) {
  if (write.has_table()) return SaveToTable(execution, write, std::move(input));
  ARROW_ASSIGN_OR_RAISE(const auto buckets, BucketsOf(write));
  ARROW_RETURN_NOT_OK(RefuseBuckets(buckets, "save"));
  session::BatchWrite batch;
  batch.input = std::move(input);
  batch.format = write.source();
  batch.options = {write.options().begin(), write.options().end()};
  if (write.has_path()) {
    ARROW_RETURN_NOT_OK(plan::CheckPathOption(plan::PathCall::kSave, batch.options,
                                              execution->engine().SettingsSnapshot()));
    batch.path = write.path();
  }
  batch.partition_by = {write.partitioning_columns().begin(), write.partitioning_columns().end()};
  batch.save_mode = ModeOf(write);
  ObservedRun observed(execution);
  batch.run = observed.run();
  ARROW_RETURN_NOT_OK(execution->engine().Write(batch));
  return observed.Send();
}

Status SaveTo(Execution* execution, const WriteOperationV2& write, RelationPtr input) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(write.table_name()));
  const bool exists = TableExists(execution, name);
  switch (write.mode()) {
    case WriteOperationV2::MODE_CREATE:
      return Create(execution, write, name, std::move(input), /*replace=*/false);
    case WriteOperationV2::MODE_REPLACE:
      if (!exists) return TableNotFound(name);
      return Create(execution, write, name, std::move(input), /*replace=*/true);
    case WriteOperationV2::MODE_CREATE_OR_REPLACE:
      return Create(execution, write, name, std::move(input), /*replace=*/true);
    case WriteOperationV2::MODE_APPEND:
      if (!exists) return TableNotFound(name);
      return Insert(execution, name, std::move(input), /*overwrite=*/false);
    case WriteOperationV2::MODE_OVERWRITE:
    case WriteOperationV2::MODE_OVERWRITE_PARTITIONS:
      return Overwrite(execution, write, name, std::move(input));
    default:
      return MissingPart("WriteOperationV2", "mode");
  }
}

/// The outcome of a write: of a stream it is that `method` is not for streams.
Status OutcomeOf(Execution* execution, const RelationPtr& input, const char* method,
                 Status status) {
  if (!IsCondition(status, "_LEGACY_ERROR_TEMP_3102")) return status;
  const auto plan = execution->engine().Analyze(input);
  if (!plan.ok() || !(*plan)->is_streaming()) return status;
  return MakeError("CALL_ON_STREAMING_DATASET_UNSUPPORTED",
                   {{"methodName", QuoteIdentifier(method)}});
}

}  // namespace

Status RunWrite(Execution* execution, const WriteOperation& write) {
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto input, translator.Translate(write.input()));
  return OutcomeOf(execution, input, "write", Save(execution, write, input));
}

Status RunWriteTo(Execution* execution, const WriteOperationV2& write) {
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto input, translator.Translate(write.input()));
  return OutcomeOf(execution, input, "writeTo", SaveTo(execution, write, input));
}

Status RunMerge(Execution* execution, const proto::MergeIntoTableCommand& merge) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(merge.target_table_name()));
  const auto table = execution->engine().catalog().FindTable(name);
  if (table == nullptr) return TableNotFound(name);
  return MakeError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                   {{"tableName", plan::QuoteIdentifiers(
                                      {plan::kSessionCatalogName, table->database, table->name})},
                    {"operation", "MERGE INTO TABLE"}});
}

}  // namespace thalweg::connect
