// What is to be kept in memory.

#include "thalweg/connect/plan/catalog_answer.h"
#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/session/persisted_rows.h"

namespace thalweg::connect {
namespace {

using proto::Catalog;

/// The table or view of that name.
Result<session::CatalogEntry> FindEntry(plan::Catalog* catalog, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(text));
  if (const auto view = catalog->FindView(name)) return session::CatalogEntry(view);
  if (const auto table = catalog->FindTable(name)) return session::CatalogEntry(table);
  return MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", plan::QuoteIdentifiers(name)},
                                               {"searchPath", plan::SearchPath()}});
}

session::StorageLevel LevelOf(const proto::CacheTable& call) {
  if (!call.has_storage_level()) return {};
  const proto::StorageLevel& level = call.storage_level();
  return {level.use_disk(), level.use_memory(), level.use_off_heap(), level.deserialized(),
          level.replication()};
}

Status Cache(ConnectSession* session, const proto::CacheTable& call) {
  session::Session& engine = session->engine();
  ARROW_ASSIGN_OR_RAISE(const auto entry, FindEntry(&engine.catalog(), call.table_name()));
  RelationDraft table = Derive(RelationKind::kTable, nullptr);
  ARROW_ASSIGN_OR_RAISE(table->table_name, sql::ParseMultipartName(call.table_name()));
  ARROW_ASSIGN_OR_RAISE(const auto plan, engine.Analyze(table));
  ARROW_RETURN_NOT_OK(plan::CheckBatch(plan));
  ARROW_RETURN_NOT_OK(session->CheckPersisted(engine.persisted().bytes()));
  engine.persisted().Persist({"", entry}, LevelOf(call));
  return Status::OK();
}

/// What reads a temporary view keeps its rows, what reads a table does not.
Status Uncache(session::Session* engine, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const auto entry, FindEntry(&engine->catalog(), text));
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(text));
  if (engine->catalog().FindView(name) != nullptr) {
    engine->persisted().Unpersist({"", entry});
  } else {
    engine->persisted().UnpersistAllOf(entry);
  }
  return Status::OK();
}

}  // namespace

Result<RelationDraft> TranslateCacheCall(Translator* translator, const Catalog& call) {
  session::Session* engine = &translator->session()->engine();
  session::PersistedRows& rows = engine->persisted();
  plan::Catalog* catalog = &engine->catalog();
  switch (call.cat_type_case()) {
    case Catalog::kIsCached: {
      ARROW_ASSIGN_OR_RAISE(const auto entry, FindEntry(catalog, call.is_cached().table_name()));
      return AnswerBoolean(rows.FindLevel({"", entry}).has_value());
    }
    case Catalog::kCacheTable:
      ARROW_RETURN_NOT_OK(Cache(translator->session(), call.cache_table()));
      return AnswerNothing();
    case Catalog::kUncacheTable:
      ARROW_RETURN_NOT_OK(Uncache(engine, call.uncache_table().table_name()));
      return AnswerNothing();
    case Catalog::kClearCache:
      rows.Clear();
      return AnswerNothing();
    case Catalog::kRefreshTable: {
      ARROW_ASSIGN_OR_RAISE(const auto entry,
                            FindEntry(catalog, call.refresh_table().table_name()));
      rows.Refresh(entry);
      return AnswerNothing();
    }
    case Catalog::kRefreshByPath:
      session::PersistedRows::RefreshPath(call.refresh_by_path().path());
      return AnswerNothing();
    default:
      return TranslateDatabaseCall(translator, call);
  }
}

}  // namespace thalweg::connect
