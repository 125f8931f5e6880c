#include "thalweg/exec/window/rank_functions.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/data/retype.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

template <typename Builder, typename Value>
Result<ArrayPtr> Fill(const WindowRows& rows, Value value) {
  Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(rows.size()));
  for (int32_t row = 0; row < rows.size(); ++row) builder.UnsafeAppend(value(row));
  return builder.Finish();
}

/// The first buckets have one row more if the rows cannot be divided evenly.
int32_t Bucket(int64_t row, int64_t num_rows, int64_t num_buckets) {
  const int64_t size = num_rows / num_buckets;
  const int64_t larger = num_rows % num_buckets;
  const int64_t in_larger = larger * (size + 1);
  const int64_t bucket = row < in_larger ? row / (size + 1) : larger + (row - in_larger) / size;
  return static_cast<int32_t>(bucket + 1);
}

/// The rows whose value is not NULL, in order, and how many of them lie before each row.
struct ValidRows {
  std::vector<int32_t> rows;
  std::vector<int32_t> before = {0};

  explicit ValidRows(const arrow::Array& values) {
    for (int64_t row = 0; row < values.length(); ++row) {
      if (values.IsValid(row)) rows.push_back(static_cast<int32_t>(row));
      before.push_back(static_cast<int32_t>(rows.size()));
    }
  }
  /// The valid row number `index` if it lies in `range`, else kNoRow.
  int32_t At(int64_t index, const RowRange& range) const {
    if (index < 0 || index >= static_cast<int64_t>(rows.size())) return kNoRow;
    const int32_t row = rows[index];
    return row >= range.begin && row < range.end ? row : kNoRow;
  }
};

int32_t RowAt(int64_t row, const RowRange& range) {
  return row >= range.begin && row < range.end ? static_cast<int32_t>(row) : kNoRow;
}

int32_t OffsetRow(const BoundWindowCall& call, const ValidRows* valid, const RowRange& partition,
                  int32_t row) {
  if (valid == nullptr || call.offset == 0) return RowAt(row + call.offset, partition);
  const int64_t index =
      call.offset > 0 ? valid->before[row + 1] + call.offset - 1 : valid->before[row] + call.offset;
  return valid->At(index, partition);
}

int32_t NthRow(const BoundWindowCall& call, const ValidRows* valid, const RowRange& frame) {
  if (frame.size() == 0) return kNoRow;
  const bool from_end = call.offset < 0;
  if (valid == nullptr) {
    return RowAt(from_end ? frame.end + call.offset : frame.begin + call.offset - 1, frame);
  }
  return valid->At(from_end ? valid->before[frame.end] + call.offset
                            : valid->before[frame.begin] + call.offset - 1,
                   frame);
}

}  // namespace

Result<ArrayPtr> ComputeRanks(const BoundWindowCall& call, const WindowRows& rows) {
  switch (call.kind) {
    case expr::WindowFunctionKind::kRowNumber:
      return Fill<arrow::Int32Builder>(
          rows, [&](int32_t row) { return row - rows.partition(row).begin + 1; });
    case expr::WindowFunctionKind::kRank:
      return Fill<arrow::Int32Builder>(
          rows, [&](int32_t row) { return rows.peers(row).begin - rows.partition(row).begin + 1; });
    case expr::WindowFunctionKind::kDenseRank:
      return Fill<arrow::Int32Builder>(rows,
                                       [&](int32_t row) { return rows.peer_number(row) + 1; });
    case expr::WindowFunctionKind::kPercentRank:
      return Fill<arrow::DoubleBuilder>(rows, [&](int32_t row) {
        const RowRange& partition = rows.partition(row);
        if (partition.size() == 1) return 0.0;
        return static_cast<double>(rows.peers(row).begin - partition.begin) /
               static_cast<double>(partition.size() - 1);
      });
    case expr::WindowFunctionKind::kCumeDist:
      return Fill<arrow::DoubleBuilder>(rows, [&](int32_t row) {
        const RowRange& partition = rows.partition(row);
        return static_cast<double>(rows.peers(row).end - partition.begin) /
               static_cast<double>(partition.size());
      });
    default:
      return Fill<arrow::Int32Builder>(rows, [&](int32_t row) {
        const RowRange& partition = rows.partition(row);
        return Bucket(row - partition.begin, partition.size(), call.offset);
      });
  }
}

Result<ArrayPtr> PickValues(const BoundWindowCall& call, const WindowRows& rows,
                            const std::vector<RowRange>& frames, const expr::EvalContext& context) {
  ARROW_ASSIGN_OR_RAISE(ArrayPtr values,
                        expr::EvaluateToArray(*call.arguments[0], context, rows.rows()));
  std::optional<ValidRows> valid;
  if (call.ignore_nulls) valid.emplace(*values);
  const ValidRows* lookup = valid ? &*valid : nullptr;
  const bool has_default =
      call.kind == expr::WindowFunctionKind::kOffset && call.arguments.size() > 1;
  std::vector<int32_t> picked(static_cast<size_t>(rows.size()));
  for (int32_t row = 0; row < rows.size(); ++row) {
    picked[row] = call.kind == expr::WindowFunctionKind::kOffset
                      ? OffsetRow(call, lookup, rows.partition(row), row)
                      : NthRow(call, lookup, frames[row]);
    if (has_default && picked[row] == kNoRow) picked[row] = rows.size() + row;
  }
  if (has_default) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr defaults,
                          expr::EvaluateToArray(*call.arguments[1], context, rows.rows()));
    ARROW_ASSIGN_OR_RAISE(values, ConcatenateArrays({values, defaults}));
  }
  return TakeRowsOrNull(values, picked);
}

}  // namespace thalweg::exec
