// Functions: those of the engine, and those that the program registered.

#include <set>

#include "thalweg/connect/plan/catalog_answer.h"
#include "thalweg/plan/analyzer/window_function.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using proto::Catalog;

struct FunctionRow {
  std::string name;
  std::optional<std::string> description;
  std::string class_name;
};

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

/// Functions have names of one part: what a database is asked for is not there.
std::optional<FunctionRow> Find(session::Session* engine, const std::vector<std::string>& name) {
  if (name.size() != 1) return std::nullopt;
  const std::string lower = ToLowerAscii(name[0]);
  const plan::Catalog& catalog = engine->catalog();
  if (catalog.FindFunction(lower) != nullptr || catalog.FindTableFunction(lower) != nullptr) {
    return FunctionRow{lower, std::nullopt, ""};
  }
  return FindBuiltin(engine->functions(), lower);
}

Result<RelationDraft> AnswerFunctions(const std::vector<FunctionRow>& rows) {
  TextColumn names;
  TextColumn descriptions;
  TextColumn classes;
  for (const FunctionRow& row : rows) {
    names.emplace_back(row.name);
    descriptions.push_back(row.description);
    classes.emplace_back(row.class_name);
  }
  AnswerTable table;
  table.AddText("name", names);
  table.AddText("catalog", TextColumn(names.size()));
  table.AddNullLists("namespace", names.size());
  table.AddText("description", descriptions);
  table.AddText("className", classes);
  table.AddBoolean("isTemporary", std::vector<bool>(names.size(), true));
  return table.Finish();
}

Result<RelationDraft> ListFunctions(session::Session* engine, const proto::ListFunctions& list) {
  ARROW_RETURN_NOT_OK(FindDatabaseName(&engine->catalog(), list.db_name()).status());
  std::set<std::string> names;
  for (const std::string& name : engine->functions().Names()) names.insert(name);
  for (const std::string& name : engine->catalog().FunctionNames()) names.insert(name);
  std::vector<FunctionRow> rows;
  for (const std::string& name : names) {
    if (!MatchesCatalogPattern(name, list.pattern())) continue;
    if (auto row = Find(engine, {name})) rows.push_back(std::move(*row));
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
