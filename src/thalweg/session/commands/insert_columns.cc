#include "thalweg/session/commands/insert_columns.h"

#include <algorithm>
#include <functional>

#include <arrow/api.h>

#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/spec/table_names.h"
#include "thalweg/session/commands/evaluation.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/sql/parser.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/column_default.h"
#include "thalweg/types/column_metadata.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

namespace spec = plan::spec;
using Names = std::vector<std::string>;

Names OutputNames(const plan::Node& plan) {
  Names names;
  for (const auto& attribute : plan.output) names.push_back(attribute.name);
  return names;
}

std::string TableText(const plan::TableEntry& table) {
  return FullName({table.database, table.name});
}

const spec::PartitionValue* FindPartition(const Statement& statement, const std::string& name) {
  for (const spec::PartitionValue& value : statement.partition) {
    if (ToLowerAscii(value.name) == ToLowerAscii(name)) return &value;
  }
  return nullptr;
}

bool IsStatic(const Statement& statement, const arrow::Field& field) {
  const auto* value = FindPartition(statement, field.name());
  return value != nullptr && value->value != nullptr;
}

/// The fields that the rows of the query must have, when it says nothing about names.
std::vector<int> OpenFields(const Statement& statement, const arrow::Schema& schema) {
  std::vector<int> fields;
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (!IsStatic(statement, *schema.field(i))) fields.push_back(i);
  }
  return fields;
}

int FindField(const arrow::Schema& schema, const std::string& name) {
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (ToLowerAscii(schema.field(i)->name()) == ToLowerAscii(name)) return i;
  }
  return -1;
}

Status ArityMismatch(const plan::Node& plan, const Names& columns, const std::string& table) {
  return MakeError(plan.output.size() > columns.size()
                       ? "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                       : "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                   {{"tableName", table},
                    {"tableColumns", ListedNames(columns)},
                    {"dataColumns", ListedNames(OutputNames(plan))}});
}

Status ExtraColumns(const plan::TableEntry& table, const Names& names) {
  return MakeError("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
                   {{"tableName", TableText(table)}, {"extraColumns", ListedNames(names)}});
}

/// For each field of the table the column of the query that goes there, -1: none.
using Sources = std::vector<int>;

Result<Sources> SourcesByList(const Statement& statement, const plan::TableEntry& table,
                              const arrow::Schema& schema, const plan::Node& plan) {
  Sources sources(static_cast<size_t>(schema.num_fields()), -1);
  for (size_t i = 0; i < statement.column_names.size(); ++i) {
    const std::string& name = statement.column_names[i];
    const int found = FindField(schema, name);
    if (found < 0) {
      return MakeError(
          "UNRESOLVED_COLUMN.WITH_SUGGESTION",
          {{"objectName", QuoteName({name})}, {"proposal", ListedNames(schema.field_names())}});
    }
    if (sources[found] >= 0) {
      return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteName({ToLowerAscii(name)})}});
    }
    if (IsStatic(statement, *schema.field(found))) return ExtraColumns(table, {name});
    sources[found] = static_cast<int>(i);
  }
  if (plan.output.size() != statement.column_names.size()) {
    return ArityMismatch(plan, statement.column_names, TableText(table));
  }
  return sources;
}

Result<Sources> SourcesByName(const Statement& statement, const plan::TableEntry& table,
                              const arrow::Schema& schema, const plan::Node& plan) {
  Sources sources(static_cast<size_t>(schema.num_fields()), -1);
  const std::vector<int> open = OpenFields(statement, schema);
  if (plan.output.size() > open.size()) {
    return ArityMismatch(plan, schema.field_names(), TableText(table));
  }
  Names extra;
  for (size_t i = 0; i < plan.output.size(); ++i) {
    const std::string& name = plan.output[i].name;
    const int found = FindField(schema, name);
    if (found < 0 || IsStatic(statement, *schema.field(found))) {
      extra.push_back(name);
    } else if (sources[found] >= 0) {
      return MakeError("INCOMPATIBLE_DATA_FOR_TABLE.AMBIGUOUS_COLUMN_NAME",
                       {{"tableName", TableText(table)}, {"colName", QuoteName({name})}});
    } else {
      sources[found] = static_cast<int>(i);
    }
  }
  if (!extra.empty()) return ExtraColumns(table, extra);
  return sources;
}

Result<Sources> SourcesByPosition(const Statement& statement, const plan::TableEntry& table,
                                  const arrow::Schema& schema, const plan::Node& plan) {
  Sources sources(static_cast<size_t>(schema.num_fields()), -1);
  const std::vector<int> open = OpenFields(statement, schema);
  if (plan.output.size() != open.size()) {
    if (open.size() == sources.size()) {
      return ArityMismatch(plan, schema.field_names(), TableText(table));
    }
    Names fixed;
    for (const auto& value : statement.partition) {
      if (value.value) fixed.push_back(value.name);
    }
    return MakeError("INSERT_PARTITION_COLUMN_ARITY_MISMATCH",
                     {{"tableName", TableText(table)},
                      {"tableColumns", ListedNames(schema.field_names())},
                      {"staticPartCols", ListedNames(fixed)},
                      {"dataColumns", ListedNames(OutputNames(plan))}});
  }
  for (size_t i = 0; i < open.size(); ++i) sources[open[i]] = static_cast<int>(i);
  return sources;
}

/// What stands in `text` as a value of `type`.
Result<expr::ExpressionPtr> Constant(Session* session, const spec::ExpressionPtr& value,
                                     const TypePtr& type) {
  auto select = std::make_shared<spec::Relation>();
  select->kind = spec::RelationKind::kProject;
  select->expressions = {
      spec::MakeAlias(spec::MakeAssignment(value, PlainColumnType(type)), "value")};
  ARROW_ASSIGN_OR_RAISE(const auto plan, session->Analyze(select));
  if (plan->kind != plan::NodeKind::kProject) {
    return MakeError("INTERNAL_ERROR", {{"message", "a constant that is no projection"}});
  }
  return plan->projections[0].expression;
}

Result<spec::ExpressionPtr> ParseDefault(Session* session, const std::string& text) {
  return sql::ParseExpression(text, session->MakeParserOptions());
}

Result<expr::ExpressionPtr> DefaultOf(Session* session, const arrow::Field& field) {
  const auto text = ColumnDefaultOf(field);
  if (!text) return expr::Literal::Null(PlainColumnType(field.type()));
  ARROW_ASSIGN_OR_RAISE(const auto parsed, ParseDefault(session, *text));
  return Constant(session, parsed, field.type());
}

/// The columns of a table; where CHAR and VARCHAR are taken as STRING, as if they had never been
/// declared so.
SchemaPtr HeededColumns(const Session& session, const arrow::Schema& schema) {
  const bool as_strings = TakesCharsAsStrings(session.SettingsSnapshot());
  arrow::FieldVector fields = schema.fields();
  for (FieldPtr& field : fields) {
    if (as_strings) field = field->WithMetadata(WithoutDeclaredType(field->metadata()));
  }
  return arrow::schema(std::move(fields));
}

bool IsDefault(const spec::Expression& expression) {
  return expression.kind == spec::ExpressionKind::kAttribute && expression.name.size() == 1 &&
         ToLowerAscii(expression.name[0]) == "default";
}

bool HoldsDefault(const spec::Expression& expression) {
  return IsDefault(expression) ||
         std::any_of(expression.children.begin(), expression.children.end(),
                     [](const auto& child) { return HoldsDefault(*child); });
}

/// Values with DEFAULT in place of one replaced by that of `fields`, by position.
Status ReplaceIn(const std::vector<FieldPtr>& fields, std::vector<spec::ExpressionPtr>* values) {
  for (size_t i = 0; i < values->size(); ++i) {
    spec::ExpressionPtr& value = (*values)[i];
    if (!HoldsDefault(*value)) continue;
    if (!IsDefault(*value)) return MakeError("DEFAULT_PLACEMENT_INVALID", {}, value->position);
    if (i >= fields.size()) continue;
    const auto text = ColumnDefaultOf(*fields[i]);
    if (text) {
      ARROW_ASSIGN_OR_RAISE(value, sql::ParseExpression(*text, sql::ParserOptions{}));
    } else {
      value = spec::MakeLiteral(arrow::MakeNullScalar(arrow::null()));
    }
    value = spec::MakeAssignment(value, PlainColumnType(fields[i]->type()));
  }
  return Status::OK();
}

Result<spec::RelationPtr> ReplaceInQuery(const std::vector<FieldPtr>& fields,
                                         const spec::RelationPtr& query) {
  auto out = std::make_shared<spec::Relation>(*query);
  if (query->kind == spec::RelationKind::kValues) {
    for (auto& row : out->rows) ARROW_RETURN_NOT_OK(ReplaceIn(fields, &row));
    return out;
  }
  if (query->kind == spec::RelationKind::kProject) {
    ARROW_RETURN_NOT_OK(ReplaceIn(fields, &out->expressions));
    return out;
  }
  const bool passes =
      query->kind == spec::RelationKind::kWith || query->kind == spec::RelationKind::kSetOperation;
  if (!passes) return query;
  ARROW_ASSIGN_OR_RAISE(out->input, ReplaceInQuery(fields, query->input));
  if (query->right) {
    ARROW_ASSIGN_OR_RAISE(out->right, ReplaceInQuery(fields, query->right));
  }
  return out;
}

}  // namespace

std::string ListedNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + QuoteName({name});
  return text;
}

Result<SchemaPtr> TableSchema(Session* session, const plan::TableEntry& table) {
  if (table.schema != nullptr) return table.schema;
  return session->SchemaOf(TableRelation({table.database, table.name}));
}

Result<connectors::StaticPartition> StaticPartition(Session* session, const Statement& statement,
                                                    const plan::TableEntry& table,
                                                    const arrow::Schema& schema) {
  auto select = std::make_shared<spec::Relation>();
  select->kind = spec::RelationKind::kProject;
  connectors::StaticPartition partition;
  for (const std::string& name : table.partition_by) {
    for (const spec::PartitionValue& value : statement.partition) {
      if (ToLowerAscii(value.name) != ToLowerAscii(name) || value.value == nullptr) continue;
      FieldPtr field;
      for (const auto& candidate : schema.fields()) {
        if (ToLowerAscii(candidate->name()) == ToLowerAscii(name)) field = candidate;
      }
      const auto typed = spec::MakeAssignment(value.value, field->type());
      select->expressions.push_back(
          spec::MakeAlias(spec::MakeAssignment(typed, arrow::utf8()), field->name()));
      partition.emplace_back(field->name(), std::nullopt);
    }
  }
  if (partition.empty()) return partition;
  ARROW_ASSIGN_OR_RAISE(const RowSet rows, session->Collect(select));
  const SchemaPtr heeded = HeededColumns(*session, schema);
  for (size_t i = 0; i < partition.size(); ++i) {
    const auto& texts = static_cast<const arrow::StringArray&>(*rows.batches[0].columns[i]);
    if (texts.IsNull(0)) continue;
    const FieldPtr& field = heeded->field(FindField(*heeded, partition[i].first));
    const TypePtr declared = DeclaredTypeOf(field->metadata());
    partition[i].second = texts.GetString(0);
    if (declared == nullptr) continue;
    ARROW_ASSIGN_OR_RAISE(const auto text, texts.GetScalar(0));
    ARROW_ASSIGN_OR_RAISE(const auto fitted, FitToDeclared(text, declared));
    partition[i].second = fitted->ToString();
  }
  return partition;
}

Result<spec::RelationPtr> ReplaceDefaults(const Statement& statement, const plan::TableEntry& table,
                                          const arrow::Schema& schema) {
  if (statement.by_name || FindField(schema, "default") >= 0) return statement.query;
  std::vector<FieldPtr> fields;
  if (statement.column_names.empty()) {
    for (const int i : OpenFields(statement, schema)) fields.push_back(schema.field(i));
  }
  for (const std::string& name : statement.column_names) {
    const int found = FindField(schema, name);
    if (found < 0) return statement.query;  // ArrangeColumns says so
    fields.push_back(schema.field(found));
  }
  return ReplaceInQuery(fields, statement.query);
}

Status CheckPartition(const Statement& statement, const plan::TableEntry& table) {
  if (statement.partition.empty()) return Status::OK();
  Names unknown, written;
  for (const auto& value : statement.partition) {
    written.push_back(value.name);
    const bool known = std::any_of(
        table.partition_by.begin(), table.partition_by.end(),
        [&](const auto& name) { return ToLowerAscii(name) == ToLowerAscii(value.name); });
    if (!known) unknown.push_back(value.name);
  }
  if (!unknown.empty()) {
    return MakeError("PARTITIONS_NOT_FOUND",
                     {{"partitionList", ListedNames(unknown)}, {"tableName", TableText(table)}});
  }
  if (statement.kind != spec::StatementKind::kInsert) return Status::OK();
  if (written.size() < table.partition_by.size()) {
    return MakeError("_LEGACY_ERROR_TEMP_1169",
                     {{"tableName", TableText(table)},
                      {"partSpec", ListedNames(written)},
                      {"partitionColumnNames", ListedNames(table.partition_by)}});
  }
  bool open = false;
  for (const std::string& name : table.partition_by) {
    const bool fixed = FindPartition(statement, name)->value != nullptr;
    if (fixed && open) {
      return MakeError("_LEGACY_ERROR_TEMP_1147",
                       {{"partitionColumns", ListedNames(table.partition_by)}});
    }
    open = open || !fixed;
  }
  return Status::OK();
}

Status CheckDefaults(Session* session, const arrow::Schema& schema) {
  for (const auto& field : schema.fields()) {
    const auto text = ColumnDefaultOf(*field);
    if (!text) continue;
    const auto invalid = [&](const std::string& why, const std::string& actual = "") {
      return MakeError("INVALID_DEFAULT_VALUE." + why,
                       {{"statement", "CREATE TABLE"},
                        {"colName", QuoteName({field->name()})},
                        {"defaultValue", *text},
                        {"expectedType", "\"" + SqlTypeName(*field->type()) + "\""},
                        {"actualType", "\"" + actual + "\""}});
    };
    ARROW_ASSIGN_OR_RAISE(const auto value, ParseDefault(session, *text));
    if (spec::HasSubquery(*value)) return invalid("SUBQUERY_EXPRESSION");
    auto select = std::make_shared<spec::Relation>();
    select->kind = spec::RelationKind::kProject;
    select->expressions = {value};
    const auto plan = session->Analyze(select);
    if (!plan.ok()) {
      const ErrorDetail* detail = GetErrorDetail(plan.status());
      const bool column = detail && detail->condition().starts_with("UNRESOLVED_COLUMN");
      return invalid(column ? "NOT_CONSTANT" : "UNRESOLVED_EXPRESSION");
    }
    const TypePtr type = (*plan)->output[0].type;
    if (!CanStoreAssign(*type, *PlainColumnType(field->type()))) {
      return invalid("DATA_TYPE", SqlTypeName(*type));
    }
    if (TakesCharsAsStrings(session->SettingsSnapshot())) continue;
    if (const TypePtr declared = DeclaredTypeOf(field->metadata())) {
      const auto constant = spec::MakeCast(value, PlainColumnType(field->type()));
      ARROW_ASSIGN_OR_RAISE(const auto values, Evaluate(session, {constant}));
      ARROW_RETURN_NOT_OK(FitToDeclared(values[0], declared).status());
    }
  }
  return Status::OK();
}

Result<plan::NodePtr> ArrangeColumns(Session* session, const Statement& statement,
                                     const plan::TableEntry& table, const arrow::Schema& schema,
                                     const plan::NodePtr& plan) {
  const auto find = statement.by_name                ? SourcesByName
                    : statement.column_names.empty() ? SourcesByPosition
                                                     : SourcesByList;
  ARROW_ASSIGN_OR_RAISE(const Sources sources, find(statement, table, schema, *plan));
  std::vector<plan::NamedExpression> projections;
  for (int i = 0; i < schema.num_fields(); ++i) {
    const arrow::Field& field = *schema.field(i);
    if (sources[i] >= 0) {
      projections.push_back(plan::PassThrough(plan->output[sources[i]]));
      continue;
    }
    plan::NamedExpression constant;
    if (IsStatic(statement, field)) {
      const spec::ExpressionPtr& value = FindPartition(statement, field.name())->value;
      ARROW_ASSIGN_OR_RAISE(constant.expression, Constant(session, value, field.type()));
    } else {
      ARROW_ASSIGN_OR_RAISE(constant.expression, DefaultOf(session, field));
    }
    constant.output.name = field.name();
    constant.output.type = PlainColumnType(field.type());
    constant.output.id = plan::NextAttributeId();
    projections.push_back(std::move(constant));
  }
  return CastToTable(plan::BuildProject(plan, std::move(projections)),
                     *HeededColumns(*session, schema), TableText(table));
}

}  // namespace thalweg::session
