#include "thalweg/exec/stateful/distinct_aggregate.h"

#include <cstring>

#include <arrow/api.h>

#include "thalweg/state/key_hash.h"
#include "thalweg/state/row_key.h"

namespace thalweg::exec {
namespace {

/// A small set of byte strings: most groups have few values, so nothing is allocated in advance.
class KeySet {
 public:
  /// False if it is there already.
  bool Insert(std::string_view key, uint64_t hash) {
    const auto short_hash = static_cast<uint32_t>(hash >> 32);
    if (places_.empty()) {
      for (size_t i = 0; i < hashes_.size(); ++i) {
        if (hashes_[i] == short_hash && at(i) == key) return false;
      }
    } else {
      size_t place = short_hash & (places_.size() - 1);
      for (; places_[place] != 0; place = (place + 1) & (places_.size() - 1)) {
        const uint32_t index = places_[place] - 1;
        if (hashes_[index] == short_hash && at(index) == key) return false;
      }
    }
    hashes_.push_back(short_hash);
    bytes_.append(key);
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
    if (hashes_.size() * 2 > places_.size() && hashes_.size() > kLinear) {
      Rebuild();
    } else if (!places_.empty()) {
      Place(static_cast<uint32_t>(hashes_.size() - 1));
    }
    return true;
  }

  size_t size() const { return hashes_.size(); }
  std::string_view at(size_t i) const {
    const uint32_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  int64_t memory_bytes() const {
    return static_cast<int64_t>(bytes_.capacity() +
                                4 * (hashes_.capacity() + ends_.capacity() + places_.capacity()));
  }

 private:
  static constexpr size_t kLinear = 8;

  void Place(uint32_t index) {
    size_t place = hashes_[index] & (places_.size() - 1);
    while (places_[place] != 0) place = (place + 1) & (places_.size() - 1);
    places_[place] = index + 1;
  }

  void Rebuild() {
    places_.assign(std::max<size_t>(places_.size() * 2, kLinear * 4), 0);
    for (uint32_t i = 0; i < hashes_.size(); ++i) Place(i);
  }

  std::string bytes_;
  std::vector<uint32_t> ends_;
  std::vector<uint32_t> hashes_;
  std::vector<uint32_t> places_;  // index + 1, 0 for none; empty while the set is small
};

struct DistinctState {
  KeySet seen;
  std::vector<uint64_t> inner;
  uint8_t* inner_slot() { return reinterpret_cast<uint8_t*>(inner.data()); }
};

DistinctState* StateOf(const uint8_t* slot) {
  DistinctState* state;
  std::memcpy(&state, slot, sizeof(state));
  return state;
}

uint64_t HashKey(std::string_view key) {
  return state::HashBytes(reinterpret_cast<const uint8_t*>(key.data()), key.size());
}

class DistinctAggregate : public expr::AggregateFunction {
 public:
  DistinctAggregate(expr::AggregateFunctionPtr inner,
                    std::shared_ptr<const state::RowKeyCodec> codec)
      : AggregateFunction(inner->name(), inner->argument_types(), inner->return_type(),
                          inner->nullable(), sizeof(DistinctState*), false),
        inner_(std::move(inner)),
        codec_(std::move(codec)) {}

  void Init(uint8_t* slot) const override {
    DistinctState* state = NewState(slot);
    inner_->Init(state->inner_slot());
  }

  Status Update(const expr::EvalContext& context, const std::vector<arrow::Datum>& arguments,
                const expr::GroupSlots& slots) const override {
    std::vector<ArrayPtr> columns;
    for (const arrow::Datum& argument : arguments) {
      ArrayPtr column;
      if (argument.is_scalar()) {
        ARROW_ASSIGN_OR_RAISE(column,
                              arrow::MakeArrayFromScalar(*argument.scalar(), slots.num_rows));
      } else {
        column = argument.make_array();
      }
      columns.push_back(std::move(column));
    }
    state::KeyBatch keys;
    ARROW_RETURN_NOT_OK(codec_->Encode(columns, slots.num_rows, &keys));
    auto fresh = std::make_shared<std::vector<int32_t>>();
    std::vector<uint8_t*> inner_slots;
    for (int64_t row = 0; row < slots.num_rows; ++row) {
      DistinctState* state = StateOf(slots.slot(row));
      const std::string_view key = keys.key(row);
      if (!state->seen.Insert(key, HashKey(key))) continue;
      fresh->push_back(static_cast<int32_t>(row));
      inner_slots.push_back(state->inner_slot());
    }
    if (fresh->empty()) return Status::OK();
    std::vector<arrow::Datum> kept;
    for (const ArrayPtr& column : columns) {
      ARROW_ASSIGN_OR_RAISE(ArrayPtr gathered, GatherRows(column, fresh));
      kept.emplace_back(std::move(gathered));
    }
    return inner_->Update(context, kept, InnerSlots(inner_slots));
  }

  Status Merge(uint8_t* into, const uint8_t* from) const override {
    DistinctState* target = StateOf(into);
    const KeySet& other = StateOf(from)->seen;
    std::vector<std::string_view> fresh;
    for (size_t i = 0; i < other.size(); ++i) {
      if (target->seen.Insert(other.at(i), HashKey(other.at(i)))) fresh.push_back(other.at(i));
    }
    if (fresh.empty()) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const auto columns, codec_->Decode(fresh));
    const std::vector<arrow::Datum> arguments(columns.begin(), columns.end());
    const std::vector<uint8_t*> slots(fresh.size(), target->inner_slot());
    return inner_->Update(expr::EvalContext(), arguments, InnerSlots(slots));
  }

  void Serialize(const uint8_t* slot, std::string* out) const override {
    DistinctState* state = StateOf(slot);
    AppendCount(state->seen.size(), out);
    for (size_t i = 0; i < state->seen.size(); ++i) {
      AppendCount(state->seen.at(i).size(), out);
      out->append(state->seen.at(i));
    }
    inner_->Serialize(state->inner_slot(), out);
  }

  Status Deserialize(uint8_t* slot, std::string_view* in) const override {
    DistinctState* state = NewState(slot);
    const Status status = ReadState(state, in);
    if (!status.ok()) delete state;
    return status;
  }

  Result<ArrayPtr> Finish(const expr::EvalContext& context,
                          const expr::GroupSlots& slots) const override {
    std::vector<uint8_t*> inner_slots(slots.num_rows);
    for (int64_t i = 0; i < slots.num_rows; ++i) {
      inner_slots[i] = StateOf(slots.slot(i))->inner_slot();
    }
    return inner_->Finish(context, InnerSlots(inner_slots));
  }

  void Destroy(uint8_t* slot) const override {
    DistinctState* state = StateOf(slot);
    inner_->Destroy(state->inner_slot());
    delete state;
  }

  int64_t OwnedBytes(const uint8_t* slot) const override {
    DistinctState* state = StateOf(slot);
    return static_cast<int64_t>(sizeof(DistinctState) + state->inner.size() * 8) +
           state->seen.memory_bytes() + inner_->OwnedBytes(state->inner_slot());
  }

 private:
  DistinctState* NewState(uint8_t* slot) const {
    auto* state = new DistinctState;
    state->inner.resize((inner_->slot_size() + 7) / 8 + 1);
    std::memcpy(slot, &state, sizeof(state));
    return state;
  }

  static expr::GroupSlots InnerSlots(const std::vector<uint8_t*>& slots) {
    return {slots.data(), static_cast<int64_t>(slots.size()), 0};
  }

  static void AppendCount(size_t count, std::string* out) {
    const auto value = static_cast<uint32_t>(count);
    out->append(reinterpret_cast<const char*>(&value), 4);
  }

  static Result<uint32_t> ReadCount(std::string_view* in) {
    if (in->size() < 4) return Status::Invalid("distinct state ends too early");
    uint32_t count;
    std::memcpy(&count, in->data(), 4);
    in->remove_prefix(4);
    return count;
  }

  Status ReadState(DistinctState* state, std::string_view* in) const {
    ARROW_ASSIGN_OR_RAISE(const uint32_t count, ReadCount(in));
    for (uint32_t i = 0; i < count; ++i) {
      ARROW_ASSIGN_OR_RAISE(const uint32_t size, ReadCount(in));
      if (in->size() < size) return Status::Invalid("distinct state ends too early");
      const std::string_view key = in->substr(0, size);
      in->remove_prefix(size);
      state->seen.Insert(key, HashKey(key));
    }
    return inner_->Deserialize(state->inner_slot(), in);
  }

  expr::AggregateFunctionPtr inner_;
  std::shared_ptr<const state::RowKeyCodec> codec_;
};

}  // namespace

Result<expr::AggregateFunctionPtr> MakeDistinctAggregate(expr::AggregateFunctionPtr inner) {
  ARROW_ASSIGN_OR_RAISE(auto codec, state::RowKeyCodec::Make(inner->argument_types()));
  return std::make_shared<DistinctAggregate>(std::move(inner), std::move(codec));
}

}  // namespace thalweg::exec
