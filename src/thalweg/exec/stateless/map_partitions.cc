#include "thalweg/exec/stateless/map_partitions.h"

#include "thalweg/base/unsupported_call.h"
#include "thalweg/exec/callback/guard.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {

MapPartitionsOperator::MapPartitionsOperator(MapPartitionsOptions options)
    : options_(std::move(options)),
      out_(options_.output_schema, "mapPartitions", options_.batch_rows,
           [this](Batch rows) { return Operator::Emit(std::move(rows)); }) {}

Status MapPartitionsOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  function_.reset();
  return Operator::BeginEpoch(context);
}

Status MapPartitionsOperator::MakeFunction() {
  function_ = options_.make_function();
  return function_ != nullptr ? Status::OK()
                              : UnsupportedCall("MapPartitions", "the factory gave no function");
}

Status MapPartitionsOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  dense.columns.resize(options_.input_schema->num_fields());
  ARROW_ASSIGN_OR_RAISE(const auto rows, ToRecordBatch(dense, options_.input_schema));
  const Status status = Guarded([&]() -> Status {
    if (function_ == nullptr) ARROW_RETURN_NOT_OK(MakeFunction());
    return function_->Process(rows, &out_);
  });
  return out_.failure().ok() ? status : out_.failure();
}

Status MapPartitionsOperator::FinishInput(int input) {
  const Status status = Guarded([&]() -> Status {
    if (function_ == nullptr) ARROW_RETURN_NOT_OK(MakeFunction());
    return function_->Finish(&out_);
  });
  function_.reset();
  if (!out_.failure().ok()) return out_.failure();
  ARROW_RETURN_NOT_OK(status);
  ARROW_RETURN_NOT_OK(out_.Flush());
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
