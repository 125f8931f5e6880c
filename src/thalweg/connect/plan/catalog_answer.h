#pragma once

// Operations of spark.catalog: each is done while the plan is translated, and answers by a table.

#include <optional>
#include <string>
#include <vector>

#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {

/// Texts of a column; nothing is NULL.
using TextColumn = std::vector<std::optional<std::string>>;

/// A local relation under construction. All columns have the same length.
class AnswerTable {
 public:
  void AddText(const std::string& name, const TextColumn& values);
  void AddBoolean(const std::string& name, const std::vector<bool>& values);
  /// Lists of at most one text: nothing is an empty list.
  void AddTextLists(const std::string& name, const TextColumn& values);
  /// Lists of one text: nothing is NULL.
  void AddNullableLists(const std::string& name, const TextColumn& values);
  Result<RelationDraft> Finish();

 private:
  void AddColumn(const std::string& name, const TypePtr& type, arrow::ArrayBuilder* builder);

  Status status_;
  arrow::FieldVector fields_;
  Batch batch_;
};

Result<RelationDraft> AnswerText(const std::string& name, const std::string& value);
Result<RelationDraft> AnswerBoolean(bool value);
Result<RelationDraft> AnswerNothing();

/// The parts of a name that the client sends as one text, and maybe a database beside it.
Result<std::vector<std::string>> CatalogName(const std::string& text, const std::string& database);
/// The name of a database that there is: `text` ("d" or "spark_catalog.d"), else the current one.
/// Errors: SCHEMA_NOT_FOUND.
Result<std::string> FindDatabaseName(plan::Catalog* catalog, const std::string& text);
/// Whether `name` matches: * is any text, | between alternatives, case ignored. Empty: all match.
bool MatchesCatalogPattern(const std::string& name, const std::string& pattern);

Result<RelationDraft> TranslateDatabaseCall(Translator* translator, const proto::Catalog& call);
Result<RelationDraft> TranslateFunctionCall(Translator* translator, const proto::Catalog& call);
Result<RelationDraft> TranslateTableCall(Translator* translator, const proto::Catalog& call);
Result<RelationDraft> TranslateCacheCall(Translator* translator, const proto::Catalog& call);

}  // namespace thalweg::connect
