#include <algorithm>

#include <arrow/api.h>

#include "thalweg/connectors/file/file_batch_sink.h"
#include "thalweg/expr/char_length.h"
#include "thalweg/expr/insert_cast.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/session/commands/insert_columns.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/data_types.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
Result<plan::NodePtr> CastToTable(const plan::NodePtr& plan, const arrow::Schema& target,
                                  const std::string& table) {
  const auto num_target = static_cast<size_t>(target.num_fields());
  if (plan->output.size() != num_target) {
    const bool many = plan->output.size() > num_target;
    std::vector<std::string> names;
    for (const auto& attribute : plan->output) names.push_back(attribute.name);
    return MakeError(many ? "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                          : "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                     {{"tableName", table},
                      {"tableColumns", ListedNames(target.field_names())},
                      {"dataColumns", ListedNames(names)}});
  }
  std::vector<plan::NamedExpression> projections;
  for (size_t i = 0; i < num_target; ++i) {
    const auto& field = target.field(static_cast<int>(i));
    const plan::Attribute& from = plan->output[i];
    if (!CanStoreAssign(*from.type, *field->type())) {
      return MakeError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                       {{"tableName", table},
                        {"colName", "`" + field->name() + "`"},
                        {"srcType", "\"" + SqlTypeName(*from.type) + "\""},
                        {"targetType", "\"" + SqlTypeName(*field->type()) + "\""}});
    }
    plan::NamedExpression projection;
    projection.expression = expr::CheckCharLength(
        expr::CastForInsert(from.Reference(), field->type(), field->name()), DeclaredTypeOf(*field));
    projection.output = from;
    projection.output.name = field->name();
    projection.output.type = field->type();
    if (projection.expression->kind() != expr::ExpressionKind::kAttribute) {
      projection.output.id = plan::NextAttributeId();
    }
    projections.push_back(std::move(projection));
  }
  return plan::BuildProject(plan, std::move(projections));
}

Status RemoveFiles(Session* session, const plan::TableEntry& table) {
  return table.is_managed ? session->file_system()->RemoveRecursively(table.location)
                          : Status::OK();
}

Result<StatementOutcome> DropTable(Session* session, const Statement& statement) {
  if (session->catalog().FindView(statement.name) != nullptr) return DropView(session, statement);
  const auto table = session->catalog().DropTable(statement.name);
  if (table != nullptr) {
    ARROW_RETURN_NOT_OK(RemoveFiles(session, *table));
  } else if (!statement.if_exists) {
    return DroppedNotFound(session, statement);
  }
  return StatementOutcome{};
}

/// TRUNCATE TABLE ... PARTITION: the directories below `directory`, which are those of the
/// partition column `level` and the ones after it.
Status TruncateBelow(Session* session, const connectors::StaticPartition& values,
                     const plan::TableEntry& table, size_t level, const std::string& directory) {
  FileSystem* files = session->file_system();
  if (level == table.partition_by.size()) return files->RemoveRecursively(directory);
  std::string wanted;
  for (const auto& value : values) {
    if (ToLowerAscii(value.first) == ToLowerAscii(table.partition_by[level])) {
      wanted = connectors::PartitionPath({value});
    }
  }
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(directory));
  for (const FileInfo& entry : entries) {
    const std::string name = BaseName(entry.path);
    if (!entry.is_directory || name.find('=') == std::string::npos) continue;
    if (!wanted.empty() && name != wanted) continue;
    ARROW_RETURN_NOT_OK(TruncateBelow(session, values, table, level + 1, entry.path));
  }
  return Status::OK();
}

Result<StatementOutcome> TruncatePartitions(Session* session, const Statement& statement,
                                            const plan::TableEntry& table) {
  if (table.partition_by.empty()) {
    return MakeError("_LEGACY_ERROR_TEMP_1267",
                     {{"tableIdentWithDB", FullName({table.database, table.name})}},
                     statement.position);
  }
  ARROW_RETURN_NOT_OK(CheckPartition(statement, table));
  ARROW_ASSIGN_OR_RAISE(const auto schema, TableSchema(session, table));
  ARROW_ASSIGN_OR_RAISE(const auto values, StaticPartition(session, statement, table, *schema));
  ARROW_RETURN_NOT_OK(TruncateBelow(session, values, table, 0, table.location));
  PersistedRows::RefreshPath(table.location);
  return StatementOutcome{};
}

Result<StatementOutcome> TruncateTable(Session* session, const Statement& statement) {
  const auto table = session->catalog().FindTable(statement.name);
  if (table == nullptr) return CommandTableNotFound(session, statement);
  if (table->view != nullptr) {
    return MakeError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                     {{"operation", "TRUNCATE TABLE"}, {"viewName", QuoteName(statement.name)}},
                     statement.position);
  }
  if (!table->is_managed) {
    return MakeError("CANNOT_TRUNCATE_EXTERNAL_TABLE",
                     {{"tableName", FullName({table->database, table->name})}}, statement.position);
  }
  FileSystem* files = session->file_system();
  if (!statement.partition.empty()) {
    return TruncatePartitions(session, statement, *table);
  }
  ARROW_ASSIGN_OR_RAISE(const auto entries, files->List(table->location));
  for (const FileInfo& entry : entries) {
    ARROW_RETURN_NOT_OK(files->RemoveRecursively(entry.path));
  }
  PersistedRows::RefreshPath(table->location);
  return StatementOutcome{};
}

}  // namespace thalweg::session
