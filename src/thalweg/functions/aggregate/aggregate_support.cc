#include "thalweg/functions/aggregate/aggregate_support.h"

#include "thalweg/functions/aggregate/percentile_support.h"

namespace thalweg::functions {

void AppendSized(std::string_view bytes, std::string* out) {
  const auto size = static_cast<uint64_t>(bytes.size());
  out->append(reinterpret_cast<const char*>(&size), sizeof(size));
  out->append(bytes);
}

Result<std::string_view> ReadSized(std::string_view* in) {
  uint64_t size = 0;
  if (in->size() < sizeof(size)) return Status::Invalid("truncated aggregate state");
  std::memcpy(&size, in->data(), sizeof(size));
  in->remove_prefix(sizeof(size));
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
