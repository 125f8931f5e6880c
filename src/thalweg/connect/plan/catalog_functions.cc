// Functions: those of the engine, and those that the program registered.

#include <set>

#include "thalweg/connect/plan/catalog_answer.h"
#include "thalweg/plan/analyzer/window_function.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using proto::Catalog;

struct FunctionRow {
  std::string name;
  std::optional<std::string> description;
  std::string class_name;
  std::optional<std::string> database = std::nullopt;  // none: a temporary one
};

FunctionRow RowOf(const plan::SqlFunction& function) {
  const std::string& comment = function.definition->comment;
  FunctionRow row{function.name, std::nullopt, "sqlFunction."};
  if (!comment.empty()) row.description = comment;
  if (!function.is_temporary()) row.database = function.database;
  return row;
}

/// What the engine calls `name`; nothing if it has no such function.
std::optional<FunctionRow> FindBuiltin(const functions::FunctionRegistry& functions,
                                       const std::string& name) {
  if (const auto* scalar = functions.FindScalar(name)) return FunctionRow{name, scalar->usage, ""};
  if (const auto* aggregate = functions.FindAggregate(name)) {
    return FunctionRow{name, aggregate->usage, ""};
  }
  if (const auto* generator = functions.FindGenerator(name)) {
    return FunctionRow{name, generator->usage, ""};
  }
  if (plan::IsWindowFunctionName(name)) return FunctionRow{name, std::nullopt, ""};
  return std::nullopt;
}

/// A function that is not in SQL.
std::optional<FunctionRow> FindOther(session::Session* engine, const std::string& name) {
  const std::string lower = ToLowerAscii(name);
  const plan::Catalog& catalog = engine->catalog();
  if (catalog.FindFunction(lower) != nullptr || catalog.FindTableFunction(lower) != nullptr) {
    return FunctionRow{lower, std::nullopt, ""};
  }
  return FindBuiltin(engine->functions(), lower);
}

/// Only functions in SQL have a database.
std::optional<FunctionRow> Find(session::Session* engine, const std::vector<std::string>& name) {
  if (const auto function = engine->FindSqlFunction(name)) return RowOf(*function);
  return name.size() == 1 ? FindOther(engine, name[0]) : std::nullopt;
}

Result<RelationDraft> AnswerFunctions(const std::vector<FunctionRow>& rows) {
  TextColumn names;
  TextColumn descriptions;
  TextColumn classes;
  TextColumn catalogs;
  TextColumn databases;
  std::vector<bool> temporary;
  for (const FunctionRow& row : rows) {
    names.emplace_back(row.name);
    descriptions.push_back(row.description);
    classes.emplace_back(row.class_name);
    databases.push_back(row.database);
    catalogs.push_back(row.database ? std::optional<std::string>(plan::kSessionCatalogName)
                                    : std::nullopt);
    temporary.push_back(!row.database);
  }
  AnswerTable table;
  table.AddText("name", names);
  table.AddText("catalog", catalogs);
  table.AddNullableLists("namespace", databases);
  table.AddText("description", descriptions);
  table.AddText("className", classes);
  table.AddBoolean("isTemporary", temporary);
  return table.Finish();
}

Result<RelationDraft> ListFunctions(session::Session* engine, const proto::ListFunctions& list) {
  const plan::Catalog& catalog = engine->catalog();
  ARROW_ASSIGN_OR_RAISE(const std::string database,
                        FindDatabaseName(&engine->catalog(), list.db_name()));
  std::set<std::string> names;
  for (const std::string& name : engine->functions().Names()) names.insert(name);
  for (const std::string& name : engine->catalog().FunctionNames()) names.insert(name);
  std::vector<FunctionRow> rows;
  for (const std::string& name : names) {
    if (!MatchesCatalogPattern(name, list.pattern())) continue;
    if (auto row = FindOther(engine, name)) rows.push_back(std::move(*row));
  }
  for (const auto& functions :
       {catalog.sql_functions().All(), catalog.shared()->Functions(database)}) {
    for (const plan::SqlFunctionPtr& function : functions) {
      if (MatchesCatalogPattern(function->name, list.pattern())) rows.push_back(RowOf(*function));
    }
  }
  return AnswerFunctions(rows);
}

Result<RelationDraft> GetFunction(session::Session* engine, const std::vector<std::string>& name) {
  const auto row = Find(engine, name);
  if (row) return AnswerFunctions({*row});
  ARROW_RETURN_NOT_OK(engine->catalog().Resolve(name).status());
  return MakeError("UNRESOLVED_ROUTINE", {{"routineName", plan::QuoteIdentifiers(name)},
                                          {"searchPath", plan::SearchPath()}});
}

}  // namespace

Result<RelationDraft> TranslateFunctionCall(Translator* translator, const Catalog& call) {
  session::Session* engine = &translator->session()->engine();
  switch (call.cat_type_case()) {
    case Catalog::kListFunctions:
      return ListFunctions(engine, call.list_functions());
    case Catalog::kGetFunction: {
      const proto::GetFunction& get = call.get_function();
      ARROW_ASSIGN_OR_RAISE(const auto name, CatalogName(get.function_name(), get.db_name()));
      return GetFunction(engine, name);
    }
    case Catalog::kFunctionExists: {
      const proto::FunctionExists& exists = call.function_exists();
      ARROW_ASSIGN_OR_RAISE(const auto name, CatalogName(exists.function_name(), exists.db_name()));
      return AnswerBoolean(Find(engine, name).has_value());
    }
    default: {
      const auto* field = Catalog::descriptor()->FindFieldByNumber(call.cat_type_case());
      if (field == nullptr) return MissingPart("Catalog", "cat_type");
      return UnsupportedFeature("the catalog operation '" + field->name() + "'");
    }
  }
}

}  // namespace thalweg::connect
