#include "thalweg/session/commands/self_read.h"

#include "thalweg/plan/spec/table_names.h"
#include "thalweg/session/commands/not_found.h"

namespace thalweg::session {

namespace spec = plan::spec;

Status CheckDoesNotRead(const plan::Catalog& catalog, const spec::Relation& query,
                        const plan::TableEntry& table, int depth) {
  Status status;
  spec::ForEachTableName(query, [&](const spec::Relation& named) {
    constexpr int kDeepest = 100;
    if (!status.ok() || depth > kDeepest) return;
    if (const auto view = catalog.FindView(named.table_name)) {
      if (view->relation) status = CheckDoesNotRead(catalog, *view->relation, table, depth + 1);
      return;
    }
    const auto found = catalog.FindTable(named.table_name);
    if (found == nullptr) return;
    if (found->view != nullptr) {
      status = CheckDoesNotRead(catalog, *found->view->relation, table, depth + 1);
    } else if (found.get() == &table) {
      status = MakeError("UNSUPPORTED_OVERWRITE.TABLE",
                         {{"table", FullName({table.database, table.name})}});
    }
  });
  return status;
}

}  // namespace thalweg::session
