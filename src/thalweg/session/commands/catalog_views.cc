#include "thalweg/session/commands/catalog_views.h"

#include <set>

#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/spec/table_names.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

namespace spec = plan::spec;

constexpr char kUsualSchemaMode[] = "COMPENSATION";

/// A view of the catalog reads nothing that ends with the session.
Status CheckNothingTemporary(Session* session, const Statement& statement,
                             const plan::UsedObjects& used, const std::string& view) {
  for (const auto& [kind, name] : used.temporary) {
    return MakeError(
        "INVALID_TEMP_OBJ_REFERENCE",
        {{"obj", "VIEW"}, {"objName", view}, {"tempObj", kind}, {"tempObjName", QuoteName({name})}},
        statement.position);
  }
  Status status;
  spec::ForEachTableName(*statement.query, [&](const spec::Relation& named) {
    if (!status.ok() || session->catalog().FindView(named.table_name) == nullptr) return;
    status = MakeError("INVALID_TEMP_OBJ_REFERENCE",
                       {{"obj", "VIEW"},
                        {"objName", view},
                        {"tempObj", "VIEW"},
                        {"tempObjName", QuoteName(named.table_name)}},
                       statement.position);
  });
  return status;
}

/// Looks for a way from a query through views back to one of them.
class CatalogViewCycle {
 public:
  CatalogViewCycle(const plan::Catalog& catalog, std::string target)
      : catalog_(catalog), target_(std::move(target)) {}

  /// Names without a database mean one in `database`. Gives the way, empty if there is none.
  std::string Find(const spec::Relation& query, const std::string& database) {
    std::string found;
    spec::ForEachTableName(query, [&](const spec::Relation& named) {
      if (!found.empty()) return;
      const auto& parts = named.table_name;
      const auto entry = catalog_.FindTable(
          parts.size() == 1 ? std::vector<std::string>{database, parts[0]} : parts);
      if (entry == nullptr || entry->view == nullptr) return;
      const std::string name = FullName({entry->database, entry->name});
      if (name == target_) {
        found = " -> " + name;
      } else if (seen_.insert(name).second) {
        const std::string rest = Find(*entry->view->relation, entry->view->database);
        if (!rest.empty()) found = " -> " + name + rest;
      }
    });
    return found;
  }

 private:
  const plan::Catalog& catalog_;
  const std::string target_;
  std::set<std::string> seen_;
};

/// The columns of the view: those of the query under the names and comments of the statement.
SchemaPtr ViewSchema(const Statement& statement, const plan::Node& plan) {
  arrow::FieldVector fields = plan::OutputSchema(plan)->fields();
  for (size_t i = 0; i < statement.column_names.size(); ++i) {
    fields[i] = fields[i]->WithName(statement.column_names[i]);
    if (i < statement.column_comments.size() && statement.column_comments[i]) {
      fields[i] = fields[i]->WithMetadata(
          arrow::key_value_metadata({"comment"}, {*statement.column_comments[i]}));
    }
  }
  return arrow::schema(std::move(fields));
}

/// The entry of a view whose query is that of `statement`; the catalog is only read.
Result<plan::TableEntry> MakeView(Session* session, const Statement& statement,
                                  const plan::TableName& name) {
  const plan::Catalog& catalog = session->catalog();
  plan::UsedObjects used;
  ARROW_ASSIGN_OR_RAISE(const auto plan, session->Analyze(statement.query, &used));
  const std::string full_name = FullName(name);
  ARROW_RETURN_NOT_OK(CheckNothingTemporary(session, statement, used, full_name));
  ARROW_RETURN_NOT_OK(CheckViewColumns(statement, *plan));
  if (catalog.shared()->FindTable(name.database, name.table) != nullptr) {
    const std::string path =
        CatalogViewCycle(catalog, full_name).Find(*statement.query, catalog.current_database());
    if (!path.empty()) {
      return MakeError("RECURSIVE_VIEW", {{"viewIdent", full_name}, {"newPath", full_name + path}});
    }
  }
  plan::ViewDefinition view;
  view.text = statement.query_text;
  view.relation = statement.query;
  view.database = catalog.current_database();
  for (const auto& attribute : plan->output) view.query_columns.push_back(attribute.name);
  view.schema_mode = statement.schema_mode.empty() ? kUsualSchemaMode : statement.schema_mode;
  view.eval_mode = EvalModeOf(session->SettingsSnapshot());
  plan::TableEntry entry;
  entry.name = name.table;
  entry.database = name.database;
  entry.comment = statement.comment;
  entry.properties = statement.properties;
  entry.schema = ViewSchema(statement, *plan);
  entry.view = std::make_shared<const plan::ViewDefinition>(std::move(view));
  return entry;
}

}  // namespace

Status CheckViewColumns(const Statement& statement, const plan::Node& plan) {
  std::vector<std::string> names = statement.column_names;
  std::vector<std::string> query_names;
  for (const auto& attribute : plan.output) query_names.push_back(attribute.name);
  const auto listed = [](const std::vector<std::string>& columns) {
    std::string text;
    for (const auto& name : columns) text += (text.empty() ? "`" : ", `") + name + "`";
    return text;
  };
  if (!names.empty() && names.size() != query_names.size()) {
    return MakeError(names.size() < query_names.size()
                         ? "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                         : "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                     {{"viewName", QuoteName(statement.name)},
                      {"viewColumns", listed(names)},
                      {"dataColumns", listed(query_names)}},
                     statement.position);
  }
  if (names.empty()) names = query_names;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const std::string lower = ToLowerAscii(name);
    if (!seen.insert(lower).second) {
      return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteName({lower})}});
    }
  }
  return Status::OK();
}

Result<StatementOutcome> CreateCatalogView(Session* session, const Statement& statement) {
  plan::Catalog& catalog = session->catalog();
  ARROW_ASSIGN_OR_RAISE(const plan::TableName name, catalog.Resolve(statement.name));
  if (catalog.shared()->FindDatabase(name.database) == nullptr) {
    return plan::SchemaNotFound(name.database);
  }
  ARROW_ASSIGN_OR_RAISE(plan::TableEntry entry, MakeView(session, statement, name));
  const auto found = catalog.shared()->FindTable(name.database, name.table);
  if (found != nullptr) {
    if (statement.if_not_exists) return StatementOutcome{};
    if (!statement.replace) {
      return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", FullName(name)}},
                       statement.position);
    }
    if (found->view == nullptr) {
      return MakeError("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE",
                       {{"tableName", FullName(name)}, {"operation", "CREATE OR REPLACE VIEW"}},
                       statement.position);
    }
  }
  ARROW_RETURN_NOT_OK(statement.replace ? catalog.ReplaceTable(std::move(entry))
                                        : catalog.CreateTable(std::move(entry)));
  return StatementOutcome{};
}

Result<StatementOutcome> AlterViewQuery(Session* session, const Statement& statement) {
  plan::Catalog& catalog = session->catalog();
  Statement create = statement;
  create.replace = true;
  if (catalog.FindView(statement.name) != nullptr) {
    create.is_global = statement.name.size() == 2;
    if (create.is_global) create.name = {statement.name.back()};
    return CreateView(session, create);
  }
  const auto found = catalog.FindTable(statement.name);
  if (found == nullptr) return CommandTableNotFound(session, statement);
  const plan::TableName name{found->database, found->name};
  if (found->view == nullptr) {
    return MakeError("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE",
                     {{"tableName", FullName(name)}, {"operation", "ALTER VIEW ... AS"}},
                     statement.position);
  }
  create.schema_mode = found->view->schema_mode;
  create.comment = found->comment;
  create.properties = found->properties;
  ARROW_ASSIGN_OR_RAISE(plan::TableEntry entry, MakeView(session, create, name));
  ARROW_RETURN_NOT_OK(catalog.ReplaceTable(std::move(entry)));
  return StatementOutcome{};
}

}  // namespace thalweg::session
