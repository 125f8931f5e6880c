#include "thalweg/functions/aggregate/aggregate_support.h"

#include "thalweg/functions/aggregate/percentile_support.h"

namespace thalweg::functions {

void AppendSized(std::string_view bytes, std::string* out) {
  AppendNumber(static_cast<uint64_t>(bytes.size()), out);
  out->append(bytes);
}

Result<std::string_view> ReadSized(std::string_view* in) {
  ARROW_ASSIGN_OR_RAISE(const auto size, ReadNumber<uint64_t>(in));
  if (in->size() < size) return Status::Invalid("truncated aggregate state");
  const std::string_view bytes = in->substr(0, size);
  in->remove_prefix(size);
  return bytes;
}

void RegisterBasicAggregates(FunctionRegistry* registry) {
  RegisterCount(registry);
  RegisterSum(registry);
  RegisterAverage(registry);
  RegisterMinMax(registry);
  RegisterFirstLast(registry);
  RegisterBoolean(registry);
  RegisterBitwiseAggregates(registry);
  RegisterMaxBy(registry);
  RegisterApproximateCount(registry);
  RegisterExactPercentile(registry);
  RegisterMode(registry);
  RegisterProduct(registry);
  RegisterListAggregate(registry);
  RegisterApproximatePercentile(registry);
  RegisterFrequentItems(registry);
}

}  // namespace thalweg::functions
