#include "thalweg/plan/catalog/catalog.h"

#include <set>
#include <utility>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {

Catalog::Catalog()
    : shared_(std::make_shared<SharedCatalog>()), current_database_(kDefaultDatabase) {}

void Catalog::Share(std::shared_ptr<SharedCatalog> shared) { shared_ = std::move(shared); }

std::string Catalog::current_database() const {
  const std::lock_guard lock(mutex_);
  return current_database_;
}

Status Catalog::UseDatabase(const std::string& name) {
  const auto database = shared_->FindDatabase(name);
  if (database == nullptr) return SchemaNotFound(name);
  const std::lock_guard lock(mutex_);
  current_database_ = database->name;
  return Status::OK();
}

Result<TableName> Catalog::Resolve(const std::vector<std::string>& name) const {
  const bool has_catalog = name.size() == 3 && ToLowerAscii(name[0]) == kSessionCatalogName;
  if (name.empty() || name.size() > (has_catalog ? 3 : 2)) {
    return MakeError("REQUIRES_SINGLE_PART_NAMESPACE", {{"sessionCatalog", kSessionCatalogName},
                                                        {"identifier", QuoteIdentifiers(name)}});
  }
  if (name.size() == 1) return TableName{current_database(), name[0]};
  return TableName{name[name.size() - 2], name.back()};
}

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

Status Catalog::CreateTable(TableEntry table) { return shared_->CreateTable(std::move(table)); }

Status Catalog::ReplaceTable(TableEntry table) { return shared_->ReplaceTable(std::move(table)); }

bool Catalog::DropView(const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  return views_.erase(ToLowerAscii(name)) > 0;
}

std::shared_ptr<const TableEntry> Catalog::DropTable(const std::vector<std::string>& name) {
  const Result<TableName> resolved = Resolve(name);
  return resolved.ok() ? shared_->DropTable(resolved->database, resolved->table) : nullptr;
}

std::shared_ptr<const ViewEntry> Catalog::FindView(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = views_.find(ToLowerAscii(name));
  return found == views_.end() ? nullptr : found->second;
}

std::shared_ptr<const ViewEntry> Catalog::FindView(const std::vector<std::string>& name) const {
  if (name.size() == 1) return FindView(name[0]);
  if (name.size() != 2 || ToLowerAscii(name[0]) != kGlobalTempDatabase) return nullptr;
  return shared_->FindView(name[1]);
}

std::shared_ptr<const TableEntry> Catalog::FindTable(const std::vector<std::string>& name) const {
  const Result<TableName> resolved = Resolve(name);
  return resolved.ok() ? shared_->FindTable(resolved->database, resolved->table) : nullptr;
}

std::vector<std::shared_ptr<const ViewEntry>> Catalog::Views() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<const ViewEntry>> entries;
  for (const auto& [key, entry] : views_) entries.push_back(entry);
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
  sql_functions_.Remove(name);
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
  sql_functions_.Remove(name);
  const std::lock_guard lock(mutex_);
  table_functions_[ToLowerAscii(name)] = std::move(function);
}

std::shared_ptr<const spec::ExternalTable> Catalog::FindTableFunction(
    const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = table_functions_.find(ToLowerAscii(name));
  return found == table_functions_.end() ? nullptr : found->second;
}

std::vector<std::string> Catalog::FunctionNames() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const auto& [name, function] : functions_) names.insert(name);
  for (const auto& [name, function] : table_functions_) names.insert(name);
  return {names.begin(), names.end()};
}

bool Catalog::DropFunction(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const std::string key = ToLowerAscii(name);
  const size_t dropped = functions_.erase(key);
  return table_functions_.erase(key) + dropped > 0;
}

void Catalog::CopyFunctions(const Catalog& other) {
  sql_functions_.CopyFrom(other.sql_functions_);
  const std::scoped_lock lock(mutex_, other.mutex_);
  functions_ = other.functions_;
  table_functions_ = other.table_functions_;
}

}  // namespace thalweg::plan
