#include "thalweg/plan/catalog/catalog.h"

#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {

Status Catalog::CreateView(ViewEntry view, bool replace) {
  const std::string key = ToLowerAscii(view.name);
  std::lock_guard<std::mutex> lock(mutex_);
  if (!replace && views_.count(key) > 0) {
    return MakeError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
                     {{"relationName", QuoteIdentifier(view.name)}});
  }
  views_[key] = std::make_shared<const ViewEntry>(std::move(view));
  return Status::OK();
}

Status Catalog::CreateTable(TableEntry table) {
  const std::string key = ToLowerAscii(table.name);
  std::lock_guard<std::mutex> lock(mutex_);
  if (tables_.count(key) > 0) {
    return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS",
                     {{"relationName", QuoteIdentifier(table.name)}});
  }
  tables_[key] = std::make_shared<const TableEntry>(std::move(table));
  return Status::OK();
}

bool Catalog::DropView(const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  return views_.erase(ToLowerAscii(name)) > 0;
}

bool Catalog::DropTable(const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  return tables_.erase(ToLowerAscii(name)) > 0;
}

std::shared_ptr<const ViewEntry> Catalog::FindView(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = views_.find(ToLowerAscii(name));
  return found == views_.end() ? nullptr : found->second;
}

std::shared_ptr<const TableEntry> Catalog::FindTable(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = tables_.find(ToLowerAscii(name));
  return found == tables_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const ViewEntry>> Catalog::Views() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<const ViewEntry>> entries;
  for (const auto& [key, entry] : views_) entries.push_back(entry);
  return entries;
}

std::vector<std::shared_ptr<const TableEntry>> Catalog::Tables() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<const TableEntry>> entries;
  for (const auto& [key, entry] : tables_) entries.push_back(entry);
  return entries;
}

std::shared_ptr<const StreamRelation> Catalog::FindStream(const spec::RelationPtr& relation) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = streams_.find(relation.get());
  // An address may be used again after its relation died: only a live owner counts.
  if (found == streams_.end() || found->second.relation.lock() != relation) return nullptr;
  return found->second.stream;
}

std::shared_ptr<const StreamRelation> Catalog::RememberStream(
    const spec::RelationPtr& relation, std::shared_ptr<const StreamRelation> stream) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(streams_, [](const auto& item) { return item.second.relation.expired(); });
  auto [entry, added] = streams_.try_emplace(relation.get(), StreamEntry{relation, stream});
  return entry->second.stream;
}

void Catalog::RegisterFunction(const std::string& name,
                               std::shared_ptr<const spec::ExternalScalar> function) {
  const std::lock_guard lock(mutex_);
  functions_[ToLowerAscii(name)] = std::move(function);
}

std::shared_ptr<const spec::ExternalScalar> Catalog::FindFunction(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = functions_.find(ToLowerAscii(name));
  return found == functions_.end() ? nullptr : found->second;
}

void Catalog::RegisterTableFunction(const std::string& name,
                                    std::shared_ptr<const spec::ExternalTable> function) {
  const std::lock_guard lock(mutex_);
  table_functions_[ToLowerAscii(name)] = std::move(function);
}

std::shared_ptr<const spec::ExternalTable> Catalog::FindTableFunction(
    const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = table_functions_.find(ToLowerAscii(name));
  return found == table_functions_.end() ? nullptr : found->second;
}

void Catalog::CopyFunctions(const Catalog& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  functions_ = other.functions_;
  table_functions_ = other.table_functions_;
}

}  // namespace thalweg::plan
