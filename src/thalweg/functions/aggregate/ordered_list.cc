#include "thalweg/functions/aggregate/ordered_list.h"

#include <algorithm>
#include <utility>

#include "thalweg/functions/aggregate/aggregate_support.h"
#include "thalweg/functions/aggregate/value_codec.h"

namespace thalweg::functions {
namespace {

/// A value and the codec bytes of its keys, one after the other.
struct KeyedText {
  std::string keys;
  std::string text;
};
using Texts = std::vector<KeyedText>;

constexpr size_t kFirstKey = 3;

class OrderedList : public OwningAggregate<Texts> {
 public:
  OrderedList(std::vector<TypePtr> argument_types, std::string delimiter,
              std::vector<ListOrder> orders)
      : OwningAggregate("listagg within group", argument_types, argument_types[0],
                        /*nullable=*/true),
        delimiter_(std::move(delimiter)),
        orders_(std::move(orders)) {}

  Status Update(const EvalContext&, const std::vector<arrow::Datum>& arguments,
                const GroupSlots& slots) const override {
    const expr::StringView texts(arguments[0]);
    std::vector<ArrayPtr> keys;
    for (size_t i = kFirstKey; i < arguments.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(auto key, expr::ToArray(arguments[i], slots.num_rows));
      keys.push_back(std::move(key));
    }
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      if (texts.IsNull(row)) continue;
      KeyedText added;
      added.text = texts.Value(row);
      for (const ArrayPtr& key : keys) {
        ARROW_RETURN_NOT_OK(AppendValue(*key, row, &added.keys));
      }
      Owned(slots.slot(row)).push_back(std::move(added));
    }
    return Status::OK();
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    Owned(into).insert(Owned(into).end(), Owned(from).begin(), Owned(from).end());
    return Status::OK();
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    AppendNumber(static_cast<uint64_t>(Owned(slot).size()), out);
    for (const KeyedText& text : Owned(slot)) {
      AppendSized(text.keys, out);
      AppendSized(text.text, out);
    }
  }
  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    ARROW_ASSIGN_OR_RAISE(const auto size, ReadNumber<uint64_t>(in));
    auto texts = std::make_unique<Texts>();
    for (uint64_t i = 0; i < size; ++i) {
      ARROW_ASSIGN_OR_RAISE(const auto keys, ReadSized(in));
      ARROW_ASSIGN_OR_RAISE(const auto text, ReadSized(in));
      texts->push_back({std::string(keys), std::string(text)});
    }
    *SlotAs<Texts*>(slot) = texts.release();
    return Status::OK();
  }

  Result<ArrayPtr> Finish(const EvalContext&, const GroupSlots& slots) const override {
    ARROW_ASSIGN_OR_RAISE(auto writer, expr::ResultWriter<std::string>::Make(
                                           return_type(), slots.num_rows, expr::NullMask()));
    std::string joined;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      const Texts& group = Owned(slots.slot(row));
      if (group.empty()) {
        ARROW_RETURN_NOT_OK(writer.SetNull(row));
        continue;
      }
      joined.clear();
      bool first = true;
      for (const KeyedText* text : InOrder(group)) {
        if (!std::exchange(first, false)) joined += delimiter_;
        joined += text->text;
      }
      ARROW_RETURN_NOT_OK(writer.Set(row, joined));
    }
    return writer.Finish();
  }

  /// Spark keeps serialised bytes here; the outcome can be read.
  std::vector<FieldPtr> StateFields() const override {
    return {arrow::field("buf", return_type())};
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    size_t bytes = sizeof(Texts);
    for (const KeyedText& text : Owned(slot)) {
      bytes += sizeof(KeyedText) + text.keys.capacity() + text.text.capacity();
    }
    return static_cast<int64_t>(bytes);
  }

 private:
  std::vector<const KeyedText*> InOrder(const Texts& group) const {
    std::vector<const KeyedText*> order;
    for (const KeyedText& text : group) order.push_back(&text);
    std::stable_sort(order.begin(), order.end(),
                     [this](const KeyedText* left, const KeyedText* right) {
                       return IsBefore(left->keys, right->keys);
                     });
    return order;
  }

  bool IsBefore(std::string_view left, std::string_view right) const {
    for (const ListOrder& order : orders_) {
      // The first byte of a value tells whether it is NULL.
      const bool left_null = left.front() == 0;
      const bool right_null = right.front() == 0;
      const int compared = CompareValues(*order.type, &left, &right);
      if (left_null != right_null) return left_null == order.nulls_first;
      if (compared != 0) return order.descending ? compared > 0 : compared < 0;
    }
    return false;
  }

  std::string delimiter_;
  std::vector<ListOrder> orders_;
};

}  // namespace

AggregateFunctionPtr MakeOrderedList(std::vector<TypePtr> argument_types, std::string delimiter,
                                     std::vector<ListOrder> orders) {
  return std::make_shared<OrderedList>(std::move(argument_types), std::move(delimiter),
                                       std::move(orders));
}

Status OrderMissing(const std::string& name) {
  return MakeError("INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING",
                   {{"funcName", "`" + name + "`"}});
}

}  // namespace thalweg::functions
