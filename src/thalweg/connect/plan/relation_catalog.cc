// The catalog: each operation is done while the plan is translated, and its answer is a table.

#include <arrow/api.h>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using plan::ViewEntry;
using proto::Catalog;

constexpr char kCatalogName[] = "spark_catalog";
constexpr char kDatabaseName[] = "default";

/// A table with columns of text ("" is NULL where nullable) and of truth values.
class TableBuilder {
 public:
  void AddText(const std::string& name, std::vector<std::optional<std::string>> values) {
    arrow::StringBuilder builder;
    for (const auto& value : values) {
      status_ &= value ? builder.Append(*value) : builder.AppendNull();
    }
    AddColumn(name, arrow::utf8(), &builder);
  }
  void AddBoolean(const std::string& name, const std::vector<bool>& values) {
    arrow::BooleanBuilder builder;
    for (const bool value : values) status_ &= builder.Append(value);
    AddColumn(name, arrow::boolean(), &builder);
  }
  void AddTextLists(const std::string& name, size_t count, const std::vector<std::string>& list) {
    arrow::ListBuilder builder(arrow::default_memory_pool(),
                               std::make_shared<arrow::StringBuilder>(), ArrayOf(arrow::utf8()));
    for (size_t i = 0; i < count; ++i) {
      status_ &= builder.Append();
      for (const std::string& text : list) {
        status_ &= static_cast<arrow::StringBuilder*>(builder.value_builder())->Append(text);
      }
    }
    AddColumn(name, ArrayOf(arrow::utf8()), &builder);
  }

  Result<RelationDraft> Finish() {
    ARROW_RETURN_NOT_OK(status_);
    RelationDraft relation = Derive(RelationKind::kLocal, nullptr);
    relation->schema = arrow::schema(fields_);
    if (!batch_.columns.empty()) batch_.num_rows = batch_.columns[0]->length();
    relation->batches = {std::move(batch_)};
    return relation;
  }

 private:
  void AddColumn(const std::string& name, const TypePtr& type, arrow::ArrayBuilder* builder) {
    auto array = builder->Finish();
    status_ &= array.status();
    if (!array.ok()) return;
    fields_.push_back(arrow::field(name, type));
    batch_.columns.push_back(array.MoveValueUnsafe());
  }

  Status status_;
  arrow::FieldVector fields_;
  Batch batch_;
};

Result<RelationDraft> OneText(const std::string& name, const std::string& value) {
  TableBuilder table;
  table.AddText(name, {value});
  return table.Finish();
}

Result<RelationDraft> OneBoolean(bool value) {
  TableBuilder table;
  table.AddBoolean("value", {value});
  return table.Finish();
}

Result<RelationDraft> Nothing() {
  RelationDraft relation = Derive(RelationKind::kLocal, nullptr);
  relation->schema = arrow::schema({});
  return relation;
}

Status SchemaNotFound(const std::string& name) {
  return MakeError("SCHEMA_NOT_FOUND",
                   {{"schemaName", QuoteIdentifier(kCatalogName) + "." + QuoteIdentifier(name)}});
}

Status CheckDatabase(const std::string& name) {
  return name.empty() || ToLowerAscii(name) == kDatabaseName ? Status::OK() : SchemaNotFound(name);
}

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

/// * any text, | alternatives, case ignored.
bool Matches(const std::string& name, const std::string& pattern) {
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

struct TableRow {
  std::string name;
  std::optional<std::string> comment;
  bool is_view = false;
};

Result<RelationDraft> TablesOf(const std::vector<TableRow>& rows) {
  TableBuilder table;
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<std::string>> catalogs;
  std::vector<std::optional<std::string>> comments;
  std::vector<std::optional<std::string>> types;
  std::vector<bool> temporary;
  for (const TableRow& row : rows) {
    names.emplace_back(row.name);
    catalogs.push_back(row.is_view ? std::nullopt : std::optional<std::string>(kCatalogName));
    comments.push_back(row.comment);
    types.emplace_back(row.is_view ? "TEMPORARY" : "EXTERNAL");
    temporary.push_back(row.is_view);
  }
  table.AddText("name", names);
  table.AddText("catalog", catalogs);
  table.AddTextLists("namespace", rows.size(), {});
  table.AddText("description", comments);
  table.AddText("tableType", types);
  table.AddBoolean("isTemporary", temporary);
  return table.Finish();
}

std::vector<TableRow> AllTables(plan::Catalog* catalog, const std::string& pattern,
                                bool with_tables) {
  std::vector<TableRow> rows;
  for (const auto& view : catalog->Views()) {
    if (Matches(view->name, pattern)) rows.push_back({view->name, std::nullopt, true});
  }
  if (!with_tables) return rows;
  for (const auto& table : catalog->Tables()) {
    if (Matches(table->name, pattern)) rows.push_back({table->name, table->comment, false});
  }
  return rows;
}

Result<RelationDraft> GetTable(plan::Catalog* catalog, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(text));
  if (const auto view = catalog->FindView(name.back())) {
    return TablesOf({{view->name, std::nullopt, true}});
  }
  if (const auto table = catalog->FindTable(name.back())) {
    return TablesOf({{table->name, table->comment, false}});
  }
  return MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", QuoteIdentifier(name.back())}});
}

Result<RelationDraft> ListColumns(Translator* translator, const std::string& text) {
  RelationDraft table = Derive(RelationKind::kTable, nullptr);
  ARROW_ASSIGN_OR_RAISE(table->table_name, sql::ParseMultipartName(text));
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(table));
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<std::string>> types;
  std::vector<bool> nullable;
  for (const FieldPtr& field : schema->fields()) {
    names.emplace_back(field->name());
    types.emplace_back(SimpleTypeName(*field->type()));
    nullable.push_back(field->nullable());
  }
  const std::vector<bool> no(names.size(), false);
  TableBuilder columns;
  columns.AddText("name", names);
  columns.AddText("description", std::vector<std::optional<std::string>>(names.size()));
  columns.AddText("dataType", types);
  columns.AddBoolean("nullable", nullable);
  columns.AddBoolean("isPartition", no);
  columns.AddBoolean("isBucket", no);
  columns.AddBoolean("isCluster", no);
  return columns.Finish();
}

Result<RelationDraft> Databases(bool any, const std::string& warehouse) {
  std::vector<std::optional<std::string>> names;
  if (any) names.emplace_back(kDatabaseName);
  TableBuilder table;
  table.AddText("name", names);
  table.AddText("catalog", std::vector<std::optional<std::string>>(names.size(), kCatalogName));
  table.AddText("description",
                std::vector<std::optional<std::string>>(names.size(), "default database"));
  table.AddText("locationUri", std::vector<std::optional<std::string>>(names.size(), warehouse));
  return table.Finish();
}

Result<bool> TableExists(plan::Catalog* catalog, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(text));
  return catalog->FindView(name.back()) != nullptr || catalog->FindTable(name.back()) != nullptr;
}

/// What concerns databases and catalogs, of which there is one each.
Result<RelationDraft> TranslateDatabaseCall(Translator* translator, const Catalog& call) {
  const std::string warehouse =
      translator->session()->engine().SettingsSnapshot().Get("spark.sql.warehouse.dir");
  switch (call.cat_type_case()) {
    case Catalog::kCurrentDatabase:
      return OneText("value", kDatabaseName);
    case Catalog::kSetCurrentDatabase:
      ARROW_RETURN_NOT_OK(CheckDatabase(call.set_current_database().db_name()));
      return Nothing();
    case Catalog::kListDatabases:
      return Databases(Matches(kDatabaseName, call.list_databases().pattern()), warehouse);
    case Catalog::kGetDatabase:
      ARROW_RETURN_NOT_OK(CheckDatabase(call.get_database().db_name()));
      return Databases(true, warehouse);
    case Catalog::kDatabaseExists:
      return OneBoolean(ToLowerAscii(call.database_exists().db_name()) == kDatabaseName);
    case Catalog::kCurrentCatalog:
      return OneText("value", kCatalogName);
    case Catalog::kSetCurrentCatalog:
      if (ToLowerAscii(call.set_current_catalog().catalog_name()) == kCatalogName) return Nothing();
      return UnsupportedFeature("a second catalog");
    case Catalog::kListCatalogs: {
      TableBuilder table;
      table.AddText("name", {kCatalogName});
      table.AddText("description", {std::nullopt});
      return table.Finish();
    }
    default: {
      const auto* field = Catalog::descriptor()->FindFieldByNumber(call.cat_type_case());
      if (field == nullptr) return MissingPart("Catalog", "cat_type");
      return UnsupportedFeature("the catalog operation '" + field->name() + "'");
    }
  }
}

}  // namespace

Result<RelationDraft> TranslateCatalog(Translator* translator, const Catalog& call) {
  plan::Catalog* catalog = &translator->session()->engine().catalog();
  switch (call.cat_type_case()) {
    case Catalog::kListTables:
      ARROW_RETURN_NOT_OK(CheckDatabase(call.list_tables().db_name()));
      return TablesOf(AllTables(catalog, call.list_tables().pattern(), /*with_tables=*/true));
    case Catalog::kListViews:
      return TablesOf(AllTables(catalog, call.list_views().pattern(), /*with_tables=*/false));
    case Catalog::kGetTable:
      return GetTable(catalog, call.get_table().table_name());
    case Catalog::kTableExists: {
      ARROW_ASSIGN_OR_RAISE(const bool exists,
                            TableExists(catalog, call.table_exists().table_name()));
      return OneBoolean(exists);
    }
    case Catalog::kListColumns:
      return ListColumns(translator, call.list_columns().table_name());
    case Catalog::kFunctionExists: {
      ARROW_ASSIGN_OR_RAISE(const auto name,
                            sql::ParseMultipartName(call.function_exists().function_name()));
      const auto& functions = translator->session()->engine().functions();
      return OneBoolean(functions.FindScalar(ToLowerAscii(name.back())) != nullptr ||
                        functions.FindAggregate(ToLowerAscii(name.back())) != nullptr);
    }
    case Catalog::kDropTempView:
      return OneBoolean(catalog->DropView(call.drop_temp_view().view_name()));
    case Catalog::kIsCached:
      return OneBoolean(false);
    case Catalog::kCacheTable:
    case Catalog::kUncacheTable:
    case Catalog::kClearCache:
    case Catalog::kRefreshTable:
    case Catalog::kRefreshByPath:
      // Nothing is cached: reads see what is there.
      return Nothing();
    default:
      return TranslateDatabaseCall(translator, call);
  }
}

}  // namespace thalweg::connect
