#pragma once

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/external/external_function.h"
#include "thalweg/exec/external/row_queue.h"
#include "thalweg/exec/external/sorted_groups.h"
#include "thalweg/exec/operator.h"
#include "thalweg/expr/expression.h"

namespace thalweg::exec {

/// What comes out of a function over groups.
enum class GroupOutput {
  /// The rows the function gives, any number per group.
  kRows,
  /// One row per group: its keys, then the columns of the function.
  kKeysAndRow,
  /// The rows of the group, each with the columns of the function behind its own.
  kInputAndRow,
};

/// One input of a function over groups.
struct GroupInput {
  /// Expressions over the rows of the input.
  std::vector<expr::ExpressionPtr> keys;
  /// What is sent of each row, as the function's input schema says.
  std::vector<expr::ExpressionPtr> columns;
};

/// Calls a function outside once per group of the epoch. Rows must have been exchanged by the keys.
/// Holds the rows of the epoch until the input is finished, then sends the groups in order of their
/// keys. With two inputs (0 and 1) a group is all rows of equal keys of both, and the output must
/// be kRows. Without keys all rows are one group, if there are any.
class MapGroupsOperator : public Operator {
 public:
  MapGroupsOperator(std::shared_ptr<ExternalGroupFunction> function, std::vector<GroupInput> inputs,
                    GroupOutput output, std::string description);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return true; }
  std::string Description() const override { return description_; }

 private:
  Status SendGroups();
  Status SendGroup(const std::vector<bool>& present);
  Result<Batch> Columns(size_t input, const Batch& rows) const;
  Status TakeResults(Batch results);
  /// Small results, one per group mostly, are put together.
  Status Gather(Batch results);
  Status Flush();

  std::shared_ptr<ExternalGroupFunction> function_;
  std::vector<GroupInput> inputs_;
  GroupOutput output_;
  std::string description_;
  const EpochContext* context_ = nullptr;
  std::vector<SortedGroups> groups_;
  std::vector<Batch> empty_;
  int finished_ = 0;
  std::unique_ptr<ExternalGroupRun> run_;
  RowQueue waiting_;
  std::vector<Batch> gathered_;
  int64_t num_gathered_ = 0;
};

}  // namespace thalweg::exec
