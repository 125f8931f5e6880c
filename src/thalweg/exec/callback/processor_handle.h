#pragma once

// The handle and the state variables that a StatefulProcessor gets (semantics 5.8).

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/stateful_processor.h>

#include "thalweg/exec/callback/row_image.h"
#include "thalweg/state/variable_table.h"

namespace thalweg::exec {

/// How far a processor's life has come; by Spark's names in errors.
enum class HandleState {
  kCreated,
  kPreInit,
  kInitialized,
  kDataProcessed,
  kTimerProcessed,
  kClosed
};

/// A state variable as Init() declares it.
struct StateVariable {
  std::string name;
  state::VariableKind kind = state::VariableKind::kValue;
  bool has_ttl = false;
  /// Of a map.
  SchemaPtr key_schema;
  SchemaPtr value_schema;
};

/// Counts by Spark's names of metrics.
using CallbackCounts = std::map<std::string, int64_t>;

struct ProcessorHandleOptions {
  TimeMode time_mode = TimeMode::kNone;
  int64_t batch_millis = 0;
  QueryInfo query;
};

/// Among the counts: rows of state written and removed, not counting timers.
inline constexpr char kUpdatedRows[] = "numUpdatedStateRows";
inline constexpr char kRemovedRows[] = "numRemovedStateRows";

/// The variable of timers in the time mode; "" in kNone.
const char* TimerVariable(TimeMode mode);

class ProcessorHandle : public StatefulProcessorHandle {
 public:
  /// Null `table`: variables can be declared, but are not there (the call before the query starts).
  ProcessorHandle(ProcessorHandleOptions options, state::VariableTable* table,
                  CallbackCounts* counts);
  ~ProcessorHandle() override;

  Result<ValueState*> GetValueState(const std::string& name, const SchemaPtr& schema,
                                    TtlConfig ttl) override;
  Result<ListState*> GetListState(const std::string& name, const SchemaPtr& schema,
                                  TtlConfig ttl) override;
  Result<MapState*> GetMapState(const std::string& name, const SchemaPtr& key_schema,
                                const SchemaPtr& value_schema, TtlConfig ttl) override;
  Status DeleteIfExists(const std::string& name) override;
  Status RegisterTimer(int64_t expiry_timestamp_ms) override;
  Status DeleteTimer(int64_t expiry_timestamp_ms) override;
  Result<std::vector<int64_t>> ListTimers() override;
  QueryInfo GetQueryInfo() const override { return options_.query; }

  void SetState(HandleState state) { state_ = state; }
  /// The key that variables mean; null: none.
  void SetKey(state::KeyState* key) { key_ = key; }
  /// What Init() declared, in order.
  const std::vector<StateVariable>& variables() const { return declared_; }
  /// What Init() deleted, where there is no table.
  const std::vector<std::string>& deleted() const { return deleted_; }

  // For the variables.

  state::VariableTable* table() const { return table_; }
  int64_t batch_millis() const { return options_.batch_millis; }
  /// Errors: INTERNAL_ERROR_TWS without a key.
  Result<state::KeyState*> Key(const std::string& name) const;
  void Count(const char* name, int64_t number) { (*counts_)[name] += number; }

 private:
  Status CheckDeclaration(const char* operation, const std::string& name, TtlConfig ttl);
  Status CheckTimers(const char* operation) const;
  void Declare(StateVariable variable);

  ProcessorHandleOptions options_;
  state::VariableTable* table_;
  CallbackCounts* counts_;
  HandleState state_;
  state::KeyState* key_ = nullptr;
  int timers_ = -1;
  std::vector<StateVariable> declared_;
  std::vector<std::string> deleted_;
  std::vector<std::unique_ptr<ValueState>> values_;
  std::vector<std::unique_ptr<ListState>> lists_;
  std::vector<std::unique_ptr<MapState>> maps_;
};

}  // namespace thalweg::exec
