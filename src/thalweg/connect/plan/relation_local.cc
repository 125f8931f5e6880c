// Rows that came with the plan, or before it.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/result/local_rows.h"
#include "thalweg/types/char_type.h"

namespace thalweg::connect {
namespace {

RelationDraft Rows(LocalRows rows) {
  RelationDraft relation = Derive(RelationKind::kLocal, nullptr);
  relation->schema = std::move(rows.schema);
  relation->batches = std::move(rows.batches);
  return relation;
}

std::string TimeZoneOf(Translator* translator) {
  return translator->parser_options().session_time_zone;
}

Result<SchemaPtr> SchemaOfRows(Translator* translator, const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(const SchemaPtr declared, ParseDeclaredSchema(text));
  return RefuseCharTypes(declared, translator->session()->engine().SettingsSnapshot());
}

}  // namespace

Result<RelationDraft> TranslateLocal(Translator* translator, const proto::LocalRelation& local) {
  SchemaPtr schema;
  if (!local.schema().empty()) {
    ARROW_ASSIGN_OR_RAISE(schema, SchemaOfRows(translator, local.schema()));
  }
  if (!local.has_data()) {
    if (schema == nullptr) {
      return MakeError("CONNECT_INVALID_PLAN.SCHEMA_REQUIRED_FOR_LOCAL_RELATION");
    }
    return Rows({std::move(schema), {}});
  }
  ARROW_ASSIGN_OR_RAISE(auto rows, ReadLocalRows(local.data(), schema, TimeZoneOf(translator)));
  return Rows(std::move(rows));
}

Result<RelationDraft> TranslateCachedLocal(Translator* translator,
                                           const proto::CachedLocalRelation& cached) {
  const auto content = translator->session()->artifacts().Find("cache/" + cached.hash());
  proto::LocalRelation local;
  if (content == nullptr || !local.ParseFromString(*content)) {
    return MakeError(
        "CONNECT_INVALID_PLAN.NOT_FOUND_CACHED_LOCAL_RELATION",
        {{"hash", cached.hash()}, {"sessionUUID", translator->session()->server_side_id()}});
  }
  return TranslateLocal(translator, local);
}

Result<RelationDraft> TranslateChunkedLocal(Translator* translator,
                                            const proto::ChunkedCachedLocalRelation& cached) {
  const auto find = [&](const std::string& hash) -> Result<std::shared_ptr<const std::string>> {
    auto content = translator->session()->artifacts().Find("cache/" + hash);
    if (content != nullptr) return content;
    return MakeError("CONNECT_INVALID_PLAN.NOT_FOUND_CHUNKED_CACHED_LOCAL_RELATION",
                     {{"hash", hash}, {"sessionUUID", translator->session()->server_side_id()}});
  };
  LocalRows all;
  if (cached.has_schemahash()) {
    ARROW_ASSIGN_OR_RAISE(const auto text, find(cached.schemahash()));
    ARROW_ASSIGN_OR_RAISE(all.schema, SchemaOfRows(translator, *text));
  }
  for (const std::string& hash : cached.datahashes()) {
    ARROW_ASSIGN_OR_RAISE(const auto content, find(hash));
    ARROW_ASSIGN_OR_RAISE(auto rows, ReadLocalRows(*content, all.schema, TimeZoneOf(translator)));
    all.schema = std::move(rows.schema);
    for (Batch& batch : rows.batches) all.batches.push_back(std::move(batch));
  }
  if (all.schema == nullptr) {
    return MakeError("CONNECT_INVALID_PLAN.SCHEMA_REQUIRED_FOR_LOCAL_RELATION");
  }
  return Rows(std::move(all));
}

Result<RelationDraft> TranslateRemote(Translator* translator,
                                      const proto::CachedRemoteRelation& remote) {
  auto relation = translator->session()->FindRemoteRelation(remote.relation_id());
  if (relation == nullptr) {
    return MakeError("CONNECT_INVALID_PLAN.DATAFRAME_NOT_FOUND",
                     {{"dfId", remote.relation_id()}, {"sessionId", translator->session()->id()}});
  }
  return PassThrough(std::move(relation));
}

}  // namespace thalweg::connect
