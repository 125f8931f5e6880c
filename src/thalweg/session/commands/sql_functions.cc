// CREATE FUNCTION, DROP FUNCTION, SHOW FUNCTIONS and DESCRIBE FUNCTION of functions in SQL.

#include "thalweg/session/commands/sql_functions.h"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

namespace spec = plan::spec;

/// The name of a temporary function: f, session.f or system.session.f.
Result<std::string> TemporaryName(const Statement& statement) {
  if (const auto name = plan::VariableName(statement.name)) return *name;
  const std::vector<std::string> qualifier(statement.name.begin(), statement.name.end() - 1);
  return MakeError("INVALID_TEMP_OBJ_QUALIFIER",
                   {{"objectType", "FUNCTION"},
                    {"objectName", QuoteName({statement.name.back()})},
                    {"qualifier", QuoteName(qualifier)}},
                   statement.position);
}

/// Whether the program registered a function of this name.
bool IsRegistered(const plan::Catalog& catalog, const std::string& name) {
  return catalog.FindFunction(name) != nullptr || catalog.FindTableFunction(name) != nullptr;
}

Status AlreadyExists(const std::vector<std::string>& name, const Statement& statement) {
  return MakeError("ROUTINE_ALREADY_EXISTS",
                   {{"newRoutineType", "routine"},
                    {"routineName", QuoteName(name)},
                    {"existingRoutineType", "routine"}},
                   statement.position);
}

Status RoutineNotFound(const std::vector<std::string>& name, const Statement& statement) {
  return MakeError("ROUTINE_NOT_FOUND", {{"routineName", QuoteName(name)}}, statement.position);
}

/// Functions take and give no CHAR and VARCHAR.
Result<spec::RoutinePtr> CheckTypes(const spec::RoutinePtr& declared, const Settings& settings) {
  auto routine = std::make_shared<spec::RoutineDefinition>(*declared);
  for (auto* columns : {&routine->parameters, &routine->columns}) {
    for (spec::RoutineColumn& column : *columns) {
      ARROW_ASSIGN_OR_RAISE(column.type, RefuseCharTypes(column.type, settings));
    }
  }
  if (routine->return_type != nullptr) {
    ARROW_ASSIGN_OR_RAISE(routine->return_type, RefuseCharTypes(routine->return_type, settings));
  }
  return routine;
}

Result<plan::SqlFunction> MakeFunction(const Session& session, const Statement& statement,
                                       std::string database, std::string name) {
  plan::SqlFunction function;
  function.name = std::move(name);
  function.database = std::move(database);
  const Settings settings = session.SettingsSnapshot();
  ARROW_ASSIGN_OR_RAISE(function.definition, CheckTypes(statement.routine, settings));
  function.created_millis = session.clock()->NowMillis();
  function.eval_mode = EvalModeOf(settings);
  for (const char* key : {"spark.sql.ansi.enabled", "spark.sql.session.timeZone"}) {
    function.settings[key] = settings.Get(key);
  }
  return function;
}

Result<StatementOutcome> CreateTemporary(Session* session, const Statement& statement) {
  plan::Catalog& catalog = session->catalog();
  ARROW_ASSIGN_OR_RAISE(const std::string name, TemporaryName(statement));
  const bool registered = IsRegistered(catalog, name);
  if (registered && statement.replace) {
    return MakeError("USER_DEFINED_FUNCTIONS.CANNOT_REPLACE_NON_SQL_UDF_WITH_SQL_UDF",
                     {{"name", name}}, statement.position);
  }
  ARROW_ASSIGN_OR_RAISE(const auto made, MakeFunction(*session, statement, "", name));
  ARROW_ASSIGN_OR_RAISE(plan::SqlFunction function, session->CheckFunction(made));
  if (!statement.replace && (registered || catalog.sql_functions().Find(name) != nullptr)) {
    return AlreadyExists({name}, statement);
  }
  catalog.sql_functions().Put(std::make_shared<const plan::SqlFunction>(std::move(function)));
  return StatementOutcome{};
}

Result<StatementOutcome> DropTemporary(Session* session, const Statement& statement) {
  plan::Catalog& catalog = session->catalog();
  ARROW_ASSIGN_OR_RAISE(const std::string name, TemporaryName(statement));
  if (catalog.sql_functions().Remove(name) || catalog.DropFunction(name)) return StatementOutcome{};
  if (session->IsBuiltinFunction(name)) return FunctionForbidden(name, statement);
  if (!statement.if_exists) return RoutineNotFound({name}, statement);
  return StatementOutcome{};
}

/// Texts side by side, each as wide as the widest of its column, the last of a row as it is.
std::vector<std::string> Aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += ' ';
      line += row[i];
      if (i < 2) line.append(widths[i] - row[i].size(), ' ');
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> ColumnLines(const std::vector<spec::RoutineColumn>& columns,
                                     bool extended) {
  std::vector<std::vector<std::string>> rows;
  for (const spec::RoutineColumn& column : columns) {
    std::vector<std::string> row = {column.name, SqlTypeName(*column.type)};
    if (extended && column.default_value != nullptr)
      row.push_back("DEFAULT " + column.default_text);
    if (extended && column.comment) row.push_back("'" + *column.comment + "'");
    rows.push_back(std::move(row));
  }
  return rows.empty() ? std::vector<std::string>{"()"} : Aligned(rows);
}

std::string TimeText(int64_t millis) {
  const std::time_t seconds = static_cast<std::time_t>(millis / 1000);
  return fmt::format("{:%a %b %d %H:%M:%S} UTC {:%Y}", fmt::gmtime(seconds), fmt::gmtime(seconds));
}

/// Lines of a name and texts, of which the first stands beside the name.
class Description {
 public:
  explicit Description(size_t width) : width_(width) {}

  void Add(const std::string& name, const std::vector<std::string>& texts) {
    std::string start = name + ":";
    for (const std::string& text : texts) {
      start.append(width_ - start.size(), ' ');
      rows_.push_back({start + text});
      start.clear();
    }
  }

  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

 private:
  const size_t width_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

Status FunctionForbidden(const std::string& name, const Statement& statement) {
  return MakeError(
      "FORBIDDEN_OPERATION",
      {{"statement", "DROP"}, {"objectType", "FUNCTION"}, {"objectName", QuoteName({name})}},
      statement.position);
}

Result<StatementOutcome> CreateFunction(Session* session, const Statement& statement) {
  if (!statement.is_persistent) return CreateTemporary(session, statement);
  plan::Catalog& catalog = session->catalog();
  ARROW_ASSIGN_OR_RAISE(plan::TableName name, catalog.Resolve(statement.name));
  const auto database = catalog.shared()->FindDatabase(name.database);
  if (database == nullptr) return plan::SchemaNotFound(name.database);
  const bool exists = catalog.shared()->FindFunction(name.database, name.table) != nullptr;
  if (exists && statement.if_not_exists) return StatementOutcome{};
  ARROW_ASSIGN_OR_RAISE(const auto made,
                        MakeFunction(*session, statement, database->name, name.table));
  ARROW_ASSIGN_OR_RAISE(plan::SqlFunction function, session->CheckFunction(made));
  if (exists && !statement.replace) return AlreadyExists({database->name, name.table}, statement);
  ARROW_RETURN_NOT_OK(catalog.shared()->CreateFunction(
      std::make_shared<const plan::SqlFunction>(std::move(function)), statement.replace));
  return StatementOutcome{};
}

Result<StatementOutcome> DropFunction(Session* session, const Statement& statement) {
  if (!statement.is_persistent) return DropTemporary(session, statement);
  plan::Catalog& catalog = session->catalog();
  if (statement.name.size() == 1) {
    const std::string& name = statement.name[0];
    if (session->IsBuiltinFunction(name)) return FunctionForbidden(name, statement);
    if (catalog.sql_functions().Find(name) != nullptr || IsRegistered(catalog, name)) {
      return MakeError(
          "EXPECT_PERSISTENT_FUNCTION_NOT_TEMP",
          {{"functionName", QuoteName({name})},
           {"operation", "DROP FUNCTION"},
           {"alternative", " Please use DROP TEMPORARY FUNCTION to drop a temporary function."}},
          statement.position);
    }
  }
  ARROW_ASSIGN_OR_RAISE(const plan::TableName name, catalog.Resolve(statement.name));
  if (catalog.shared()->FindDatabase(name.database) == nullptr) {
    return plan::SchemaNotFound(name.database);
  }
  if (!catalog.shared()->DropFunction(name.database, name.table) && !statement.if_exists) {
    return RoutineNotFound({name.database, name.table}, statement);
  }
  return StatementOutcome{};
}

Result<StatementOutcome> ShowFunctions(Session* session, const Statement& statement) {
  const plan::Catalog& catalog = session->catalog();
  const std::string database =
      statement.name.empty() ? catalog.current_database() : statement.name.back();
  if (catalog.shared()->FindDatabase(database) == nullptr) return plan::SchemaNotFound(database);
  std::vector<std::string> names;
  const auto add = [&](const std::string& name, const std::string& shown) {
    if (MatchesPattern(name, statement.pattern)) names.push_back(shown);
  };
  if (statement.key != "SYSTEM") {
    for (const auto& function : catalog.sql_functions().All()) add(function->name, function->name);
    for (const std::string& name : catalog.FunctionNames()) add(name, name);
    for (const auto& function : catalog.shared()->Functions(database)) {
      add(function->name, function->FullName());
    }
  }
  if (statement.key != "USER") {
    for (const std::string& name : session->functions().Names()) add(name, name);
  }
  std::sort(names.begin(), names.end());
  std::vector<std::vector<std::string>> rows;
  for (std::string& name : names) rows.push_back({std::move(name)});
  return TextRows({"function"}, rows);
}

Result<StatementOutcome> DescribeSqlFunction(const plan::SqlFunction& function, bool extended) {
  const spec::RoutineDefinition& definition = *function.definition;
  Description lines(extended ? 15 : 10);
  lines.Add("Function", {function.FullName()});
  lines.Add("Type", {definition.is_table ? "TABLE" : "SCALAR"});
  lines.Add("Input", ColumnLines(definition.parameters, extended));
  lines.Add("Returns", definition.is_table
                           ? ColumnLines(definition.columns, extended)
                           : std::vector<std::string>{SqlTypeName(*definition.return_type)});
  if (extended) {
    if (!definition.comment.empty()) lines.Add("Comment", {definition.comment});
    lines.Add("Deterministic", {function.deterministic ? "true" : "false"});
    lines.Add("Data Access", {function.contains_sql ? "CONTAINS SQL" : "READS SQL DATA"});
    std::vector<std::string> settings;
    for (const auto& [key, value] : function.settings) settings.push_back(key + "=" + value);
    lines.Add("Configs", settings);
    lines.Add("Create Time", {TimeText(function.created_millis)});
    lines.Add("Body", {definition.body_text});
  }
  return TextRows({"function_desc"}, lines.rows());
}

}  // namespace thalweg::session
