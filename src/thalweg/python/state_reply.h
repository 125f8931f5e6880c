#pragma once

// Answers to requests for state, as they go over the wire: length and message. PySpark 4.0 gets
// several rows as an Arrow stream behind its message, later ones as pickles in it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/python/state_rows.h"
#include "thalweg/python/task_header.h"

namespace thalweg::python {

enum class StateStatus { kDone = 0, kFailed = 1, kNothing = 2 };

/// Appends one answer to a text.
class StateReply {
 public:
  StateReply(Protocol protocol, std::string* out) : protocol_(protocol), out_(out) {}

  void Done() { Put(StateStatus::kDone, ""); }
  void Put(StateStatus status, std::string_view message, std::string_view value = {});
  /// kDone for true, else kNothing with the message.
  void PutTruth(bool truth, const std::string& message);
  void PutNumber(int64_t number);
  void PutText(const std::string& text);

  /// Some of the rows of an iterator; `more` says that there are others behind them.
  Status PutRows(const StateRows& codec, const Batch& rows, bool more);
  Status PutPairs(const StateRows& key_codec, const Batch& keys, const StateRows& value_codec,
                  const Batch& values, bool more);
  /// Null `key_codec`: timers of one key, which is not told.
  Status PutTimers(const StateRows* key_codec, const Batch& keys,
                   const std::vector<int64_t>& millis, bool more);

 private:
  bool arrow() const { return protocol_ == Protocol::k40; }
  Status PutArrow(const arrow::RecordBatch& batch);

  const Protocol protocol_;
  std::string* const out_;
};

}  // namespace thalweg::python
