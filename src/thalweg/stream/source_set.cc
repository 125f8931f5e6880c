#include "thalweg/stream/source_set.h"

#include "thalweg/base/file_system.h"
#include "thalweg/base/log.h"
#include "thalweg/stream/available_now_source.h"

namespace thalweg::stream {

Result<SourceSet> SourceSet::Make(
    const std::vector<std::shared_ptr<const plan::StreamRelation>>& relations,
    const std::string& checkpoint) {
  SourceSet set;
  const std::string directory = JoinPath(checkpoint, "sources");
  for (size_t i = 0; i < relations.size(); ++i) {
    io::StreamArguments arguments;
    static_cast<io::ReadArguments&>(arguments) = relations[i]->arguments;
    arguments.metadata_path = JoinPath(directory, std::to_string(i));
    ARROW_ASSIGN_OR_RAISE(auto source, relations[i]->provider->MakeStreamSource(arguments));
    const auto wraps =
        arguments.settings.find("spark.sql.streaming.triggerAvailableNowWrapper.enabled");
    if (wraps != arguments.settings.end() && wraps->second == "true" &&
        !source->capabilities().available_now) {
      source = WrapForAvailableNow(std::move(source));
    }
    set.sources_.push_back(std::move(source));
  }
  return set;
}

bool SourceSet::supports_available_now() const {
  for (const auto& source : sources_) {
    if (!source->capabilities().available_now) return false;
  }
  return true;
}

Status SourceSet::PrepareForAvailableNow() {
  for (const auto& source : sources_) ARROW_RETURN_NOT_OK(source->PrepareForAvailableNow());
  return Status::OK();
}

Status SourceSet::Commit(const Offsets& offsets) {
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (offsets[i]) ARROW_RETURN_NOT_OK(sources_[i]->Commit(*offsets[i]));
  }
  return Status::OK();
}

Result<std::vector<std::vector<io::SplitPtr>>> SourceSet::PlanSplits(const Offsets& start,
                                                                     const Offsets& end) {
  std::vector<std::vector<io::SplitPtr>> splits(sources_.size());
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!end[i] || start[i] == end[i]) continue;
    ARROW_ASSIGN_OR_RAISE(splits[i], sources_[i]->PlanSplits(start[i], *end[i]));
  }
  return splits;
}

void SourceSet::Stop() {
  for (const auto& source : sources_) {
    const Status status = source->Stop();
    if (!status.ok()) Log(LogLevel::kWarning, "a source did not stop: " + RenderError(status));
  }
}

std::string SourceSet::OffsetsText(const Offsets& offsets) const {
  std::string text = "{";
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!offsets[i]) continue;
    if (text.size() > 1) text += ",";
    text += sources_[i]->Description() + ": " + *offsets[i];
  }
  return text + "}";
}

}  // namespace thalweg::stream
