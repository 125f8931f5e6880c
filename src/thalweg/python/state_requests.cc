#include "thalweg/python/state_requests.h"

#include <map>
#include <optional>
#include <utility>

#include <arrow/api.h>

#include "org/apache/spark/sql/execution/streaming/StateMessage.pb.h"
#include "thalweg/python/state_cursor.h"
#include "thalweg/python/state_reply.h"
#include "thalweg/types/data_types.h"

namespace thalweg::python {
namespace {

namespace proto = org::apache::spark::sql::execution::streaming::state;

using exec::HandleState;
using StateRowsPtr = std::shared_ptr<const StateRows>;

struct ValueVariable {
  ValueState* state;
  StateRowsPtr rows;
};
struct ListVariable {
  ListState* state;
  StateRowsPtr rows;
};
struct MapVariable {
  MapState* state;
  StateRowsPtr keys;
  StateRowsPtr values;
};

Status InvalidCall() { return Status::Invalid("Invalid method call"); }

/// Whether an error is about the store and not about what the processor asked for.
bool EndsTheRun(const Status& status) {
  return status.IsCancelled() || status.IsOutOfMemory() || status.IsIOError() ||
         IsCondition(status, "STATE_STORE_MEMORY_LIMIT_EXCEEDED") ||
         IsCondition(status, "STATE_STORE_SPILL_FAILED");
}

HandleState HandleStateOf(proto::HandleState state) {
  switch (state) {
    case proto::PRE_INIT:
      return HandleState::kPreInit;
    case proto::INITIALIZED:
      return HandleState::kInitialized;
    case proto::DATA_PROCESSED:
      return HandleState::kDataProcessed;
    case proto::TIMER_PROCESSED:
      return HandleState::kTimerProcessed;
    case proto::CLOSED:
      return HandleState::kClosed;
    default:
      return HandleState::kCreated;
  }
}

TtlConfig TtlOf(const proto::StateCallCommand& call) {
  return {call.has_ttl() ? call.ttl().durationms() : 0};
}

template <typename Variable>
Result<Variable*> Find(std::map<std::string, Variable>* variables, const char* kind,
                       const std::string& name) {
  const auto found = variables->find(name);
  if (found != variables->end()) return &found->second;
  return Status::Invalid(kind, " state ", name, " is not initialized.");
}

template <typename Variable>
Status CheckNew(const std::map<std::string, Variable>& variables, const char* kind,
                const std::string& name) {
  if (variables.count(name) == 0) return Status::OK();
  return Status::Invalid(kind, " state ", name, " already exists");
}

class StateRequests : public StateRequestHandler {
 public:
  StateRequests(StateRequestOptions options, StateRowsPtr keys, exec::ProcessorAccess* access)
      : options_(std::move(options)), keys_(std::move(keys)), access_(access) {}

  Status Handle(const std::string& request, std::string* reply) override {
    proto::StateRequest message;
    if (!message.ParseFromString(request)) {
      return MakeError("PYTHON_WORKER_FAILED.PROTOCOL", {{"reason", "a request for state"}});
    }
    return Settle(reply, [&](StateReply* out) { return Answer(message, out); });
  }

  bool WantsRows() const override { return static_cast<bool>(take_rows_); }

  Status HandleRows(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                    std::string* reply) override {
    const auto take = std::exchange(take_rows_, nullptr);
    return Settle(reply, [&](StateReply* out) -> Status {
      ARROW_RETURN_NOT_OK(take(batches));
      out->Done();
      return Status::OK();
    });
  }

 private:
  using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

  /// An error of `answer` becomes the answer.
  template <typename Answerer>
  Status Settle(std::string* reply, const Answerer& answer) {
    StateReply out(options_.protocol, reply);
    const size_t size = reply->size();
    const Status status = answer(&out);
    if (status.ok() || EndsTheRun(status)) return status;
    reply->resize(size);
    out.Put(StateStatus::kFailed,
            GetErrorDetail(status) != nullptr ? RenderError(status) : status.message());
    return Status::OK();
  }

  Status Answer(const proto::StateRequest& request, StateReply* reply) {
    switch (request.method_case()) {
      case proto::StateRequest::kImplicitGroupingKeyRequest:
        return AnswerKey(request.implicitgroupingkeyrequest(), reply);
      case proto::StateRequest::kStatefulProcessorCall:
        return AnswerProcessor(request.statefulprocessorcall(), reply);
      case proto::StateRequest::kStateVariableRequest:
        return AnswerVariable(request.statevariablerequest(), reply);
      case proto::StateRequest::kTimerRequest:
        return AnswerTimer(request.timerrequest(), reply);
      case proto::StateRequest::kUtilsRequest: {
        const std::string& text = request.utilsrequest().parsestringschema().schema();
        ARROW_ASSIGN_OR_RAISE(const SchemaPtr schema, ParseSchema(text));
        reply->PutText(SchemaToJson(*schema));
        return Status::OK();
      }
      default:
        return InvalidCall();
    }
  }

  Status AnswerKey(const proto::ImplicitGroupingKeyRequest& request, StateReply* reply) {
    cursors_.clear();
    if (request.has_setimplicitkey()) {
      ARROW_ASSIGN_OR_RAISE(const auto key, keys_->ColumnsOf(request.setimplicitkey().key()));
      ARROW_RETURN_NOT_OK(access_->SetKey(key));
    } else {
      access_->RemoveKey();
    }
    reply->Done();
    return Status::OK();
  }

  Status AnswerProcessor(const proto::StatefulProcessorCall& call, StateReply* reply) {
    switch (call.method_case()) {
      case proto::StatefulProcessorCall::kSetHandleState:
        access_->handle()->SetState(HandleStateOf(call.sethandlestate().state()));
        break;
      case proto::StatefulProcessorCall::kGetValueState:
        ARROW_RETURN_NOT_OK(DeclareValue(call.getvaluestate()));
        break;
      case proto::StatefulProcessorCall::kGetListState:
        ARROW_RETURN_NOT_OK(DeclareList(call.getliststate()));
        break;
      case proto::StatefulProcessorCall::kGetMapState:
        ARROW_RETURN_NOT_OK(DeclareMap(call.getmapstate()));
        break;
      case proto::StatefulProcessorCall::kTimerStateCall:
        return AnswerTimers(call.timerstatecall(), reply);
      case proto::StatefulProcessorCall::kDeleteIfExists: {
        const std::string& name = call.deleteifexists().statename();
        ARROW_RETURN_NOT_OK(access_->handle()->DeleteIfExists(name));
        if (values_.erase(name) == 0 && lists_.erase(name) == 0) maps_.erase(name);
        break;
      }
      default:
        return InvalidCall();
    }
    reply->Done();
    return Status::OK();
  }

  Result<StateRowsPtr> RowsOf(const std::string& schema_json) const {
    ARROW_ASSIGN_OR_RAISE(SchemaPtr schema, SchemaFromJson(schema_json));
    return StateRows::Make(std::move(schema), options_.time_zone);
  }

  Status DeclareValue(const proto::StateCallCommand& call) {
    const std::string& name = call.statename();
    ARROW_RETURN_NOT_OK(CheckNew(values_, "Value", name));
    ARROW_ASSIGN_OR_RAISE(StateRowsPtr rows, RowsOf(call.schema()));
    ARROW_ASSIGN_OR_RAISE(ValueState * state,
                          access_->handle()->GetValueState(name, rows->schema(), TtlOf(call)));
    values_.emplace(name, ValueVariable{state, std::move(rows)});
    return Status::OK();
  }

  Status DeclareList(const proto::StateCallCommand& call) {
    const std::string& name = call.statename();
    ARROW_RETURN_NOT_OK(CheckNew(lists_, "List", name));
    ARROW_ASSIGN_OR_RAISE(StateRowsPtr rows, RowsOf(call.schema()));
    ARROW_ASSIGN_OR_RAISE(ListState * state,
                          access_->handle()->GetListState(name, rows->schema(), TtlOf(call)));
    lists_.emplace(name, ListVariable{state, std::move(rows)});
    return Status::OK();
  }

  Status DeclareMap(const proto::StateCallCommand& call) {
    const std::string& name = call.statename();
    ARROW_RETURN_NOT_OK(CheckNew(maps_, "Map", name));
    ARROW_ASSIGN_OR_RAISE(StateRowsPtr keys, RowsOf(call.schema()));
    ARROW_ASSIGN_OR_RAISE(StateRowsPtr values, RowsOf(call.mapstatevalueschema()));
    ARROW_ASSIGN_OR_RAISE(
        MapState * state,
        access_->handle()->GetMapState(name, keys->schema(), values->schema(), TtlOf(call)));
    maps_.emplace(name, MapVariable{state, std::move(keys), std::move(values)});
    return Status::OK();
  }

  Status AnswerVariable(const proto::StateVariableRequest& request, StateReply* reply) {
    switch (request.method_case()) {
      case proto::StateVariableRequest::kValueStateCall:
        return AnswerValue(request.valuestatecall(), reply);
      case proto::StateVariableRequest::kListStateCall:
        return AnswerList(request.liststatecall(), reply);
      case proto::StateVariableRequest::kMapStateCall:
        return AnswerMap(request.mapstatecall(), reply);
      default:
        return InvalidCall();
    }
  }

  static Status PutExists(const Result<bool>& exists, const std::string& name, StateReply* reply) {
    ARROW_RETURN_NOT_OK(exists.status());
    reply->PutTruth(*exists, "state " + name + " doesn't exist");
    return Status::OK();
  }

  static Status PutRow(const StateRows& codec, const std::optional<Row>& row, StateReply* reply) {
    if (!row) {
      reply->Done();
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(const std::string pickle, codec.ToPickle(*row));
    reply->Put(StateStatus::kDone, "", pickle);
    return Status::OK();
  }

  Status AnswerValue(const proto::ValueStateCall& call, StateReply* reply) {
    ARROW_ASSIGN_OR_RAISE(const ValueVariable* variable, Find(&values_, "Value", call.statename()));
    switch (call.method_case()) {
      case proto::ValueStateCall::kExists:
        return PutExists(variable->state->Exists(), call.statename(), reply);
      case proto::ValueStateCall::kGet: {
        ARROW_ASSIGN_OR_RAISE(const auto row, variable->state->Get());
        return PutRow(*variable->rows, row, reply);
      }
      case proto::ValueStateCall::kValueStateUpdate: {
        ARROW_ASSIGN_OR_RAISE(const Row row,
                              variable->rows->FromPickle(call.valuestateupdate().value()));
        ARROW_RETURN_NOT_OK(variable->state->Update(row));
        break;
      }
      case proto::ValueStateCall::kClear:
        ARROW_RETURN_NOT_OK(variable->state->Clear());
        break;
      default:
        return InvalidCall();
    }
    reply->Done();
    return Status::OK();
  }

  /// The iterator of that name, opened by `open` if there is none, or null at its end.
  template <typename Open>
  static Result<StateCursor*> Cursor(std::map<std::string, StateCursor>* cursors,
                                     const std::string& id, const Open& open) {
    auto found = cursors->find(id);
    if (found == cursors->end()) {
      ARROW_ASSIGN_OR_RAISE(StateCursor cursor, open());
      found = cursors->emplace(id, std::move(cursor)).first;
    }
    if (!found->second.at_end()) return &found->second;
    // It stays at its end when it is asked again.
    found->second = {};
    return nullptr;
  }

  static StateCursor CursorOver(const std::vector<std::shared_ptr<arrow::RecordBatch>>& parts) {
    StateCursor cursor;
    for (const auto& part : parts) cursor.rows.push_back(FromRecordBatch(*part));
    cursor.size = parts[0]->num_rows();
    return cursor;
  }

  Status AnswerIterator(const std::string& id, const StateRows& codec,
                        const std::function<Result<std::shared_ptr<arrow::RecordBatch>>()>& open,
                        const std::string& nothing, StateReply* reply) {
    ARROW_ASSIGN_OR_RAISE(StateCursor * cursor, Cursor(&cursors_, id, [&]() -> Result<StateCursor> {
                            ARROW_ASSIGN_OR_RAISE(const auto rows, open());
                            return CursorOver({rows});
                          }));
    if (cursor == nullptr) {
      reply->Put(StateStatus::kNothing, nothing);
      return Status::OK();
    }
    const StateCursor page = cursor->Take(options_.max_entries);
    return reply->PutRows(codec, page.rows[0], cursor->more());
  }

  template <typename Values>
  static Result<std::vector<Row>> RowsOf(const StateRows& codec, const Values& pickles) {
    std::vector<Row> rows;
    for (const std::string& pickle : pickles) {
      ARROW_ASSIGN_OR_RAISE(rows.emplace_back(), codec.FromPickle(pickle));
    }
    return rows;
  }

  /// put() and appendList(): the rows are in the message, or come as an Arrow stream behind it.
  template <typename Message>
  Status TakeList(const ListVariable& variable, const Message& message,
                  Status (ListState::*take)(const std::vector<Row>&), StateReply* reply) {
    if (options_.protocol == Protocol::k40 || message.fetchwitharrow()) {
      take_rows_ = [variable, take](const Batches& batches) -> Status {
        ARROW_ASSIGN_OR_RAISE(const auto rows, variable.rows->FromArrow(batches));
        return (variable.state->*take)(rows);
      };
      return Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(const auto rows, RowsOf(*variable.rows, message.value()));
    ARROW_RETURN_NOT_OK((variable.state->*take)(rows));
    reply->Done();
    return Status::OK();
  }

  Status AnswerList(const proto::ListStateCall& call, StateReply* reply) {
    ARROW_ASSIGN_OR_RAISE(const ListVariable* variable, Find(&lists_, "List", call.statename()));
    switch (call.method_case()) {
      case proto::ListStateCall::kExists:
        return PutExists(variable->state->Exists(), call.statename(), reply);
      case proto::ListStateCall::kListStateGet:
        return AnswerIterator(
            call.liststateget().iteratorid(), *variable->rows,
            [variable] { return variable->state->Get(); },
            "List state " + call.statename() + " doesn't contain any value.", reply);
      case proto::ListStateCall::kListStatePut:
        return TakeList(*variable, call.liststateput(), &ListState::Put, reply);
      case proto::ListStateCall::kAppendList:
        return TakeList(*variable, call.appendlist(), &ListState::AppendList, reply);
      case proto::ListStateCall::kAppendValue: {
        ARROW_ASSIGN_OR_RAISE(const Row row,
                              variable->rows->FromPickle(call.appendvalue().value()));
        ARROW_RETURN_NOT_OK(variable->state->AppendValue(row));
        break;
      }
      case proto::ListStateCall::kClear:
        ARROW_RETURN_NOT_OK(variable->state->Clear());
        break;
      default:
        return InvalidCall();
    }
    reply->Done();
    return Status::OK();
  }

  Status AnswerMap(const proto::MapStateCall& call, StateReply* reply) {
    ARROW_ASSIGN_OR_RAISE(const MapVariable* variable, Find(&maps_, "Map", call.statename()));
    switch (call.method_case()) {
      case proto::MapStateCall::kExists:
        return PutExists(variable->state->Exists(), call.statename(), reply);
      case proto::MapStateCall::kIterator:
        return AnswerPairs(*variable, call, reply);
      case proto::MapStateCall::kKeys:
        return AnswerIterator(
            call.keys().iteratorid(), *variable->keys,
            [variable] { return variable->state->Keys(); },
            "Map state " + call.statename() + " doesn't contain any key.", reply);
      case proto::MapStateCall::kValues:
        return AnswerIterator(
            call.values().iteratorid(), *variable->values,
            [variable] { return variable->state->Values(); },
            "Map state " + call.statename() + " doesn't contain any value.", reply);
      case proto::MapStateCall::kClear:
        ARROW_RETURN_NOT_OK(variable->state->Clear());
        reply->Done();
        return Status::OK();
      default:
        return AnswerEntry(*variable, call, reply);
    }
  }

  Status AnswerPairs(const MapVariable& variable, const proto::MapStateCall& call,
                     StateReply* reply) {
    ARROW_ASSIGN_OR_RAISE(
        StateCursor * cursor,
        Cursor(&pair_cursors_, call.iterator().iteratorid(), [&]() -> Result<StateCursor> {
          ARROW_ASSIGN_OR_RAISE(const auto entries, variable.state->Iterator());
          return CursorOver({entries.first, entries.second});
        }));
    if (cursor == nullptr) {
      reply->Put(StateStatus::kNothing,
                 "Map state " + call.statename() + " doesn't contain any entry.");
      return Status::OK();
    }
    const StateCursor page = cursor->Take(options_.max_entries);
    return reply->PutPairs(*variable.keys, page.rows[0], *variable.values, page.rows[1],
                           cursor->more());
  }

  Status AnswerEntry(const MapVariable& variable, const proto::MapStateCall& call,
                     StateReply* reply) {
    switch (call.method_case()) {
      case proto::MapStateCall::kGetValue: {
        ARROW_ASSIGN_OR_RAISE(const Row key, variable.keys->FromPickle(call.getvalue().userkey()));
        ARROW_ASSIGN_OR_RAISE(const auto row, variable.state->GetValue(key));
        return PutRow(*variable.values, row, reply);
      }
      case proto::MapStateCall::kContainsKey: {
        ARROW_ASSIGN_OR_RAISE(const Row key,
                              variable.keys->FromPickle(call.containskey().userkey()));
        ARROW_ASSIGN_OR_RAISE(const bool contains, variable.state->ContainsKey(key));
        reply->PutTruth(contains, "Map state " + call.statename() + " doesn't contain the key");
        return Status::OK();
      }
      case proto::MapStateCall::kUpdateValue: {
        const proto::UpdateValue& update = call.updatevalue();
        ARROW_ASSIGN_OR_RAISE(const Row key, variable.keys->FromPickle(update.userkey()));
        ARROW_ASSIGN_OR_RAISE(const Row value, variable.values->FromPickle(update.value()));
        ARROW_RETURN_NOT_OK(variable.state->UpdateValue(key, value));
        break;
      }
      case proto::MapStateCall::kRemoveKey: {
        ARROW_ASSIGN_OR_RAISE(const Row key, variable.keys->FromPickle(call.removekey().userkey()));
        ARROW_RETURN_NOT_OK(variable.state->RemoveKey(key));
        break;
      }
      default:
        return InvalidCall();
    }
    reply->Done();
    return Status::OK();
  }

  /// Timers of the key.
  Status AnswerTimers(const proto::TimerStateCallCommand& call, StateReply* reply) {
    exec::ProcessorHandle* handle = access_->handle();
    switch (call.method_case()) {
      case proto::TimerStateCallCommand::kRegister:
        ARROW_RETURN_NOT_OK(handle->RegisterTimer(call.register_().expirytimestampms()));
        break;
      case proto::TimerStateCallCommand::kDelete:
        ARROW_RETURN_NOT_OK(handle->DeleteTimer(call.delete_().expirytimestampms()));
        break;
      case proto::TimerStateCallCommand::kList: {
        ARROW_ASSIGN_OR_RAISE(
            StateCursor * cursor,
            Cursor(&cursors_, call.list().iteratorid(), [&]() -> Result<StateCursor> {
              StateCursor timers;
              ARROW_ASSIGN_OR_RAISE(timers.timers, handle->ListTimers());
              timers.size = static_cast<int64_t>(timers.timers.size());
              return timers;
            }));
        if (cursor == nullptr) {
          reply->Put(StateStatus::kNothing, "List timer iterator doesn't contain any value.");
          return Status::OK();
        }
        const StateCursor page = cursor->Take(options_.max_entries);
        return reply->PutTimers(nullptr, {}, page.timers, cursor->more());
      }
      default:
        return InvalidCall();
    }
    reply->Done();
    return Status::OK();
  }

  /// Times, and the timers of all keys that are due.
  Status AnswerTimer(const proto::TimerRequest& request, StateReply* reply) {
    if (request.has_timervaluerequest()) {
      const bool watermark = request.timervaluerequest().has_getwatermark();
      reply->PutNumber(
          (watermark ? access_->watermark_millis() : access_->batch_millis()).value_or(-1));
      return Status::OK();
    }
    if (!request.has_expirytimerrequest()) return InvalidCall();
    ARROW_ASSIGN_OR_RAISE(StateCursor * cursor,
                          Cursor(&due_cursors_, request.expirytimerrequest().iteratorid(),
                                 [&]() -> Result<StateCursor> {
                                   ARROW_ASSIGN_OR_RAISE(auto due, access_->FindDueTimers());
                                   StateCursor timers;
                                   timers.size = static_cast<int64_t>(due.millis.size());
                                   timers.rows.push_back({});
                                   timers.rows[0].num_rows = timers.size;
                                   timers.rows[0].columns = std::move(due.keys);
                                   timers.timers = std::move(due.millis);
                                   return timers;
                                 }));
    if (cursor == nullptr) {
      const bool old = options_.protocol == Protocol::k40;
      reply->Put(old ? StateStatus::kFailed : StateStatus::kNothing, "No expired timer.");
      return Status::OK();
    }
    const StateCursor page = cursor->Take(options_.max_entries);
    return reply->PutTimers(keys_.get(), page.rows[0], page.timers, cursor->more());
  }

  const StateRequestOptions options_;
  const StateRowsPtr keys_;
  exec::ProcessorAccess* const access_;
  std::map<std::string, ValueVariable> values_;
  std::map<std::string, ListVariable> lists_;
  std::map<std::string, MapVariable> maps_;
  /// Iterators by the names that the processor gave them: of the current key, of maps, over timers
  /// that are due.
  std::map<std::string, StateCursor> cursors_;
  std::map<std::string, StateCursor> pair_cursors_;
  std::map<std::string, StateCursor> due_cursors_;
  /// Set while rows of a list come.
  std::function<Status(const Batches&)> take_rows_;
};

}  // namespace

Result<std::unique_ptr<StateRequestHandler>> MakeStateRequestHandler(
    StateRequestOptions options, exec::ProcessorAccess* access) {
  ARROW_ASSIGN_OR_RAISE(auto keys, StateRows::Make(options.keys, options.time_zone));
  return std::make_unique<StateRequests>(std::move(options), std::move(keys), access);
}

}  // namespace thalweg::python
