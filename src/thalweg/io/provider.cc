#include "thalweg/io/provider.h"

#include <algorithm>
#include <cctype>

namespace thalweg::io {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// Some formats go by the names of packages and classes that they had once.
std::string ShortName(const std::string& name) {
  if (name == "com.databricks.spark.csv") return "csv";
  for (const std::string format : {"json", "parquet", "orc"}) {
    for (const std::string package :
         {"org.apache.spark.sql.", "org.apache.spark.sql.execution.datasources."}) {
      if (name == package + format || name == package + format + ".defaultsource") return format;
    }
  }
  return name;
}

Status NotStreamed(const std::string& name, const char* what) {
  return MakeError("_LEGACY_ERROR_TEMP_2049", {{"className", name}, {"operator", what}});
}

}  // namespace

Result<SchemaPtr> Provider::InferSchema(const ReadArguments& arguments, bool streaming) {
  if (streaming) return NotStreamed(name(), "reading");
  return MakeError("_LEGACY_ERROR_TEMP_1135", {{"className", name()}});
}

Result<std::shared_ptr<Scan>> Provider::MakeScan(const ReadArguments& arguments) {
  return MakeError("_LEGACY_ERROR_TEMP_1135", {{"className", name()}});
}

Result<std::unique_ptr<StreamSource>> Provider::MakeStreamSource(const StreamArguments& arguments) {
  return NotStreamed(name(), "reading");
}

Result<std::unique_ptr<StreamSink>> Provider::MakeStreamSink(const WriteArguments& arguments) {
  return NotStreamed(name(), "writing");
}

Result<std::unique_ptr<StreamSink>> Provider::MakeBatchSink(const WriteArguments& arguments) {
  return MakeError("DATA_SOURCE_BATCH_WRITE_NOT_SUPPORTED", {{"description", name()}});
}

void ProviderRegistry::Add(std::unique_ptr<Provider> provider) {
  std::string key = LowerCase(provider->name());
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Provider>& place = providers_[std::move(key)];
  if (place != nullptr) replaced_.push_back(std::move(place));
  place = std::move(provider);
}

void ProviderRegistry::AddAlias(std::string alias, std::string name) {
  const std::lock_guard lock(mutex_);
  aliases_[LowerCase(std::move(alias))] = LowerCase(std::move(name));
}

Result<Provider*> ProviderRegistry::Find(const std::string& name) const {
  std::string key = ShortName(LowerCase(name));
  const std::lock_guard lock(mutex_);
  if (const auto alias = aliases_.find(key); alias != aliases_.end()) key = alias->second;
  const auto found = providers_.find(key);
  if (found == providers_.end()) {
    return MakeError("DATA_SOURCE_NOT_FOUND", {{"provider", name}});
  }
  return found->second.get();
}

std::vector<std::string> ProviderRegistry::Names() const {
  std::vector<std::string> names;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, provider] : providers_) names.push_back(name);
  return names;
}

}  // namespace thalweg::io
