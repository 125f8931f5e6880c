#include "thalweg/connect/service/unary_call.h"

#include <utility>

#include "thalweg/connect/service/guarded_call.h"

namespace thalweg::connect {
namespace {

class UnaryCall : public grpc::ServerGenericBidiReactor {
 public:
  UnaryCall(TaskThreads* threads, UnaryHandler handler)
      : threads_(threads), handler_(std::move(handler)) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a request is missing"));
      return;
    }
    if (threads_ == nullptr) {
      Answer();
    } else {
      threads_->Run([this] { Answer(); });
    }
  }
  void OnDone() override { delete this; }

 private:
  void Answer() {
    const grpc::Status status = GuardedCall([this] { return handler_(request_, &response_); });
    handler_ = nullptr;
    if (status.ok()) {
      StartWriteAndFinish(&response_, grpc::WriteOptions(), status);
    } else {
      Finish(status);
    }
  }

  TaskThreads* const threads_;
  UnaryHandler handler_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

class ClientStreamCall : public grpc::ServerGenericBidiReactor {
 public:
  explicit ClientStreamCall(std::unique_ptr<MessageReader> reader) : reader_(std::move(reader)) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      const grpc::Status status = GuardedCall([this] { return reader_->Finish(&response_); });
      if (status.ok()) {
        StartWriteAndFinish(&response_, grpc::WriteOptions(), status);
      } else {
        Finish(status);
      }
      return;
    }
    const grpc::Status status = GuardedCall([this] { return reader_->Read(request_); });
    if (!status.ok()) {
      Finish(status);
      return;
    }
    request_.Clear();
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const std::unique_ptr<MessageReader> reader_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

class RefusedCall : public grpc::ServerGenericBidiReactor {
 public:
  explicit RefusedCall(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* MakeUnaryCall(TaskThreads* threads, UnaryHandler handler) {
  return new UnaryCall(threads, std::move(handler));
}

grpc::ServerGenericBidiReactor* MakeClientStreamCall(std::unique_ptr<MessageReader> reader) {
  return new ClientStreamCall(std::move(reader));
}

grpc::ServerGenericBidiReactor* MakeRefusedCall(const grpc::Status& status) {
  return new RefusedCall(status);
}

}  // namespace thalweg::connect
