#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "thalweg/connectors/memory/memory_stream.h"
#include "thalweg/io/provider.h"

namespace thalweg::api {

/// The format under which a session finds the streams its program feeds: the option "stream" is the
/// number that Add() gave. Thread-safe.
class MemoryStreamProvider : public io::Provider {
 public:
  static constexpr char kName[] = "memory-stream";

  std::string name() const override { return kName; }
  Result<SchemaPtr> InferSchema(const io::ReadArguments& arguments, bool streaming) override;
  Result<std::unique_ptr<io::StreamSource>> MakeStreamSource(
      const io::StreamArguments& arguments) override;

  /// Keeps the stream as long as the session lives.
  int Add(std::shared_ptr<connectors::MemoryStream> stream);

 private:
  Result<std::shared_ptr<connectors::MemoryStream>> Find(const io::ReadArguments& arguments);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<connectors::MemoryStream>> streams_;  // guarded by mutex_
};

}  // namespace thalweg::api
