#include "thalweg/exec/stateful/session_aggregate.h"

#include <algorithm>

#include <arrow/api.h>

#include "thalweg/exec/stop_watch.h"
#include "thalweg/exec/take.h"

namespace thalweg::exec {
namespace {

std::vector<ArrayPtr> KeyColumns(const Batch& batch, size_t num_columns, int window_column) {
  std::vector<ArrayPtr> columns(batch.columns.begin(), batch.columns.begin() + num_columns);
  columns.erase(columns.begin() + window_column);
  return columns;
}

// How many keys ahead memory is asked for.
constexpr size_t kPrefetchKeys = 8;

/// Asks for the first session of one of the next keys, and for the slots of one behind it.
void PrefetchSessions(uint8_t* const* groups, size_t index, size_t count) {
  if (index + 2 * kPrefetchKeys < count) {
    __builtin_prefetch(SessionsOf(groups[index + 2 * kPrefetchKeys]));
  }
  if (index + kPrefetchKeys < count) {
    __builtin_prefetch(SessionsOf(groups[index + kPrefetchKeys])->first);
  }
}

/// Appends the starts and ends of a window column without NULLs.
void AppendWindows(const arrow::Array& column, std::vector<int64_t>* starts,
                   std::vector<int64_t>* ends) {
  const auto& windows = static_cast<const arrow::StructArray&>(column);
  const ArrayPtr start = windows.field(0);
  const ArrayPtr end = windows.field(1);
  const int64_t* start_values = static_cast<const arrow::TimestampArray&>(*start).raw_values();
  const int64_t* end_values = static_cast<const arrow::TimestampArray&>(*end).raw_values();
  starts->insert(starts->end(), start_values, start_values + windows.length());
  ends->insert(ends->end(), end_values, end_values + windows.length());
}

}  // namespace

SessionAggregateOperator::SessionAggregateOperator(SessionAggregateOptions options,
                                                   state::StateTable* table)
    : options_(std::move(options)), table_(table), late_groups_(options_.grouping) {
  if (table_ == nullptr) {
    state::StateTableOptions table_options;
    table_options.keys = options_.keys;
    table_options.values = options_.sessions;
    own_table_ = std::make_unique<state::StateTable>(table_options);
    table_ = own_table_.get();
  }
}

SessionAggregateOperator::~SessionAggregateOperator() {
  for (const Absorbed& one : absorbed_) options_.sessions->FreeSession(one.from);
}

bool SessionAggregateOperator::keeps_all() const {
  return !streaming() || !options_.has_event_time ||
         context_->output_mode == io::OutputMode::kComplete;
}

Status SessionAggregateOperator::BeginEpoch(const EpochContext& context) {
  context_ = &context;
  metrics_ = {};
  late_groups_.Reset();
  pending_.clear();
  pending_rows_ = 0;
  if (!streaming()) {
    table_->Clear();
    num_sessions_ = 0;
    return Operator::BeginEpoch(context);
  }
  table_->BeginEpoch();
  if (!counted_) ARROW_RETURN_NOT_OK(CountStored());
  return Operator::BeginEpoch(context);
}

/// Counts and queues the sessions that were loaded.
Status SessionAggregateOperator::CountStored() {
  counted_ = true;
  return table_->ForEach([this](uint8_t* const* groups, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      const SessionSlots* slots = SessionsOf(groups[i]);
      for (const Session* one = slots->first; one != nullptr; one = one->next) ++num_sessions_;
      if (!keeps_all()) Queue(groups[i]);
    }
    return Status::OK();
  });
}

Status SessionAggregateOperator::Push(int, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  const StopWatch watch(&metrics_.updates_time_micros);
  ARROW_ASSIGN_OR_RAISE(Batch dense, Compact(batch));
  if (dense.columns[options_.window_column]->null_count() > 0) {
    return MakeError("INTERNAL_ERROR", {{"message", "a session window to group by is NULL"}});
  }
  if (!keeps_all()) {
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    AppendWindows(*dense.columns[options_.window_column], &starts, &ends);
    ARROW_ASSIGN_OR_RAISE(
        const int64_t dropped,
        late_groups_.Drop(context_->late_watermark_micros[options_.operator_id], &dense, &ends));
    metrics_.num_rows_dropped_by_watermark += dropped;
  }
  if (dense.num_rows == 0) return Status::OK();
  pending_rows_ += dense.num_rows;
  pending_.push_back(std::move(dense));
  return pending_rows_ < options_.merge_rows ? Status::OK() : MergePending();
}

Status SessionAggregateOperator::LookUpKeys(const Batch& batch, int64_t first_row) {
  const size_t num_columns = options_.grouping->types().size();
  const std::vector<ArrayPtr> columns = KeyColumns(batch, num_columns, options_.window_column);
  ARROW_RETURN_NOT_OK(options_.keys->Encode(columns, batch.num_rows, &key_batch_));
  inserted_.clear();
  uint8_t** groups = groups_.data() + first_row;
  table_->FindOrInsert(key_batch_, nullptr, true, groups, &inserted_);
  for (const int32_t row : inserted_) {
    *SessionsOf(groups[row]) = {nullptr, SessionSlots::kNotQueued, 0, 0, nullptr};
  }
  if (streaming()) {
    ARROW_RETURN_NOT_OK(table_->SetKeyGroups(columns, batch.num_rows, inserted_, groups));
  }
  AppendWindows(*batch.columns[options_.window_column], &starts_, &ends_);
  return Status::OK();
}

/// Finds the key of every pending row and gives the keys met numbers.
Status SessionAggregateOperator::LookUpKeys() {
  groups_.resize(pending_rows_);
  starts_.clear();
  ends_.clear();
  int64_t first_row = 0;
  for (const Batch& batch : pending_) {
    ARROW_RETURN_NOT_OK(LookUpKeys(batch, first_row));
    first_row += batch.num_rows;
  }
  ++merge_;
  key_groups_.clear();
  key_begins_.assign(1, 0);
  for (uint8_t* group : groups_) {
    SessionSlots* slots = SessionsOf(group);
    if (slots->merge != merge_) {
      slots->merge = merge_;
      slots->ordinal = static_cast<uint32_t>(key_groups_.size());
      key_groups_.push_back(group);
      key_begins_.push_back(0);
    }
    ++key_begins_[slots->ordinal + 1];
  }
  for (size_t key = 1; key < key_begins_.size(); ++key) key_begins_[key] += key_begins_[key - 1];
  return Status::OK();
}

/// Fills `order_`: by key, then by window, rows of equal windows as they came.
void SessionAggregateOperator::OrderRows() {
  order_.resize(pending_rows_);
  std::vector<int32_t> places(key_begins_.begin(), key_begins_.end() - 1);
  for (int64_t row = 0; row < pending_rows_; ++row) {
    order_[places[SessionsOf(groups_[row])->ordinal]++] = static_cast<int32_t>(row);
  }
  const auto earlier = [this](int32_t left, int32_t right) {
    if (starts_[left] != starts_[right]) return starts_[left] < starts_[right];
    return ends_[left] < ends_[right];
  };
  reordered_ = false;
  for (size_t key = 0; key < key_groups_.size(); ++key) {
    const auto begin = order_.begin() + key_begins_[key];
    const auto end = order_.begin() + key_begins_[key + 1];
    if (std::is_sorted(begin, end, earlier)) continue;
    std::stable_sort(begin, end, earlier);
    reordered_ = true;
  }
}

/// Takes in the stored sessions after `into` that it touches.
void SessionAggregateOperator::Absorb(SessionSlots* slots, Session* into) {
  while (into->next != nullptr && into->next->start <= into->end) {
    Session* from = into->next;
    SessionListCodec::NoteGone(slots, from->start);
    into->next = from->next;
    into->end = std::max(into->end, from->end);
    absorbed_.push_back({into, from});
  }
}

/// Lays the rows of a key beside its stored sessions. A row that follows an absorbed session goes
/// to that one's accumulators, which are merged later: so everything is added in order of start.
void SessionAggregateOperator::MergeKey(const KeyRows& key) {
  SessionSlots* slots = SessionsOf(key.group);
  Session* current = nullptr;
  Session* target = nullptr;
  for (int64_t i = 0; i < key.count;) {
    const int32_t row = key.rows[i];
    Session** next = current == nullptr ? &slots->first : &current->next;
    Session* stored = *next;
    if (stored != nullptr && stored->start <= starts_[row]) {
      if (current != nullptr && stored->start <= current->end) {
        *next = stored->next;
        SessionListCodec::NoteGone(slots, stored->start);
        current->end = std::max(current->end, stored->end);
        absorbed_.push_back({current, stored});
      } else {
        current = stored;
      }
      target = stored;
      continue;
    }
    if (current == nullptr || starts_[row] > current->end) {
      current = target = options_.sessions->MakeSession(starts_[row], ends_[row]);
      current->next = stored;
      *next = current;
      ++num_sessions_;
    } else {
      current->end = std::max(current->end, ends_[row]);
    }
    options_.sessions->NoteChanged(current);
    targets_[row] = target->group();
    ++i;
  }
  Absorb(slots, current);
}

/// Adds rows that came in order, batch by batch as they are.
Status SessionAggregateOperator::UpdateAccumulators() {
  if (reordered_) return UpdateInOrder();
  int64_t first_row = 0;
  for (const Batch& batch : pending_) {
    ARROW_RETURN_NOT_OK(options_.calls->Update(context_->eval, batch, targets_.data() + first_row));
    first_row += batch.num_rows;
  }
  return Status::OK();
}

/// Puts the columns that the aggregates read in order first.
Status SessionAggregateOperator::UpdateInOrder() {
  ARROW_ASSIGN_OR_RAISE(Batch all, ConcatenateBatches(pending_));
  std::vector<bool> read(all.columns.size(), false);
  for (const BoundAggregate& aggregate : options_.calls->aggregates()) {
    if (aggregate.filter_column >= 0) read[aggregate.filter_column] = true;
    for (const AggregateArgument& argument : aggregate.arguments) {
      if (argument.column >= 0) read[argument.column] = true;
    }
  }
  for (size_t i = 0; i < all.columns.size(); ++i) {
    if (!read[i]) continue;
    ARROW_ASSIGN_OR_RAISE(all.columns[i], TakeRows(all.columns[i], order_));
  }
  std::vector<uint8_t*> targets(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) targets[i] = targets_[order_[i]];
  return options_.calls->Update(context_->eval, all, targets.data());
}

Status SessionAggregateOperator::MergeAbsorbed() {
  for (const Absorbed& one : absorbed_) {
    ARROW_RETURN_NOT_OK(options_.calls->Merge(one.into->group(), one.from->group()));
  }
  for (const Absorbed& one : absorbed_) options_.sessions->FreeSession(one.from);
  num_sessions_ -= static_cast<int64_t>(absorbed_.size());
  metrics_.num_rows_removed += static_cast<int64_t>(absorbed_.size());
  absorbed_.clear();
  return Status::OK();
}

void SessionAggregateOperator::Queue(uint8_t* group) {
  SessionSlots* slots = SessionsOf(group);
  if (slots->first->end >= slots->queued_time) return;
  slots->queued_time = slots->first->end;
  table_->AddDue(slots->queued_time, group);
}

/// Brings the pending rows into the table.
Status SessionAggregateOperator::MergePending() {
  if (pending_rows_ == 0) return Status::OK();
  ARROW_RETURN_NOT_OK(LookUpKeys());
  OrderRows();
  targets_.resize(pending_rows_);
  for (size_t key = 0; key < key_groups_.size(); ++key) {
    PrefetchSessions(key_groups_.data(), key, key_groups_.size());
    MergeKey({key_groups_[key], order_.data() + key_begins_[key],
              key_begins_[key + 1] - key_begins_[key]});
  }
  ARROW_RETURN_NOT_OK(UpdateAccumulators());
  ARROW_RETURN_NOT_OK(MergeAbsorbed());
  if (!keeps_all()) {
    for (uint8_t* group : key_groups_) Queue(group);
  }
  pending_.clear();
  pending_rows_ = 0;
  return Status::OK();
}

Result<ArrayPtr> SessionAggregateOperator::MakeWindows() const {
  const auto count = static_cast<int64_t>(results_.size());
  const TypePtr& type = options_.grouping->types()[options_.window_column];
  ARROW_ASSIGN_OR_RAISE(auto starts, arrow::AllocateBuffer(count * 8));
  ARROW_ASSIGN_OR_RAISE(auto ends, arrow::AllocateBuffer(count * 8));
  auto* start_values = reinterpret_cast<int64_t*>(starts->mutable_data());
  auto* end_values = reinterpret_cast<int64_t*>(ends->mutable_data());
  for (int64_t i = 0; i < count; ++i) {
    start_values[i] = results_[i].session->start;
    end_values[i] = results_[i].session->end;
  }
  const TypePtr& time = type->field(0)->type();
  return arrow::MakeArray(
      arrow::ArrayData::Make(type, count, {nullptr},
                             {arrow::ArrayData::Make(time, count, {nullptr, std::move(starts)}, 0),
                              arrow::ArrayData::Make(time, count, {nullptr, std::move(ends)}, 0)},
                             0));
}

/// Emits `results_`, which stay.
Status SessionAggregateOperator::EmitResults() {
  if (results_.empty()) return Status::OK();
  ARROW_RETURN_NOT_OK(CheckCancelled(context_->cancelled));
  std::vector<std::string_view> keys;
  std::vector<uint8_t*> sessions;
  for (const Outgoing& result : results_) {
    keys.push_back(table_->key(result.group));
    sessions.push_back(result.session->group());
  }
  Batch out;
  out.num_rows = static_cast<int64_t>(results_.size());
  ARROW_ASSIGN_OR_RAISE(out.columns, options_.keys->Decode(keys));
  ARROW_ASSIGN_OR_RAISE(ArrayPtr windows, MakeWindows());
  out.columns.insert(out.columns.begin() + options_.window_column, std::move(windows));
  ARROW_RETURN_NOT_OK(
      options_.calls->Finish(context_->eval, sessions.data(), out.num_rows, &out.columns));
  return Emit(std::move(out));
}

Status SessionAggregateOperator::EmitAll() {
  const auto emit_full = [this](int64_t limit) -> Status {
    if (static_cast<int64_t>(results_.size()) < limit) return Status::OK();
    ARROW_RETURN_NOT_OK(EmitResults());
    results_.clear();
    return Status::OK();
  };
  ARROW_RETURN_NOT_OK(table_->ForEach([&](uint8_t* const* groups, int64_t count) -> Status {
    for (int64_t i = 0; i < count; ++i) {
      for (Session* one = SessionsOf(groups[i])->first; one != nullptr; one = one->next) {
        results_.push_back({one, groups[i]});
        ARROW_RETURN_NOT_OK(emit_full(options_.batch_rows));
      }
    }
    return emit_full(1);
  }));
  return Status::OK();
}

/// Takes the emitted sessions, which lead the lists of their keys, out of the table.
void SessionAggregateOperator::DropEvicted(int64_t watermark) {
  for (const Outgoing& result : results_) {
    SessionSlots* slots = SessionsOf(result.group);
    slots->first = result.session->next;
    if (slots->first != nullptr) SessionListCodec::NoteGone(slots, result.session->start);
    options_.sessions->FreeSession(result.session);
    if (slots->first == nullptr) {
      table_->Remove(result.group);
    } else if (slots->first->end > watermark) {
      table_->Touch(result.group);
      Queue(result.group);
    }
  }
  num_sessions_ -= static_cast<int64_t>(results_.size());
  metrics_.num_rows_removed += static_cast<int64_t>(results_.size());
  results_.clear();
}

/// Emits and drops the sessions of due keys that the watermark has passed.
Status SessionAggregateOperator::EvictDue(const state::DueGroup* due, int64_t count,
                                          int64_t watermark) {
  for (int64_t i = 0; i < count; ++i) {
    if (i + static_cast<int64_t>(kPrefetchKeys) < count) {
      __builtin_prefetch(SessionsOf(due[i + kPrefetchKeys].group));
    }
    SessionSlots* slots = SessionsOf(due[i].group);
    if (slots->queued_time != due[i].time && slots->queued_time != SessionSlots::kUnknown) continue;
    slots->queued_time = SessionSlots::kNotQueued;
    if (slots->first->end > watermark) {
      Queue(due[i].group);
      continue;
    }
    for (Session* one = slots->first; one != nullptr && one->end <= watermark; one = one->next) {
      results_.push_back({one, due[i].group});
    }
    if (static_cast<int64_t>(results_.size()) < options_.batch_rows) continue;
    ARROW_RETURN_NOT_OK(EmitResults());
    DropEvicted(watermark);
  }
  ARROW_RETURN_NOT_OK(EmitResults());
  DropEvicted(watermark);
  return Status::OK();
}

Status SessionAggregateOperator::Evict() {
  const int64_t watermark = context_->eviction_watermark_micros[options_.operator_id];
  return table_->TakeDue(watermark, [&](const state::DueGroup* due, int64_t count) {
    return EvictDue(due, count, watermark);
  });
}

Status SessionAggregateOperator::FinishInput(int input) {
  {
    const StopWatch watch(&metrics_.updates_time_micros);
    ARROW_RETURN_NOT_OK(MergePending());
  }
  if (streaming()) {
    ARROW_RETURN_NOT_OK(table_->ForEachTouched([this](uint8_t* const* groups, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        PrefetchSessions(groups, i, count);
        const SessionSlots* slots = SessionsOf(groups[i]);
        for (Session* one = slots->first; one != nullptr; one = one->next) {
          ++metrics_.num_rows_updated;
        }
      }
      return Status::OK();
    }));
  }
  if (!streaming() || context_->output_mode == io::OutputMode::kComplete) {
    ARROW_RETURN_NOT_OK(EmitAll());
  } else if (!keeps_all()) {
    const StopWatch watch(&metrics_.removals_time_micros);
    ARROW_RETURN_NOT_OK(Evict());
  }
  return Operator::FinishInput(input);
}

}  // namespace thalweg::exec
