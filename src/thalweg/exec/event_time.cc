#include "thalweg/exec/event_time.h"

#include <arrow/api.h>

namespace thalweg::exec {

Result<std::vector<int64_t>> EventTimes(const arrow::Array& column, int64_t num_rows,
                                        int64_t null_value) {
  ArrayPtr times;
  if (column.type_id() == arrow::Type::STRUCT) {
    const auto& window = static_cast<const arrow::StructArray&>(column);
    times = window.GetFieldByName("end");
  } else {
    times = arrow::MakeArray(column.data());
  }
  if (times == nullptr || times->type_id() != arrow::Type::TIMESTAMP) {
    return Status::Invalid("no event time in a column of type ", column.type()->ToString());
  }
  const int64_t* values = static_cast<const arrow::TimestampArray&>(*times).raw_values();
  std::vector<int64_t> out(values, values + num_rows);
  if (column.null_count() > 0 || times->null_count() > 0) {
    for (int64_t i = 0; i < num_rows; ++i) {
      if (column.IsNull(i) || times->IsNull(i)) out[i] = null_value;
    }
  }
  return out;
}

}  // namespace thalweg::exec
