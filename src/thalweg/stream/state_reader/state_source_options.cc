#include "thalweg/stream/state_reader/state_source_options.h"

#include <charconv>

#include <fmt/format.h>

#include "thalweg/types/identifier_text.h"

namespace thalweg::stream {
namespace {

const std::string* FindOption(const io::Options& options, const char* name) {
  const auto found = options.find(ToLowerAscii(name));
  return found == options.end() ? nullptr : &found->second;
}

Status InvalidValue(const std::string& name, const std::string& message) {
  return MakeError("STDS_INVALID_OPTION_VALUE.WITH_MESSAGE",
                   {{"optionName", name}, {"message", message}});
}

Status Conflict(const char* left, const char* right) {
  return MakeError("STDS_CONFLICT_OPTIONS",
                   {{"options", fmt::format("['{}', '{}']", left, right)}});
}

Status Unspecified(const char* name) {
  return MakeError("STDS_REQUIRED_OPTION_UNSPECIFIED", {{"optionName", name}});
}

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Result<bool> ParseFlag(const io::Options& options, const char* name, bool otherwise) {
  const std::string* text = FindOption(options, name);
  if (text == nullptr) return otherwise;
  const std::string lower = ToLowerAscii(*text);
  if (lower == "true") return true;
  if (lower == "false") return false;
  return InvalidValue(name, "Boolean value is expected");
}

Status ParseStore(const io::Options& options, StateSourceOptions* parsed) {
  const std::string* store = FindOption(options, "storeName");
  if (store == nullptr || *store == "default") return Status::OK();
  if (store->find_first_not_of(' ') == std::string::npos) {
    return MakeError("STDS_INVALID_OPTION_VALUE.IS_EMPTY", {{"optionName", "storeName"}});
  }
  if (parsed->selection.join_side != "none") return Conflict("joinSide", "storeName");
  parsed->selection.store = *store;
  return Status::OK();
}

Status ParseJoinSide(const io::Options& options, StateSourceOptions* parsed) {
  const std::string* side = FindOption(options, "joinSide");
  if (side == nullptr) return Status::OK();
  if (*side != "left" && *side != "right" && *side != "none") {
    return InvalidValue("joinSide", "Valid values are left,right,none");
  }
  parsed->selection.join_side = *side;
  return Status::OK();
}

Status ParseVariable(const io::Options& options, StoreSelection* selection) {
  const std::string* variable = FindOption(options, "stateVarName");
  if (variable != nullptr) selection->variable = Trimmed(*variable);
  ARROW_ASSIGN_OR_RAISE(selection->timers, ParseFlag(options, "readRegisteredTimers", false));
  if (selection->timers && variable != nullptr) {
    return Conflict("readRegisteredTimers", "stateVarName");
  }
  ARROW_ASSIGN_OR_RAISE(selection->flatten, ParseFlag(options, "flattenCollectionTypes", true));
  ARROW_ASSIGN_OR_RAISE(selection->all_variables, ParseFlag(options, "allStateVariables", false));
  if (selection->all_variables && selection->timers) {
    return Conflict("allStateVariables", "readRegisteredTimers");
  }
  if (selection->all_variables && variable != nullptr) {
    return Conflict("allStateVariables", "stateVarName");
  }
  return Status::OK();
}

Status ParseChanges(const io::Options& options, StateSourceOptions* parsed) {
  if (parsed->selection.join_side != "none") return Conflict("joinSide", "readChangeFeed");
  for (const char* name : {"batchId", "snapshotStartBatchId", "snapshotPartitionId"}) {
    if (FindOption(options, name) != nullptr) return Conflict(name, "readChangeFeed");
  }
  ARROW_ASSIGN_OR_RAISE(const auto first, ParseStateNumber(options, "changeStartBatchId"));
  if (!first) return Unspecified("changeStartBatchId");
  // Lists and maps change element by element.
  parsed->selection.flatten = true;
  StateSourceOptions::Changes changes;
  changes.first = *first;
  ARROW_ASSIGN_OR_RAISE(changes.last, ParseStateNumber(options, "changeEndBatchId"));
  parsed->changes = changes;
  return Status::OK();
}

Status ParseBatch(const io::Options& options, StateSourceOptions* parsed) {
  for (const char* name : {"changeStartBatchId", "changeEndBatchId"}) {
    if (FindOption(options, name) == nullptr) continue;
    return InvalidValue(name, "Only specify this option when readChangeFeed is set to true.");
  }
  ARROW_ASSIGN_OR_RAISE(parsed->batch, ParseStateNumber(options, "batchId"));
  ARROW_ASSIGN_OR_RAISE(parsed->snapshot_batch, ParseStateNumber(options, "snapshotStartBatchId"));
  ARROW_ASSIGN_OR_RAISE(const auto partition, ParseStateNumber(options, "snapshotPartitionId"));
  if (partition && !parsed->snapshot_batch) return Unspecified("snapshotStartBatchId");
  if (parsed->snapshot_batch && !partition) return Unspecified("snapshotPartitionId");
  if (partition) parsed->partition = static_cast<int32_t>(*partition);
  return Status::OK();
}

}  // namespace

std::string StateSourceOptions::ToString() const {
  std::string text = fmt::format("checkpointLocation={}", path);
  if (batch) text += fmt::format(", batchId={}", *batch);
  text += fmt::format(", operatorId={}, storeName={}, joinSide={}", operator_id, selection.store,
                      selection.join_side);
  text += fmt::format(", stateVarName={}, flattenCollectionTypes={}",
                      selection.variable.value_or("None"), selection.flatten);
  if (changes) text += fmt::format(", changeStartBatchId={}", changes->first);
  if (changes && changes->last) text += fmt::format(", changeEndBatchId={}", *changes->last);
  return text;
}

Result<std::string> StatePath(const io::ReadArguments& arguments) {
  if (!arguments.paths.empty()) return NormalizePath(arguments.paths.front());
  const std::string* path = FindOption(arguments.options, "path");
  if (path == nullptr) return Unspecified("path");
  return NormalizePath(*path);
}

Result<std::optional<int64_t>> ParseStateNumber(const io::Options& options, const char* name) {
  const std::string* text = FindOption(options, name);
  if (text == nullptr) return std::optional<int64_t>();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) {
    return InvalidValue(name, "'" + *text + "' is not a whole number");
  }
  if (value < 0) return MakeError("STDS_INVALID_OPTION_VALUE.IS_NEGATIVE", {{"optionName", name}});
  return std::optional(value);
}

Result<StateSourceOptions> ParseStateSourceOptions(const io::ReadArguments& arguments) {
  StateSourceOptions parsed;
  const io::Options& options = arguments.options;
  ARROW_ASSIGN_OR_RAISE(parsed.path, StatePath(arguments));
  ARROW_ASSIGN_OR_RAISE(const auto operator_id, ParseStateNumber(options, "operatorId"));
  parsed.operator_id = static_cast<int>(operator_id.value_or(0));
  ARROW_RETURN_NOT_OK(ParseVariable(options, &parsed.selection));
  ARROW_RETURN_NOT_OK(ParseJoinSide(options, &parsed));
  ARROW_RETURN_NOT_OK(ParseStore(options, &parsed));
  ARROW_ASSIGN_OR_RAISE(const bool feed, ParseFlag(options, "readChangeFeed", false));
  ARROW_RETURN_NOT_OK(feed ? ParseChanges(options, &parsed) : ParseBatch(options, &parsed));
  return parsed;
}

}  // namespace thalweg::stream
