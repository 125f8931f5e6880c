#include <memory>
#include <set>
#include <vector>

#include <arrow/api.h>

#include "thalweg/base/cancel_scope.h"
#include "thalweg/base/memory_guard.h"
#include "thalweg/connect/plan/frame_key.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/rpc/handlers.h"
#include "thalweg/connect/runtime/identifier.h"
#include "thalweg/connectors/file/file_scan.h"
#include "thalweg/connectors/file/path_text.h"
#include "thalweg/plan/analyzer/legality.h"
#include "thalweg/types/char_type.h"

namespace thalweg::connect {
namespace {

using proto::AnalyzePlanRequest;
using proto::AnalyzePlanResponse;

constexpr char kSparkVersion[] = "4.3.0";

/// The analysed plan of a request that has a query.
Result<plan::NodePtr> Analyzed(ConnectSession* session, const proto::Plan& plan) {
  if (!plan.has_root()) return MissingPart("Plan", "root");
  Translator translator(session);
  ARROW_ASSIGN_OR_RAISE(const auto relation, translator.Translate(plan.root()));
  return session->engine().Analyze(relation);
}

Status AnswerSchema(ConnectSession* session, const proto::Plan& plan,
                    AnalyzePlanResponse::Schema* answer) {
  ARROW_ASSIGN_OR_RAISE(const auto analyzed, Analyzed(session, plan));
  return SchemaToProto(*plan::OutputSchema(*analyzed), answer->mutable_schema());
}

Status AnswerExplain(ConnectSession* session, const AnalyzePlanRequest::Explain& explain,
                     AnalyzePlanResponse::Explain* answer) {
  Translator translator(session);
  ARROW_ASSIGN_OR_RAISE(const auto relation, translator.Translate(explain.plan().root()));
  const bool extended =
      explain.explain_mode() == AnalyzePlanRequest::Explain::EXPLAIN_MODE_EXTENDED ||
      explain.explain_mode() == AnalyzePlanRequest::Explain::EXPLAIN_MODE_COST;
  ARROW_ASSIGN_OR_RAISE(*answer->mutable_explain_string(),
                        session->engine().Explain(relation, extended));
  return Status::OK();
}

Status AnswerTree(ConnectSession* session, const AnalyzePlanRequest::TreeString& request,
                  AnalyzePlanResponse::TreeString* answer) {
  ARROW_ASSIGN_OR_RAISE(const auto analyzed, Analyzed(session, request.plan()));
  std::string tree = SchemaToTree(*plan::OutputSchema(*analyzed));
  if (!request.has_level() || request.level() <= 0) {
    answer->set_tree_string(std::move(tree));
    return Status::OK();
  }
  // Each level is indented by another " |   ".
  std::string kept;
  for (size_t begin = 0; begin < tree.size();) {
    const size_t end = std::min(tree.find('\n', begin), tree.size() - 1);
    const std::string line = tree.substr(begin, end - begin + 1);
    const size_t dashes = line.find("|-- ");
    if (dashes == std::string::npos || static_cast<int64_t>(dashes / 4) < request.level()) {
      kept += line;
    }
    begin = end + 1;
  }
  answer->set_tree_string(std::move(kept));
  return Status::OK();
}

Status AnswerDdl(const std::string& text, AnalyzePlanResponse::DDLParse* answer) {
  auto schema = ParseDeclaredSchema(text);
  if (schema.ok()) return SchemaToProto(**schema, answer->mutable_parsed());
  auto type = ParseDeclaredType(text);
  if (type.ok()) return DataTypeToProto(**type, answer->mutable_parsed());
  auto fields = ParseDeclaredType("struct<" + text + ">");
  if (!fields.ok()) return schema.status();
  return DataTypeToProto(**fields, answer->mutable_parsed());
}

/// The URIs of `plan` and of what is below it, each once.
void CollectFiles(const plan::Node& node, std::set<std::string>* files) {
  if (node.scan != nullptr) {
    for (const std::string& path : connectors::FilesOfScan(*node.scan)) {
      files->insert(connectors::PathToUri(path));
    }
  }
  for (const plan::NodePtr& child : node.children) CollectFiles(*child, files);
}

Status AnswerFiles(ConnectSession* session, const proto::Plan& plan,
                   AnalyzePlanResponse::InputFiles* answer) {
  ARROW_ASSIGN_OR_RAISE(const auto analyzed, Analyzed(session, plan));
  std::set<std::string> files;
  CollectFiles(*analyzed, &files);
  answer->mutable_files()->Assign(files.begin(), files.end());
  return Status::OK();
}

/// Whether two plans read and do the same: their texts say so, but for the ids of columns.
std::string SemanticText(const plan::Node& analyzed) {
  const std::string text = plan::ToString(analyzed);
  std::map<std::string, size_t> ids;
  std::string normal;
  for (size_t i = 0; i < text.size();) {
    normal += text[i];
    if (text[i++] != '#') continue;
    const size_t end = std::min(text.find_first_not_of("0123456789", i), text.size());
    const auto [id, added] = ids.emplace(text.substr(i, end - i), ids.size());
    normal += std::to_string(id->second);
    i = end;
  }
  return normal;
}

Result<std::string> SemanticText(ConnectSession* session, const proto::Plan& plan) {
  ARROW_ASSIGN_OR_RAISE(const auto analyzed, Analyzed(session, plan));
  return SemanticText(*analyzed);
}

session::StorageLevel LevelOf(const AnalyzePlanRequest::Persist& persist) {
  if (!persist.has_storage_level()) return {};
  const proto::StorageLevel& level = persist.storage_level();
  return {level.use_disk(), level.use_memory(), level.use_off_heap(), level.deserialized(),
          level.replication()};
}

Status Persist(ConnectSession* session, const AnalyzePlanRequest::Persist& request) {
  session::Session& engine = session->engine();
  Translator translator(session);
  ARROW_ASSIGN_OR_RAISE(auto relation, translator.Translate(request.relation()));
  ARROW_ASSIGN_OR_RAISE(const auto plan, engine.Analyze(relation));
  ARROW_RETURN_NOT_OK(plan::CheckBatch(plan));
  ARROW_ASSIGN_OR_RAISE(const auto target, PersistTargetOf(translator, request.relation()));
  ARROW_RETURN_NOT_OK(session->CheckPersisted(engine.persisted().bytes()));
  engine.persisted().Persist(target, LevelOf(request));
  if (target.entry != nullptr) return Status::OK();
  // Once more, to note what it reads now: a name may stand for something else later.
  engine.persisted().Bind(relation, target.frame);
  return engine.Analyze(relation).status();
}

/// persist(), unpersist() and storageLevel.
Status AnswerCaching(ConnectSession* session, const AnalyzePlanRequest& request,
                     AnalyzePlanResponse* response) {
  session::PersistedRows& rows = session->engine().persisted();
  if (request.has_persist()) {
    response->mutable_persist();
    return Persist(session, request.persist());
  }
  const proto::Relation& relation = request.has_unpersist()
                                        ? request.unpersist().relation()
                                        : request.get_storage_level().relation();
  Translator translator(session);
  // Errors are those of any use.
  ARROW_ASSIGN_OR_RAISE(const auto translated, translator.Translate(relation));
  ARROW_RETURN_NOT_OK(session->engine().Analyze(translated).status());
  ARROW_ASSIGN_OR_RAISE(const auto target, PersistTargetOf(translator, relation));
  if (request.has_unpersist()) {
    rows.Unpersist(target);
    response->mutable_unpersist();
    return Status::OK();
  }
  proto::StorageLevel* level = response->mutable_get_storage_level()->mutable_storage_level();
  level->set_replication(1);
  if (const auto known = rows.FindLevel(target)) {
    level->set_use_disk(known->use_disk);
    level->set_use_memory(known->use_memory);
    level->set_use_off_heap(known->use_off_heap);
    level->set_deserialized(known->deserialized);
    level->set_replication(known->replication);
  }
  return Status::OK();
}

/// Questions that are not about the columns or the nature of one plan.
Status AnswerOther(ConnectSession* session, const AnalyzePlanRequest& request,
                   AnalyzePlanResponse* response) {
  switch (request.analyze_case()) {
    case AnalyzePlanRequest::kJsonToDdl: {
      ARROW_ASSIGN_OR_RAISE(const auto schema, SchemaFromJson(request.json_to_ddl().json_string()));
      response->mutable_json_to_ddl()->set_ddl_string(SchemaToDdl(*schema));
      return Status::OK();
    }
    case AnalyzePlanRequest::kSameSemantics: {
      ARROW_ASSIGN_OR_RAISE(const std::string left,
                            SemanticText(session, request.same_semantics().target_plan()));
      ARROW_ASSIGN_OR_RAISE(const std::string right,
                            SemanticText(session, request.same_semantics().other_plan()));
      response->mutable_same_semantics()->set_result(left == right);
      return Status::OK();
    }
    case AnalyzePlanRequest::kSemanticHash: {
      ARROW_ASSIGN_OR_RAISE(const std::string text,
                            SemanticText(session, request.semantic_hash().plan()));
      response->mutable_semantic_hash()->set_result(
          static_cast<int32_t>(std::hash<std::string>{}(text)));
      return Status::OK();
    }
    case AnalyzePlanRequest::kPersist:
    case AnalyzePlanRequest::kUnpersist:
    case AnalyzePlanRequest::kGetStorageLevel:
      return AnswerCaching(session, request, response);
    case AnalyzePlanRequest::kInputFiles:
      return AnswerFiles(session, request.input_files().plan(), response->mutable_input_files());
    default:
      return MissingPart("AnalyzePlanRequest", "analyze");
  }
}

Status Answer(ConnectSession* session, const AnalyzePlanRequest& request,
              AnalyzePlanResponse* response) {
  switch (request.analyze_case()) {
    case AnalyzePlanRequest::kSchema:
      return AnswerSchema(session, request.schema().plan(), response->mutable_schema());
    case AnalyzePlanRequest::kExplain:
      return AnswerExplain(session, request.explain(), response->mutable_explain());
    case AnalyzePlanRequest::kTreeString:
      return AnswerTree(session, request.tree_string(), response->mutable_tree_string());
    case AnalyzePlanRequest::kIsLocal: {
      ARROW_ASSIGN_OR_RAISE(const auto plan, Analyzed(session, request.is_local().plan()));
      response->mutable_is_local()->set_is_local(plan->kind == plan::NodeKind::kLocal);
      return Status::OK();
    }
    case AnalyzePlanRequest::kIsStreaming: {
      ARROW_ASSIGN_OR_RAISE(const auto plan, Analyzed(session, request.is_streaming().plan()));
      response->mutable_is_streaming()->set_is_streaming(plan->is_streaming());
      return Status::OK();
    }
    case AnalyzePlanRequest::kSparkVersion:
      response->mutable_spark_version()->set_version(kSparkVersion);
      return Status::OK();
    case AnalyzePlanRequest::kDdlParse:
      return AnswerDdl(request.ddl_parse().ddl_string(), response->mutable_ddl_parse());
    default:
      return AnswerOther(session, request, response);
  }
}

}  // namespace

Status AnalyzePlan(ConnectSession* session, const AnalyzePlanRequest& request,
                   AnalyzePlanResponse* response) {
  auto operation = std::make_shared<Operation>(
      MakeIdentifier(), std::vector<std::string>{}, /*reattachable=*/false,
      /*request_digest=*/0, static_cast<int64_t>(request.ByteSizeLong()));
  // The client waits for as long as it takes.
  ARROW_RETURN_NOT_OK(operation->responses().Attach("", nullptr).status());
  ARROW_RETURN_NOT_OK(session->AddOperation(operation));
  const CancelScope scope(operation->cancel_flag());
  const Status answered = GuardMemory([&] { return Answer(session, request, response); });
  session->RemoveOperation(operation->id());
  return answered.IsCancelled() ? MakeError("OPERATION_CANCELED") : answered;
}

}  // namespace thalweg::connect
