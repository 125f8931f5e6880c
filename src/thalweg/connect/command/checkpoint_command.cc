#include <arrow/api.h>
#include <arrow/util/byte_size.h>

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
  int64_t bytes = 0;
  const auto keep = [&](const Batch& batch) -> Status {
    for (const ArrayPtr& column : batch.columns) {
      ARROW_ASSIGN_OR_RAISE(const int64_t size, arrow::util::ReferencedBufferSize(*column));
      bytes += size;
    }
    rows->batches.push_back(batch);
    return execution->session()->CheckRoom(bytes);
  };
  ARROW_RETURN_NOT_OK(engine.RunBatchPlan(plan, keep, run));
  const std::string id = MakeIdentifier();
  ARROW_RETURN_NOT_OK(execution->session()->KeepFrame(id, std::move(rows), bytes));
  proto::ExecutePlanResponse response;
  response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(id);
  return execution->Send(&response);
}

}  // namespace thalweg::connect
