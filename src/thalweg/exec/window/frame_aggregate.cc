#include "thalweg/exec/window/frame_aggregate.h"

#include <algorithm>

#include "thalweg/exec/take.h"
#include "thalweg/exec/window/slot_array.h"

namespace thalweg::exec {
namespace {

// Frames up to this many rows are merged row by row: no more work than along a tree.
constexpr int64_t kShortFrame = 32;

class FrameAggregate {
 public:
  FrameAggregate(const BoundWindowCall& call, const WindowRows& rows,
                 const std::vector<RowRange>& frames, const expr::EvalContext& context)
      : call_(call), rows_(rows), frames_(frames), context_(context) {}

  Result<ArrayPtr> Run() {
    if (call_.frame.lower.unbounded && call_.frame.upper.unbounded) return RunPartitions();
    SlotArray single(call_.function.get(), rows_.size());
    std::vector<uint8_t*> slots(static_cast<size_t>(rows_.size()));
    for (int32_t row = 0; row < rows_.size(); ++row) slots[row] = single.slot(row);
    ARROW_RETURN_NOT_OK(Update(slots));
    if (call_.frame.lower.unbounded) return RunPrefixes(&single);
    if (call_.frame.upper.unbounded) return RunSuffixes(&single);
    return RunSliding(&single);
  }

 private:
  Status Update(const std::vector<uint8_t*>& slots) {
    std::vector<arrow::Datum> arguments;
    for (const expr::ExpressionPtr& argument : call_.arguments) {
      ARROW_ASSIGN_OR_RAISE(auto value, argument->Evaluate(context_, rows_.rows()));
      arguments.push_back(std::move(value));
    }
    return call_.function->Update(context_, arguments, {slots.data(), rows_.size(), 0});
  }

  Result<ArrayPtr> Finish(const std::vector<uint8_t*>& slots) {
    return call_.function->Finish(context_, {slots.data(), static_cast<int64_t>(slots.size()), 0});
  }

  /// Every row has the value of its partition.
  Result<ArrayPtr> RunPartitions() {
    const auto count = static_cast<int64_t>(rows_.partitions().size());
    SlotArray totals(call_.function.get(), count);
    std::vector<uint8_t*> slots;
    std::vector<int32_t> partitions;
    for (int32_t row = 0; row < rows_.size(); ++row) {
      partitions.push_back(rows_.partition_of(row));
      slots.push_back(totals.slot(partitions.back()));
    }
    ARROW_RETURN_NOT_OK(Update(slots));
    std::vector<uint8_t*> distinct;
    for (int64_t i = 0; i < count; ++i) distinct.push_back(totals.slot(i));
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr values, Finish(distinct));
    return TakeRows(values, partitions);
  }

  /// Finishes `sums` at the row that `place` gives for each frame, an empty slot where it is empty.
  template <typename Place>
  Result<ArrayPtr> FinishAt(SlotArray* sums, Place place) {
    SlotArray empty(call_.function.get(), 1);
    std::vector<uint8_t*> slots;
    for (const RowRange& frame : frames_) {
      slots.push_back(frame.size() == 0 ? empty.slot(0) : sums->slot(place(frame)));
    }
    return Finish(slots);
  }

  Result<ArrayPtr> RunPrefixes(SlotArray* sums) {
    SlotArray merged(call_.function.get(), 1);
    for (const RowRange& partition : rows_.partitions()) {
      for (int32_t row = partition.begin + 1; row < partition.end; ++row) {
        merged.Reset(0);
        ARROW_RETURN_NOT_OK(call_.function->Merge(merged.slot(0), sums->slot(row - 1)));
        ARROW_RETURN_NOT_OK(call_.function->Merge(merged.slot(0), sums->slot(row)));
        sums->Swap(row, &merged, 0);
      }
    }
    return FinishAt(sums, [](const RowRange& frame) { return frame.end - 1; });
  }

  Result<ArrayPtr> RunSuffixes(SlotArray* sums) {
    for (const RowRange& partition : rows_.partitions()) {
      for (int32_t row = partition.end - 2; row >= partition.begin; --row) {
        ARROW_RETURN_NOT_OK(call_.function->Merge(sums->slot(row), sums->slot(row + 1)));
      }
    }
    return FinishAt(sums, [](const RowRange& frame) { return frame.begin; });
  }

  Result<ArrayPtr> RunSliding(SlotArray* single) {
    int64_t longest = 0;
    for (const RowRange& frame : frames_) longest = std::max<int64_t>(longest, frame.size());
    std::vector<SlotArray> levels;
    if (longest > kShortFrame) ARROW_RETURN_NOT_OK(BuildTree(single, longest, &levels));
    SlotArray results(call_.function.get(), rows_.size());
    std::vector<uint8_t*> slots;
    for (int32_t row = 0; row < rows_.size(); ++row) {
      const bool repeated = row > 0 && frames_[row].begin == frames_[row - 1].begin &&
                            frames_[row].end == frames_[row - 1].end;
      if (repeated) {
        slots.push_back(slots.back());
        continue;
      }
      slots.push_back(results.slot(row));
      ARROW_RETURN_NOT_OK(MergeFrame(frames_[row], single, &levels, results.slot(row)));
    }
    return Finish(slots);
  }

  /// levels[l] slot i: the rows [i << (l + 1), (i + 1) << (l + 1)).
  Status BuildTree(SlotArray* single, int64_t longest, std::vector<SlotArray>* levels) {
    for (int64_t width = 2; width <= longest; width *= 2) {
      SlotArray* below = levels->empty() ? single : &levels->back();
      SlotArray level(call_.function.get(), below->size() / 2);
      for (int64_t i = 0; i < level.size(); ++i) {
        ARROW_RETURN_NOT_OK(call_.function->Merge(level.slot(i), below->slot(2 * i)));
        ARROW_RETURN_NOT_OK(call_.function->Merge(level.slot(i), below->slot(2 * i + 1)));
      }
      levels->push_back(std::move(level));
    }
    return Status::OK();
  }

  Status MergeFrame(const RowRange& frame, SlotArray* single, std::vector<SlotArray>* levels,
                    uint8_t* into) {
    int64_t row = frame.begin;
    while (row < frame.end) {
      // The largest block of the tree that begins here and ends within the frame.
      size_t level = 0;
      int64_t width = 1;
      while (level < levels->size() && row % (2 * width) == 0 && row + 2 * width <= frame.end) {
        width *= 2;
        ++level;
      }
      uint8_t* block = level == 0 ? single->slot(row) : (*levels)[level - 1].slot(row / width);
      ARROW_RETURN_NOT_OK(call_.function->Merge(into, block));
      row += width;
    }
    return Status::OK();
  }

  const BoundWindowCall& call_;
  const WindowRows& rows_;
  const std::vector<RowRange>& frames_;
  const expr::EvalContext& context_;
};

}  // namespace

Result<ArrayPtr> AggregateFrames(const BoundWindowCall& call, const WindowRows& rows,
                                 const std::vector<RowRange>& frames,
                                 const expr::EvalContext& context) {
  return FrameAggregate(call, rows, frames, context).Run();
}

}  // namespace thalweg::exec
