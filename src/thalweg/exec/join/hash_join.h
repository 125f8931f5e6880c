#pragma once

// The probe side of a join: streams through; each batch is matched against the build side. Serves
// batch joins and stream-static joins. Without equal keys every pair of rows is tried.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/exec/join/build_side.h"
#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// What becomes of rows, seen from the probe side.
enum class ProbeKind {
  kInner,      // pairs
  kOuter,      // pairs; probe rows without a match with NULLs
  kSemi,       // probe rows with a match
  kAnti,       // probe rows without a match
  kExistence,  // every probe row, with a flag whether it has a match
};

struct HashJoinOptions {
  ProbeKind kind = ProbeKind::kInner;
  /// Also emits build rows that no probe row matched, once all workers are done.
  bool emit_unmatched_build = false;
  /// Whether the probe side is the left one (its columns come first).
  bool probe_is_left = true;
  /// Rest of the condition, over left columns then right columns; null if none.
  expr::ExpressionPtr condition;
  std::vector<TypePtr> probe_types;
  int64_t batch_rows = kDefaultBatchRows;
  std::string description;
};

/// Counts the workers that still probe.
struct JoinProgress {
  std::mutex mutex;
  int num_workers = 1;
  int open_workers = 0;
};

class HashJoinOperator : public Operator {
 public:
  HashJoinOperator(HashJoinOptions options, JoinKeyReader keys, std::shared_ptr<BuildSide> build,
                   std::shared_ptr<JoinProgress> progress);

  Status BeginEpoch(const EpochContext& context) override;
  Status Push(int input, Batch batch) override;
  Status FinishInput(int input) override;
  bool WantsMore() const override { return options_.emit_unmatched_build || Operator::WantsMore(); }
  std::string Description() const override { return options_.description; }

 private:
  /// Candidate pairs: row i of the probe batch with build row.
  struct Pairs {
    std::vector<int32_t> probe;
    std::vector<int32_t> build;
  };

  Status PushKeyed(const Batch& batch);
  Status PushCross(const Batch& batch);
  /// Applies the condition to `pairs`, notes matches and emits pairs; empties `pairs`.
  Status Resolve(const Batch& batch, Pairs* pairs);
  Status EmitProbeRows(const Batch& batch, bool with_match);
  Status EmitFlagged(const Batch& batch);
  /// True if pairs need not be known, only which probe rows are in one.
  bool WantsOnlyFlags() const;
  Status EmitUnmatchedBuild();
  Result<Batch> Assemble(const Batch& batch, const Pairs& pairs) const;

  HashJoinOptions options_;
  JoinKeyReader keys_;
  std::shared_ptr<BuildSide> build_;
  std::shared_ptr<JoinProgress> progress_;
  const EpochContext* context_ = nullptr;
  state::KeyBatch key_batch_;
  std::vector<int32_t> probe_rows_;
  std::vector<int32_t> first_;
  std::vector<uint8_t> has_match_;  // per row of the current batch
};

}  // namespace thalweg::exec
