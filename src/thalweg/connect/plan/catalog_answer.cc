#include "thalweg/connect/plan/catalog_answer.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

/// * any text. A star that has matched too little takes one character more: the last one is enough.
bool MatchesOne(std::string_view text, std::string_view pattern) {
  size_t at = 0;
  size_t p = 0;
  size_t star = std::string_view::npos;
  size_t after_star = 0;
  while (at < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = at;
    } else if (p < pattern.size() && pattern[p] == text[at]) {
      ++at;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      at = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

void AnswerTable::AddText(const std::string& name, const TextColumn& values) {
  arrow::StringBuilder builder;
  for (const auto& value : values) status_ &= value ? builder.Append(*value) : builder.AppendNull();
  AddColumn(name, arrow::utf8(), &builder);
}

void AnswerTable::AddBoolean(const std::string& name, const std::vector<bool>& values) {
  arrow::BooleanBuilder builder;
  for (const bool value : values) status_ &= builder.Append(value);
  AddColumn(name, arrow::boolean(), &builder);
}

void AnswerTable::AddTextLists(const std::string& name, const TextColumn& values) {
  auto texts = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder builder(arrow::default_memory_pool(), texts, ArrayOf(arrow::utf8()));
  for (const auto& value : values) {
    status_ &= builder.Append();
    if (value) status_ &= texts->Append(*value);
  }
  AddColumn(name, ArrayOf(arrow::utf8()), &builder);
}

void AnswerTable::AddNullableLists(const std::string& name, const TextColumn& values) {
  auto texts = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder builder(arrow::default_memory_pool(), texts, ArrayOf(arrow::utf8()));
  for (const auto& value : values) {
    status_ &= value ? builder.Append() : builder.AppendNull();
    if (value) status_ &= texts->Append(*value);
  }
  AddColumn(name, ArrayOf(arrow::utf8()), &builder);
}

Result<RelationDraft> AnswerTable::Finish() {
  ARROW_RETURN_NOT_OK(status_);
  RelationDraft relation = Derive(RelationKind::kLocal, nullptr);
  relation->schema = arrow::schema(fields_);
  if (!batch_.columns.empty()) batch_.num_rows = batch_.columns[0]->length();
  relation->batches = {std::move(batch_)};
  return relation;
}

void AnswerTable::AddColumn(const std::string& name, const TypePtr& type,
                            arrow::ArrayBuilder* builder) {
  auto array = builder->Finish();
  status_ &= array.status();
  if (!array.ok()) return;
  fields_.push_back(arrow::field(name, type));
  batch_.columns.push_back(array.MoveValueUnsafe());
}

Result<RelationDraft> AnswerText(const std::string& name, const std::string& value) {
  AnswerTable table;
  table.AddText(name, {value});
  return table.Finish();
}

Result<RelationDraft> AnswerBoolean(bool value) {
  AnswerTable table;
  table.AddBoolean("value", {value});
  return table.Finish();
}

Result<RelationDraft> AnswerNothing() {
  RelationDraft relation = Derive(RelationKind::kLocal, nullptr);
  relation->schema = arrow::schema({});
  return relation;
}

Result<std::vector<std::string>> CatalogName(const std::string& text, const std::string& database) {
  if (database.empty()) return sql::ParseMultipartName(text);
  return std::vector<std::string>{database, text};
}

Result<std::string> FindDatabaseName(plan::Catalog* catalog, const std::string& text) {
  if (text.empty()) return catalog->current_database();
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(text));
  const bool has_catalog = name.size() == 2 && ToLowerAscii(name[0]) == plan::kSessionCatalogName;
  const auto found =
      name.size() == 1 || has_catalog ? catalog->shared()->FindDatabase(name.back()) : nullptr;
  if (found == nullptr) return plan::SchemaNotFound(name.back());
  return found->name;
}

bool MatchesCatalogPattern(const std::string& name, const std::string& pattern) {
  if (pattern.empty()) return true;
  const std::string text = ToLowerAscii(name);
  const std::string lower = ToLowerAscii(pattern);
  for (size_t begin = 0; begin <= lower.size();) {
    const size_t end = std::min(lower.find('|', begin), lower.size());
    if (MatchesOne(text, std::string_view(lower).substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace thalweg::connect
