#include "thalweg/connectors/batch_readers.h"

#include <utility>

#include <arrow/api.h>

namespace thalweg::connectors {
namespace {

class FunctionReader : public io::BatchReader {
 public:
  FunctionReader(std::function<Result<std::optional<Batch>>()> next, std::vector<int> columns)
      : next_(std::move(next)), columns_(std::move(columns)) {}

  Result<std::optional<Batch>> Next() override {
    ARROW_ASSIGN_OR_RAISE(auto batch, next_());
    if (!batch) return std::optional<Batch>();
    return std::optional(ProjectColumns(*batch, columns_));
  }

 private:
  const std::function<Result<std::optional<Batch>>()> next_;
  const std::vector<int> columns_;
};

}  // namespace

Batch ProjectColumns(const Batch& batch, const std::vector<int>& ordinals) {
  Batch out;
  out.num_rows = batch.num_rows;
  out.selection = batch.selection;
  out.change_kind = batch.change_kind;
  out.columns.reserve(ordinals.size());
  for (const int ordinal : ordinals) out.columns.push_back(batch.columns[ordinal]);
  return out;
}

std::unique_ptr<io::BatchReader> MakeFunctionReader(
    std::function<Result<std::optional<Batch>>()> next, const io::ReadRequest& request) {
  return std::make_unique<FunctionReader>(std::move(next), request.columns);
}

std::unique_ptr<io::BatchReader> MakeVectorReader(std::vector<Batch> batches,
                                                  const io::ReadRequest& request) {
  auto next = [batches = std::move(batches),
               at = size_t{0}]() mutable -> Result<std::optional<Batch>> {
    if (at == batches.size()) return std::optional<Batch>();
    return std::optional(std::exchange(batches[at++], Batch()));
  };
  return std::make_unique<FunctionReader>(std::move(next), request.columns);
}

}  // namespace thalweg::connectors
