// df.stat.freqItems(): values that may be in more than a given part of the rows. Misra and Gries:
// a map of bounded size counts what it has room for; what has none takes from all counts.

#include <algorithm>
#include <map>

#include <arrow/api.h>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/percentile_support.h"
#include "thalweg/functions/aggregate/value_codec.h"
#include "thalweg/types/data_types.h"

namespace thalweg::functions {
namespace {

struct Counts {
  std::map<std::string, int64_t> items;  // by codec bytes
};

class FrequentItems : public OwningAggregate<Counts> {
 public:
  FrequentItems(const TypePtr& type, const TypePtr& size_type, size_t size)
      : OwningAggregate(kFrequentItems, {type, size_type}, ArrayOf(type, /*contains_null=*/true),
                        /*nullable=*/false),
        size_(size) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, expr::ToArray(arguments[0], slots.num_rows));
    std::string item;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      item.clear();
      ARROW_RETURN_NOT_OK(AppendValue(*values, row, &item));
      Add(item, 1, &Owned(slots.slot(row)));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    for (const auto& [item, count] : Owned(from).items) Add(item, count, &Owned(into));
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    const Counts& counts = Owned(slot);
    AppendNumber(static_cast<int64_t>(counts.items.size()), out);
    for (const auto& [item, count] : counts.items) {
      AppendSized(item, out);
      AppendNumber(count, out);
    }
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    Counts counts;
    ARROW_ASSIGN_OR_RAISE(const auto size, ReadNumber<int64_t>(in));
    for (int64_t i = 0; i < size; ++i) {
      ARROW_ASSIGN_OR_RAISE(const auto item, ReadSized(in));
      ARROW_ASSIGN_OR_RAISE(counts.items[std::string(item)], ReadNumber<int64_t>(in));
    }
    Init(slot);
    Owned(slot) = std::move(counts);
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), return_type(), &builder));
    auto* list = static_cast<arrow::ListBuilder*>(builder.get());
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      ARROW_RETURN_NOT_OK(list->Append());
      for (const auto& [item, count] : Owned(slots.slot(row)).items) {
        std::string_view in = item;
        ARROW_RETURN_NOT_OK(ReadValue(*argument_types()[0], &in, list->value_builder()));
      }
    }
    return builder->Finish();
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    int64_t bytes = sizeof(Counts);
    for (const auto& [item, count] : Owned(slot).items) {
      bytes += static_cast<int64_t>(item.capacity()) + 64;
    }
    return bytes;
  }

 private:
  void Add(const std::string& item, int64_t count, Counts* counts) const {
    auto& items = counts->items;
    if (const auto found = items.find(item); found != items.end()) {
      found->second += count;
      return;
    }
    if (items.size() < size_) {
      items.emplace(item, count);
      return;
    }
    int64_t least = count;
    for (const auto& [other, known] : items) least = std::min(least, known);
    // What has the least count leaves, the new item with it unless it has more.
    if (count > least) items.emplace(item, count);
    for (auto it = items.begin(); it != items.end();) {
      it->second -= least;
      it = it->second <= 0 ? items.erase(it) : std::next(it);
    }
  }

  size_t size_;
};

}  // namespace

void RegisterFrequentItems(FunctionRegistry* registry) {
  registry->AddAggregate(
      {kFrequentItems, {}, "", "", [](const Arguments& arguments) -> Result<AggregateFunctionPtr> {
         ARROW_RETURN_NOT_OK(CheckArgumentCount(kFrequentItems, arguments, 2, 2));
         const auto& size = static_cast<const arrow::Int32Scalar&>(*arguments[1].constant);
         return std::make_shared<FrequentItems>(arguments[0].type, arguments[1].type,
                                                static_cast<size_t>(size.value));
       }});
}

}  // namespace thalweg::functions
