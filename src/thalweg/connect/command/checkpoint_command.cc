#include <arrow/api.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/runtime/identifier.h"

namespace thalweg::connect {

Status RunCheckpoint(Execution* execution, const proto::CheckpointCommand& command) {
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto relation, translator.Translate(command.relation()));
  session::Session& engine = execution->engine();
  ARROW_ASSIGN_OR_RAISE(const auto plan, engine.Analyze(relation));
  RelationDraft rows = Derive(RelationKind::kLocal, nullptr);
  rows->schema = plan::OutputSchema(*plan);
  session::BatchRun run;
  run.cancelled = execution->operation()->cancel_flag();
  ARROW_RETURN_NOT_OK(engine.RunBatchPlan(
      plan,
      [&](const Batch& batch) {
        rows->batches.push_back(batch);
        return Status::OK();
      },
      run));
  const std::string id = MakeIdentifier();
  execution->session()->PutRemoteRelation(id, std::move(rows));
  proto::ExecutePlanResponse response;
  response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(id);
  return execution->Send(&response);
}

}  // namespace thalweg::connect
