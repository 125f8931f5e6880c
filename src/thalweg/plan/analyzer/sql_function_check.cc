#include "thalweg/plan/analyzer/sql_function_check.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/sql_function_call.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/table_names.h"

namespace thalweg::plan {
namespace {

using Columns = std::vector<spec::RoutineColumn>;

Status CheckNullable(const Columns& columns) {
  for (const spec::RoutineColumn& column : columns) {
    if (!column.not_null) continue;
    return MakeError(
        "USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS",
        {{"input", fmt::format("{} {} NOT NULL", column.name, SqlTypeName(*column.type))}});
  }
  return Status::OK();
}

// `key`: what the condition calls the names.
Status CheckNamesDiffer(const Columns& columns, const std::string& condition,
                        const std::string& key, const std::string& function) {
  std::set<std::string> names;
  for (const spec::RoutineColumn& column : columns) {
    const std::string name = ToLowerAscii(column.name);
    if (names.insert(name).second) continue;
    return MakeError(condition, {{"routineName", function}, {key, QuoteIdentifier(name)}});
  }
  return Status::OK();
}

// A name in a default value: there are no columns. Null if there is none.
const spec::Expression* FindName(const spec::Expression& expression) {
  if (expression.kind == spec::ExpressionKind::kAttribute) return &expression;
  if (expression.kind == spec::ExpressionKind::kLambda) return nullptr;
  for (const spec::ExpressionPtr& child : expression.children) {
    if (const spec::Expression* found = FindName(*child)) return found;
  }
  return nullptr;
}

Status CheckDefault(const AnalyzerContext& context, const spec::RoutineColumn& parameter,
                    const std::string& function) {
  if (spec::HasSubquery(*parameter.default_value)) {
    return MakeError("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION",
                     {{"functionName", function}, {"parameterName", parameter.name}});
  }
  if (const spec::Expression* name = FindName(*parameter.default_value)) {
    return MakeError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
                     {{"objectName", QuoteIdentifiers(name->name)}}, name->position);
  }
  return ResolveParameterDefault(context, parameter).status();
}

Status CheckParameters(const AnalyzerContext& context, const Columns& parameters,
                       const std::string& function) {
  ARROW_RETURN_NOT_OK(CheckNullable(parameters));
  ARROW_RETURN_NOT_OK(
      CheckNamesDiffer(parameters, "DUPLICATE_ROUTINE_PARAMETER_NAMES", "names", function));
  const spec::RoutineColumn* with_default = nullptr;
  for (const spec::RoutineColumn& parameter : parameters) {
    if (parameter.default_value != nullptr) {
      with_default = &parameter;
    } else if (with_default != nullptr) {
      return MakeError("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION",
                       {{"functionName", function},
                        {"parameterName", with_default->name},
                        {"nextParameterName", parameter.name}});
    }
  }
  for (const spec::RoutineColumn& parameter : parameters) {
    if (parameter.default_value == nullptr) continue;
    ARROW_RETURN_NOT_OK(CheckDefault(context, parameter, function));
  }
  return Status::OK();
}

// A function that is not there is told as one here, of the current database.
Status TellRoutine(const AnalyzerContext& context, const Status& status) {
  const ErrorDetail* detail = GetErrorDetail(status);
  if (detail == nullptr) return status;
  const bool scalar = detail->condition() == "UNRESOLVED_ROUTINE";
  if (!scalar && detail->condition() != "UNRESOLVABLE_TABLE_VALUED_FUNCTION") return status;
  const auto found = detail->parameters().find(scalar ? "routineName" : "name");
  std::string name = found == detail->parameters().end() ? std::string() : found->second;
  if (name.find("`.`") == std::string::npos) {
    name = QuoteIdentifier(context.catalog->current_database()) + "." + name;
  }
  return MakeError("ROUTINE_NOT_FOUND", {{"routineName", name}}, detail->position());
}

// Whether each column of a query has a name of its own.
bool NamesItsColumns(const spec::Relation& query) {
  const std::vector<spec::ExpressionPtr>* items = nullptr;
  if (query.kind == spec::RelationKind::kProject) items = &query.expressions;
  if (query.kind == spec::RelationKind::kAggregate) items = &query.outputs;
  if (items == nullptr) return true;
  for (const spec::ExpressionPtr& item : *items) {
    const bool named = item->kind == spec::ExpressionKind::kAlias ||
                       item->kind == spec::ExpressionKind::kAttribute ||
                       item->kind == spec::ExpressionKind::kStar;
    if (!named) return false;
  }
  return true;
}

// The body is resolved as it will be in calls; fills in what the statement leaves out.
class BodyCheck {
 public:
  BodyCheck(const AnalyzerContext& context, SqlFunction* function, spec::RoutineDefinition* routine)
      : context_(context), function_(function), routine_(routine) {
    context_.used = &used_;
  }

  Status Run() {
    ARROW_ASSIGN_OR_RAISE(const auto body,
                          SqlFunctionBody::Make(context_, *function_, /*hides_temporary=*/false));
    ARROW_RETURN_NOT_OK(routine_->is_table ? RunTable(body.get()) : RunScalar(body.get()));
    ARROW_RETURN_NOT_OK(CheckTemporary());
    const bool reads = ReadsData();
    if (reads && routine_->contains_sql == true)
      return MakeError("INVALID_SQL_FUNCTION_DATA_ACCESS");
    function_->contains_sql = routine_->contains_sql.value_or(!reads);
    return Status::OK();
  }

 private:
  Status RunScalar(SqlFunctionBody* body) {
    std::vector<Subquery> subqueries;
    const Result<Resolved> resolved = body->ResolveScalar(&subqueries);
    if (!resolved.ok()) return TellRoutine(context_, resolved.status());
    routine_->return_type = resolved->expression->type();
    function_->deterministic =
        routine_->deterministic.value_or(resolved->expression->IsDeterministic());
    return Status::OK();
  }

  Status RunTable(SqlFunctionBody* body) {
    if (routine_->query == nullptr) {
      return MakeError("USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY",
                       {{"name", function_->name}});
    }
    std::vector<Attribute> used;
    const Result<AnalyzedRelation> query = body->ResolveTable(&used);
    if (!query.ok()) return TellRoutine(context_, query.status());
    const std::vector<Attribute>& output = query->scope.attributes;
    if (routine_->columns.empty()) {
      if (!NamesItsColumns(*routine_->query)) {
        return MakeError("USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_MISSING_COLUMN_NAMES",
                         {{"functionName", QuoteIdentifier(function_->name)}});
      }
      for (const Attribute& attribute : output) {
        spec::RoutineColumn column;
        column.name = attribute.name;
        column.type = attribute.type;
        routine_->columns.push_back(std::move(column));
      }
    }
    ARROW_RETURN_NOT_OK(CheckNullable(routine_->columns));
    ARROW_RETURN_NOT_OK(CheckNamesDiffer(routine_->columns, "DUPLICATE_ROUTINE_RETURNS_COLUMNS",
                                         "columns", function_->name));
    if (output.size() != routine_->columns.size()) {
      return MakeError("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
                       {{"outputSize", std::to_string(output.size())},
                        {"returnParamSize", std::to_string(routine_->columns.size())},
                        {"name", function_->name}});
    }
    function_->deterministic = routine_->deterministic.value_or(true);
    return Status::OK();
  }

  // The tables that the body names are told to `visit`.
  void ForEachTable(const std::function<void(const spec::Relation&)>& visit) const {
    if (routine_->query != nullptr) return spec::ForEachTableName(*routine_->query, visit);
    spec::Relation item;
    item.kind = spec::RelationKind::kProject;
    item.expressions = {routine_->expression};
    spec::ForEachTableName(item, visit);
  }

  Status CheckTemporary() const {
    if (function_->is_temporary()) return Status::OK();
    Status status;
    ForEachTable([&](const spec::Relation& table) {
      if (!status.ok() || context_.catalog->FindView(table.table_name) == nullptr) return;
      status = Refuse("VIEW", QuoteIdentifiers(table.table_name));
    });
    if (status.ok() && !used_.temporary.empty()) {
      const auto& [kind, name] = used_.temporary[0];
      return Refuse(kind, QuoteIdentifier(name));
    }
    return status;
  }

  Status Refuse(const std::string& kind, const std::string& name) const {
    return MakeError(
        "INVALID_TEMP_OBJ_REFERENCE",
        {{"obj", "FUNCTION"}, {"objName", ObjectName()}, {"tempObj", kind}, {"tempObjName", name}});
  }

  std::string ObjectName() const {
    return QuoteIdentifiers({function_->database, function_->name});
  }

  bool ReadsData() const {
    bool reads = used_.reads_sql_data;
    ForEachTable([&reads](const spec::Relation&) { reads = true; });
    return reads;
  }

  AnalyzerContext context_;
  SqlFunction* function_;
  spec::RoutineDefinition* routine_;
  UsedObjects used_;
};

}  // namespace

Result<SqlFunction> CheckSqlFunction(const AnalyzerContext& context, SqlFunction function) {
  auto routine = std::make_shared<spec::RoutineDefinition>(*function.definition);
  ARROW_RETURN_NOT_OK(CheckParameters(context, routine->parameters, function.name));
  ARROW_RETURN_NOT_OK(BodyCheck(context, &function, routine.get()).Run());
  function.definition = std::move(routine);
  return function;
}

}  // namespace thalweg::plan
