#include "thalweg/exec/window/external_frames.h"

#include <algorithm>
#include <utility>

#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>

#include "thalweg/exec/external/partitioning.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

/// The ends of the frames of a partition's rows, counted from its begin.
Result<std::vector<ArrayPtr>> FrameColumns(const RowRange& partition,
                                           const std::vector<RowRange>& frames) {
  arrow::Int32Builder begins;
  arrow::Int32Builder ends;
  ARROW_RETURN_NOT_OK(begins.Reserve(partition.size()));
  ARROW_RETURN_NOT_OK(ends.Reserve(partition.size()));
  for (int32_t row = partition.begin; row < partition.end; ++row) {
    const RowRange& frame = frames[static_cast<size_t>(row)];
    const int32_t begin = frame.begin - partition.begin;
    begins.UnsafeAppend(begin);
    ends.UnsafeAppend(std::max(begin, frame.end - partition.begin));
  }
  std::vector<ArrayPtr> columns(2);
  ARROW_RETURN_NOT_OK(begins.Finish(&columns[0]));
  ARROW_RETURN_NOT_OK(ends.Finish(&columns[1]));
  return columns;
}

}  // namespace

Result<ArrayPtr> EvaluateExternalFrames(const BoundWindowCall& call, const WindowRows& rows,
                                        const std::vector<RowRange>& frames,
                                        const EpochContext& context) {
  std::vector<ArrayPtr> arguments;
  for (const expr::ExpressionPtr& argument : call.arguments) {
    ARROW_ASSIGN_OR_RAISE(arguments.emplace_back(),
                          expr::EvaluateToArray(*argument, context.eval, rows.rows()));
  }
  arrow::ArrayVector results;
  const EmitRows take = [&results](Batch batch) {
    results.push_back(batch.columns[0]);
    return Status::OK();
  };
  ARROW_ASSIGN_OR_RAISE(auto run, call.external->Start(MakeExternalTask(context)));
  for (const RowRange& partition : rows.partitions()) {
    ARROW_RETURN_NOT_OK(CheckCancelled(context.cancelled));
    Batch group;
    group.num_rows = partition.size();
    if (call.bounded) {
      ARROW_ASSIGN_OR_RAISE(group.columns, FrameColumns(partition, frames));
    }
    for (const ArrayPtr& argument : arguments) {
      group.columns.push_back(argument->Slice(partition.begin, partition.size()));
    }
    ARROW_RETURN_NOT_OK(run->SendGroup({std::move(group)}, take));
  }
  ARROW_RETURN_NOT_OK(run->Finish(take));
  ARROW_ASSIGN_OR_RAISE(ArrayPtr all, arrow::Concatenate(results));
  if (all->length() == rows.size()) return all;
  return Status::Invalid("a function over windows gave another number of rows than it got");
}

}  // namespace thalweg::exec
