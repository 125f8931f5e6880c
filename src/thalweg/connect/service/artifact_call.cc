// AddArtifacts: files in chunks with checksums.

#include <optional>

#include <zlib.h>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/proto/wire.h"
#include "thalweg/connect/service/execute_calls.h"
#include "thalweg/connect/service/unary_call.h"

namespace thalweg::connect {
namespace {

using proto::AddArtifactsRequest;

bool HasProperChecksum(const AddArtifactsRequest::ArtifactChunk& chunk) {
  const auto* bytes = reinterpret_cast<const Bytef*>(chunk.data().data());
  const uLong sum = crc32_z(crc32_z(0, nullptr, 0), bytes, chunk.data().size());
  return static_cast<int64_t>(sum) == chunk.crc();
}

class ArtifactReader : public MessageReader {
 public:
  explicit ArtifactReader(ServerState* state) : state_(state) {}
  ~ArtifactReader() override { CloseArtifact(); }

  grpc::Status Read(const grpc::ByteBuffer& bytes) override {
    AddArtifactsRequest request;
    if (const Status parsed = ParseMessage(bytes, &request); !parsed.ok()) {
      return PlainErrorReply(parsed);
    }
    if (session_ == nullptr) {
      auto session =
          state_->sessions.FindOrMake({request.user_context().user_id(), request.session_id()},
                                      request.client_observed_server_side_session_id());
      if (!session.ok()) return PlainErrorReply(session.status());
      session_ = session.MoveValueUnsafe();
    }
    const Status status = Take(request);
    return status.ok() ? grpc::Status::OK : ErrorReply(status, &session_->errors());
  }

  grpc::Status Finish(grpc::ByteBuffer* reply) override {
    if (session_ == nullptr) {
      return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a request is missing");
    }
    if (open_) {
      return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "an artifact lacks chunks");
    }
    response_.set_session_id(session_->id());
    response_.set_server_side_session_id(session_->server_side_id());
    *reply = SerializeMessage(response_);
    return grpc::Status::OK;
  }

 private:
  /// An artifact whose chunks are coming.
  struct OpenArtifact {
    std::string name;
    std::string content;
    int64_t chunks_left = 0;
    bool is_intact = true;
  };

  Status Take(const AddArtifactsRequest& request) {
    if (request.has_batch()) {
      for (const auto& artifact : request.batch().artifacts()) {
        ARROW_RETURN_NOT_OK(
            Store(artifact.name(), artifact.data().data(), HasProperChecksum(artifact.data())));
      }
      return Status::OK();
    }
    if (request.has_begin_chunk()) {
      if (open_) return Status::Invalid("an artifact begins before the last one has ended");
      open_.emplace();
      open_->name = request.begin_chunk().name();
      open_->chunks_left = request.begin_chunk().num_chunks();
      return TakeChunk(request.begin_chunk().initial_chunk());
    }
    if (request.has_chunk()) {
      if (!open_) return Status::Invalid("a chunk of no artifact");
      return TakeChunk(request.chunk());
    }
    return Status::Invalid("an artifact request without payload");
  }

  Status TakeChunk(const AddArtifactsRequest::ArtifactChunk& chunk) {
    open_->is_intact = open_->is_intact && HasProperChecksum(chunk);
    ARROW_RETURN_NOT_OK(session_->artifacts().Reserve(static_cast<int64_t>(chunk.data().size())));
    open_->content += chunk.data();
    if (--open_->chunks_left > 0) return Status::OK();
    OpenArtifact done = CloseArtifact();
    return Store(done.name, std::move(done.content), done.is_intact);
  }

  /// Takes out what is open; its bytes count no more.
  OpenArtifact CloseArtifact() {
    if (!open_) return {};
    OpenArtifact closed = std::move(*open_);
    open_.reset();
    session_->artifacts().Free(static_cast<int64_t>(closed.content.size()));
    return closed;
  }

  Status Store(const std::string& name, std::string content, bool is_intact) {
    auto* summary = response_.add_artifacts();
    summary->set_name(name);
    summary->set_is_crc_successful(is_intact);
    return is_intact ? session_->artifacts().Put(name, std::move(content)) : Status::OK();
  }

  ServerState* const state_;
  ConnectSessionPtr session_;
  std::optional<OpenArtifact> open_;
  proto::AddArtifactsResponse response_;
};

}  // namespace

grpc::ServerGenericBidiReactor* MakeArtifactCall(ServerState* state) {
  return MakeClientStreamCall(std::make_unique<ArtifactReader>(state));
}

}  // namespace thalweg::connect
