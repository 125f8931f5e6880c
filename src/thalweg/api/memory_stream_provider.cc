#include "thalweg/api/memory_stream_provider.h"

namespace thalweg::api {

int MemoryStreamProvider::Add(std::shared_ptr<connectors::MemoryStream> stream) {
  const std::lock_guard lock(mutex_);
  const int number = static_cast<int>(streams_.size());
  streams_[std::to_string(number)] = std::move(stream);
  return number;
}

Result<std::shared_ptr<connectors::MemoryStream>> MemoryStreamProvider::Find(
    const io::ReadArguments& arguments) {
  const auto option = arguments.options.find("stream");
  const std::lock_guard lock(mutex_);
  const auto found =
      option == arguments.options.end() ? streams_.end() : streams_.find(option->second);
  if (found == streams_.end()) return Status::KeyError("no memory stream of that number");
  return found->second;
}

Result<SchemaPtr> MemoryStreamProvider::InferSchema(const io::ReadArguments& arguments,
                                                    bool streaming) {
  if (!streaming) return Provider::InferSchema(arguments, streaming);
  ARROW_ASSIGN_OR_RAISE(auto stream, Find(arguments));
  return stream->schema();
}

Result<std::unique_ptr<io::StreamSource>> MemoryStreamProvider::MakeStreamSource(
    const io::StreamArguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(auto stream, Find(arguments));
  return connectors::MakeMemoryStreamSource(std::move(stream));
}

}  // namespace thalweg::api
