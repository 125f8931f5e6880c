#include <thalweg/memory_stream.h>

#include <arrow/api.h>

#include <thalweg/session.h>

#include "thalweg/api/arrow_input.h"
#include "thalweg/api/frame.h"
#include "thalweg/types/data_types.h"

namespace thalweg {

Result<MemoryStream> MemoryStream::Make(const std::shared_ptr<Session>& session,
                                        const std::string& ddl) {
  ARROW_ASSIGN_OR_RAISE(auto schema, ParseSchema(ddl));
  return Make(session, schema);
}

Result<MemoryStream> MemoryStream::Make(const std::shared_ptr<Session>& session,
                                        const std::shared_ptr<arrow::Schema>& schema) {
  ARROW_ASSIGN_OR_RAISE(auto columns, api::EngineSchema(*schema));
  auto stream = std::make_shared<connectors::MemoryStream>(columns);
  auto relation = std::make_shared<plan::spec::Relation>();
  relation->kind = plan::spec::RelationKind::kRead;
  relation->is_stream = true;
  relation->format = api::MemoryStreamProvider::kName;
  relation->options["stream"] = std::to_string(session->core()->memory_streams->Add(stream));
  return MemoryStream(api::MakeFrame(session->core(), plan::spec::RelationPtr(std::move(relation))),
                      std::move(stream));
}

Result<int64_t> MemoryStream::AddData(const arrow::RecordBatch& rows) {
  ARROW_ASSIGN_OR_RAISE(auto batch, api::EngineBatch(rows, *stream_->schema()));
  return stream_->AddData(std::move(batch));
}

Result<int64_t> MemoryStream::AddJson(const std::string& lines) {
  ARROW_ASSIGN_OR_RAISE(auto batches, api::ReadJsonLines(lines, stream_->schema()));
  if (batches.empty()) return stream_->latest_offset();
  ARROW_ASSIGN_OR_RAISE(auto batch, ConcatenateBatches(batches));
  return stream_->AddData(std::move(batch));
}

}  // namespace thalweg
