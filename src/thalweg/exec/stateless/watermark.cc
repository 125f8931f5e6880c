#include "thalweg/exec/stateless/watermark.h"

#include <algorithm>

#include "thalweg/exec/event_time.h"

namespace thalweg::exec {
namespace {

int64_t FloorToMillis(int64_t micros) {
  return micros >= 0 ? micros / 1000 : (micros + 1) / 1000 - 1;
}

}  // namespace

Status WatermarkOperator::BeginEpoch(const EpochContext& context) {
  seen_ = {};
  return Operator::BeginEpoch(context);
}

Status WatermarkOperator::Push(int, Batch batch) {
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr column, GatherRows(batch.columns[column_], batch.selection));
  const int64_t rows = batch.num_selected();
  ARROW_ASSIGN_OR_RAISE(const auto times, EventTimes(*column, rows, 0));
  if (rows > 0) {
    const auto [low, high] = std::minmax_element(times.begin(), times.end());
    const int64_t min_millis = FloorToMillis(*low);
    const int64_t max_millis = FloorToMillis(*high);
    seen_.min_millis = seen_.count == 0 ? min_millis : std::min(seen_.min_millis, min_millis);
    seen_.max_millis = seen_.count == 0 ? max_millis : std::max(seen_.max_millis, max_millis);
    seen_.count += rows;
    for (const int64_t time : times) seen_.sum_millis += static_cast<double>(FloorToMillis(time));
  }
  return Emit(std::move(batch));
}

}  // namespace thalweg::exec
