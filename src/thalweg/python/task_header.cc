#include "thalweg/python/task_header.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "thalweg/python/python_settings.h"
#include "thalweg/python/state_address.h"
#include "thalweg/python/wire.h"

namespace thalweg::python {
namespace {

Status CheckKnown(EvalType type, Protocol protocol) {
  const auto number = static_cast<int>(type);
  const bool since_41 = (number >= 213 && number <= 216) || (number >= 250 && number <= 253) ||
                        type == EvalType::kArrowUdtf;
  const bool since_42 =
      type == EvalType::kGroupedAggPandasIter || type == EvalType::kGroupedAggArrowIter;
  if (EvalTypeName(type) == "UNKNOWN" || (since_41 && protocol < Protocol::k41) ||
      (since_42 && protocol < Protocol::k42)) {
    return MakeError(
        "UNSUPPORTED_FEATURE.PYTHON_FUNCTION_KIND",
        {{"kind", std::string(EvalTypeName(type)) + " (" + std::to_string(number) + ")"}});
  }
  return Status::OK();
}

void PutMap(const std::map<std::string, std::string>& entries, WireWriter* out) {
  out->Int(static_cast<int64_t>(entries.size()));
  for (const auto& [key, value] : entries) {
    out->Text(key);
    out->Text(value);
  }
}

void PutIdentityFields(const TaskHeader& header, Protocol protocol, WireWriter* out) {
  out->Bool(false);  // no barrier
  if (protocol == Protocol::k40) {
    out->Int(0);
    out->Text("");
  }
  const TaskIdentity& identity = header.identity;
  out->Int(identity.stage);
  out->Int(identity.partition);
  out->Int(identity.attempt_number);
  out->Long(identity.task_attempt);
  out->Int(identity.cpus);
  out->Int(0);  // no resources
  PutMap(identity.local_properties, out);
}

void PutIdentityJson(const TaskHeader& header, WireWriter* out) {
  const TaskIdentity& identity = header.identity;
  nlohmann::json json = {{"isBarrier", false},
                         {"connInfo", nullptr},
                         {"secret", nullptr},
                         {"stageId", identity.stage},
                         {"partitionId", identity.partition},
                         {"attemptNumber", identity.attempt_number},
                         {"taskAttemptId", identity.task_attempt},
                         {"cpus", identity.cpus},
                         {"cpuAmount", std::to_string(identity.cpus)},
                         {"resources", nlohmann::json::object()},
                         {"localProperties", identity.local_properties}};
  out->Text(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void PutFiles(const TaskHeader& header, WireWriter* out) {
  out->Text(header.files_directory);
  out->Int(static_cast<int64_t>(header.includes.size()));
  for (const std::string& include : header.includes) out->Text(include);
  out->Bool(false);  // broadcasts are not encrypted
  out->Int(0);       // and there are none
}

/// Whether arguments carry a flag "by name" in this protocol.
bool HasNameFlags(EvalType type, Protocol protocol) {
  return protocol >= Protocol::k42 || type == EvalType::kBatched || IsTableFunction(type) ||
         IsScalar(type) || IsGroupedAggregate(type) || IsWindowAggregate(type);
}

void PutArguments(const std::vector<FunctionArgument>& arguments, bool flags, WireWriter* out) {
  out->Int(static_cast<int64_t>(arguments.size()));
  for (const FunctionArgument& argument : arguments) {
    out->Int(argument.column);
    if (!flags) continue;
    out->Bool(argument.name.has_value());
    if (argument.name.has_value()) out->Text(*argument.name);
  }
}

void PutFunctions(const TaskHeader& header, Protocol protocol, WireWriter* out) {
  const auto profiler = header.runner_conf.find(kProfiler);
  const bool says_profiler = protocol < Protocol::k42 && profiler != header.runner_conf.end();
  if (protocol < Protocol::k42) out->Bool(says_profiler);
  if (says_profiler) out->Text(profiler->second);
  out->Int(static_cast<int64_t>(header.functions.size()));
  for (const FunctionChain& chain : header.functions) {
    PutArguments(chain.arguments, HasNameFlags(header.eval_type, protocol), out);
    out->Int(static_cast<int64_t>(chain.commands.size()));
    for (const std::string& command : chain.commands) out->Text(command);
    if (protocol >= Protocol::k42 || says_profiler) out->Long(chain.result_id);
  }
}

void PutTableFunction(const TableFunctionCommand& function, WireWriter* out) {
  PutArguments(function.arguments, true, out);
  out->Int(static_cast<int64_t>(function.partition_columns.size()));
  for (const int column : function.partition_columns) out->Int(column);
  out->Bool(function.analyze_result.has_value());
  if (function.analyze_result.has_value()) out->Text(*function.analyze_result);
  out->Text(function.command);
  out->Text(function.return_type);
  out->Text(function.name);
}

std::string EvalConf(const TaskHeader& header, const std::string& key) {
  const auto found = header.eval_conf.find(key);
  return found == header.eval_conf.end() ? std::string() : found->second;
}

void PutStateServer(const TaskHeader& header, WireWriter* out) {
  PutStateAddress(EvalConf(header, "state_server_socket_port"), out);
  out->Text(EvalConf(header, "grouping_key_schema"));
}

void PutTableOffsets(const TaskHeader& header, WireWriter* out) {
  const std::string text = EvalConf(header, "table_arg_offsets");
  std::vector<int> offsets;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) offsets.push_back(std::stoi(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  out->Int(static_cast<int64_t>(offsets.size()));
  for (const int offset : offsets) out->Int(offset);
}

/// Settings and facts where each kind wants them (before they became two maps for every kind).
void PutOldConf(const TaskHeader& header, Protocol protocol, WireWriter* out) {
  const EvalType type = header.eval_type;
  if (FramingOf(type) == Framing::kPickled) return;
  auto conf = header.runner_conf;
  const auto bounds = conf.find("window_bound_types");
  if (protocol == Protocol::k40 && bounds != conf.end()) {
    conf["pandas_window_bound_types"] = bounds->second;
  }
  PutMap(conf, out);
  const bool typed = type == EvalType::kArrowBatched || type == EvalType::kArrowTable;
  if (typed && protocol >= Protocol::k41) out->Text(EvalConf(header, "input_type"));
  if (type == EvalType::kArrowUdtf) PutTableOffsets(header, out);
  if (type == EvalType::kGroupedMapPandasWithState) {
    out->Text(EvalConf(header, "state_value_schema"));
  }
  if (IsTransformWithState(type)) PutStateServer(header, out);
}

}  // namespace

Result<Protocol> ProtocolOfVersion(std::string_view pyspark_version) {
  constexpr std::pair<std::string_view, Protocol> kVersions[] = {{"4.0.", Protocol::k40},
                                                                 {"4.1.", Protocol::k41},
                                                                 {"4.2.", Protocol::k42},
                                                                 {"4.3.", Protocol::k43}};
  // Between two releases the protocol is neither the one's nor the other's: workers would hang.
  const bool released = pyspark_version.find(".dev") == std::string_view::npos;
  for (const auto& [prefix, protocol] : kVersions) {
    if (released && pyspark_version.substr(0, prefix.size()) == prefix) return protocol;
  }
  return MakeError("UNSUPPORTED_FEATURE.PYSPARK_VERSION",
                   {{"version", std::string(pyspark_version)}});
}

Result<std::string> EncodeTaskHeader(const TaskHeader& header, Protocol protocol) {
  ARROW_RETURN_NOT_OK(CheckKnown(header.eval_type, protocol));
  WireWriter out;
  out.Int(header.identity.partition);
  out.Text(header.python_version);
  if (protocol >= Protocol::k42) {
    PutIdentityJson(header, &out);
  } else {
    PutIdentityFields(header, protocol, &out);
  }
  PutFiles(header, &out);
  out.Int(static_cast<int32_t>(header.eval_type));
  if (protocol >= Protocol::k42) {
    PutMap(header.runner_conf, &out);
    PutMap(header.eval_conf, &out);
  } else {
    PutOldConf(header, protocol, &out);
  }
  if (header.eval_type == EvalType::kNonUdf) {
    out.Text(header.command);
  } else if (header.table_function.has_value()) {
    PutTableFunction(*header.table_function, &out);
  } else {
    PutFunctions(header, protocol, &out);
  }
  if (protocol < Protocol::k43) return out.Take();
  WireWriter message;
  message.Put(Mark::kStartInitMessage);
  message.Text(out.bytes());
  return message.Take();
}

}  // namespace thalweg::python
