// What is to be kept in memory.

#include "thalweg/connect/plan/catalog_answer.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::connect {
namespace {

using proto::Catalog;

/// The table or view of that name, as the marks know it.
Result<std::shared_ptr<const void>> FindEntry(plan::Catalog* catalog, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const auto name, sql::ParseMultipartName(text));
  if (const auto view = catalog->FindView(name)) return std::shared_ptr<const void>(view);
  if (const auto table = catalog->FindTable(name)) return std::shared_ptr<const void>(table);
  return MakeError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", plan::QuoteIdentifiers(name)},
                                               {"searchPath", plan::SearchPath()}});
}

}  // namespace

Result<RelationDraft> TranslateCacheCall(Translator* translator, const Catalog& call) {
  CacheMarks& marks = translator->session()->cache_marks();
  plan::Catalog* catalog = &translator->session()->engine().catalog();
  switch (call.cat_type_case()) {
    case Catalog::kIsCached: {
      ARROW_ASSIGN_OR_RAISE(const auto entry, FindEntry(catalog, call.is_cached().table_name()));
      return AnswerBoolean(marks.IsMarked(entry));
    }
    case Catalog::kCacheTable: {
      ARROW_ASSIGN_OR_RAISE(const auto entry, FindEntry(catalog, call.cache_table().table_name()));
      marks.Mark(entry);
      return AnswerNothing();
    }
    case Catalog::kUncacheTable: {
      ARROW_ASSIGN_OR_RAISE(const auto entry,
                            FindEntry(catalog, call.uncache_table().table_name()));
      marks.Unmark(entry);
      return AnswerNothing();
    }
    case Catalog::kClearCache:
      marks.Clear();
      return AnswerNothing();
    case Catalog::kRefreshTable:
      ARROW_RETURN_NOT_OK(FindEntry(catalog, call.refresh_table().table_name()).status());
      return AnswerNothing();
    case Catalog::kRefreshByPath:
      // Reads see what is there.
      return AnswerNothing();
    default:
      return TranslateDatabaseCall(translator, call);
  }
}

}  // namespace thalweg::connect
