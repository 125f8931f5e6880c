// CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH.

#include "thalweg/session/commands/cache.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

/// What a query means by the name; null if there is nothing.
CatalogEntry FindEntry(const plan::Catalog& catalog, const std::vector<std::string>& name) {
  if (auto view = catalog.FindView(name)) return view;
  return catalog.FindTable(name);
}

Result<StorageLevel> LevelOf(const Statement& statement) {
  for (const auto& [key, value] : statement.options) {
    if (ToLowerAscii(key) != "storagelevel") continue;
    if (const auto level = FindStorageLevel(value)) return *level;
    return Status::Invalid("Invalid StorageLevel: " + ToUpperAscii(value));
  }
  return StorageLevel{};
}

/// Computes the rows now, unless the statement is lazy.
Status Fill(Session* session, const Statement& statement, const BatchRun& run) {
  ARROW_ASSIGN_OR_RAISE(const auto plan, session->Analyze(TableRelation(statement.name)));
  if (!statement.is_lazy && plan->is_streaming()) {
    // Spark's error, before anything runs.
    return session->RunBatchPlan(
        plan, [](const Batch&) { return Status::OK(); }, run);
  }
  if (statement.is_lazy || plan->scan == nullptr) return Status::OK();
  return plan->scan->PlanSplits().status();
}

Status CacheEntry(Session* session, const Statement& statement, const BatchRun& run) {
  ARROW_ASSIGN_OR_RAISE(const StorageLevel level, LevelOf(statement));
  const PersistTarget target{"", FindEntry(session->catalog(), statement.name)};
  if (target.entry == nullptr) return QueriedTableNotFound(statement);
  session->persisted().Persist(target, level);
  Status filled = Fill(session, statement, run);
  if (!filled.ok()) session->persisted().Unpersist(target);
  return filled;
}

Result<StatementOutcome> CacheTable(Session* session, const Statement& statement,
                                    const BatchRun& run) {
  if (statement.query == nullptr) {
    ARROW_RETURN_NOT_OK(CacheEntry(session, statement, run));
    return StatementOutcome{};
  }
  ARROW_RETURN_NOT_OK(CreateView(session, statement).status());
  const Status cached = CacheEntry(session, statement, run);
  if (!cached.ok()) session->catalog().DropView(statement.name[0]);
  ARROW_RETURN_NOT_OK(cached);
  return StatementOutcome{};
}

Result<StatementOutcome> UncacheTable(Session* session, const Statement& statement) {
  const plan::Catalog& catalog = session->catalog();
  const CatalogEntry entry = FindEntry(catalog, statement.name);
  if (entry == nullptr && !statement.if_exists) return QueriedTableNotFound(statement);
  if (entry == nullptr) return StatementOutcome{};
  // What reads a temporary view keeps its rows, what reads a table does not.
  if (catalog.FindView(statement.name) != nullptr) {
    session->persisted().Unpersist({"", entry});
  } else {
    session->persisted().UnpersistAllOf(entry);
  }
  return StatementOutcome{};
}

Result<StatementOutcome> ClearCache(Session* session) {
  session->persisted().Clear();
  return StatementOutcome{};
}

Result<StatementOutcome> RefreshTable(Session* session, const Statement& statement) {
  const CatalogEntry entry = FindEntry(session->catalog(), statement.name);
  if (entry == nullptr) return CommandTableNotFound(session, statement);
  session->persisted().Refresh(entry);
  return StatementOutcome{};
}

Result<StatementOutcome> RefreshPath(const Statement& statement) {
  PersistedRows::RefreshPath(statement.location);
  return StatementOutcome{};
}

}  // namespace

Result<StatementOutcome> RunCacheStatement(Session* session, const Statement& statement,
                                           const BatchRun& run) {
  switch (statement.kind) {
    case plan::spec::StatementKind::kCacheTable:
      return CacheTable(session, statement, run);
    case plan::spec::StatementKind::kUncacheTable:
      return UncacheTable(session, statement);
    case plan::spec::StatementKind::kRefreshTable:
      return RefreshTable(session, statement);
    case plan::spec::StatementKind::kRefreshPath:
      return RefreshPath(statement);
    default:
      return ClearCache(session);
  }
}

}  // namespace thalweg::session
