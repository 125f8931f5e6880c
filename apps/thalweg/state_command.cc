#include "state_command.h"

#include <arrow/api.h>

#include "error_output.h"
#include "interrupt.h"
#include "output_format.h"
#include "script_runner.h"
#include "thalweg/stream/state_reader/state_checkpoint.h"
#include "thalweg/stream/state_reader/state_rows.h"

namespace thalweg::cli {
namespace {

using plan::spec::Relation;
using plan::spec::RelationKind;

constexpr const char* kFooter =
    R"(Lists the stateful operators of a streaming query's checkpoint; with --dump the entries of one as
columns key, value, partition_id; with --changes what batches changed of them. Nothing is written,
and the query may go on meanwhile. SQL reads the same: CREATE TEMPORARY VIEW v USING statestore
OPTIONS (path '...', operatorId '0', batchId '7').)";

/// The two ends of "FROM..TO"; the second is empty for "FROM..".
bool SplitRange(const std::string& text, std::string* from, std::string* to) {
  const size_t dots = text.find("..");
  if (dots == std::string::npos || dots == 0) return false;
  *from = text.substr(0, dots);
  *to = text.substr(dots + 2);
  return (*from + *to).find_first_not_of("0123456789") == std::string::npos;
}

plan::spec::RelationPtr MakeRelation(const StateArguments& arguments) {
  auto relation = std::make_shared<Relation>();
  relation->kind = RelationKind::kRead;
  relation->format = "statestore";
  relation->paths = {arguments.checkpoint};
  relation->options["operatorId"] = std::to_string(arguments.operator_id);
  if (!arguments.join_side.empty()) relation->options["joinSide"] = arguments.join_side;
  if (!arguments.store.empty()) relation->options["storeName"] = arguments.store;
  if (!arguments.variable.empty()) {
    relation->options["stateVarName"] = arguments.variable;
  } else if (arguments.timers) {
    relation->options["readRegisteredTimers"] = "true";
  } else {
    relation->options["allStateVariables"] = "true";
  }
  if (arguments.whole) relation->options["flattenCollectionTypes"] = "false";
  std::string from, to;
  if (SplitRange(arguments.changes, &from, &to)) {
    relation->options["readChangeFeed"] = "true";
    relation->options["changeStartBatchId"] = from;
    if (!to.empty()) relation->options["changeEndBatchId"] = to;
  } else if (arguments.batch >= 0) {
    relation->options["batchId"] = std::to_string(arguments.batch);
  }
  return relation;
}

SchemaPtr ListSchema() {
  return arrow::schema(
      {arrow::field("operatorId", arrow::int32()), arrow::field("operatorName", arrow::utf8()),
       arrow::field("keySchema", arrow::utf8()), arrow::field("valueSchema", arrow::utf8()),
       arrow::field("numKeys", arrow::int64()), arrow::field("bytes", arrow::int64()),
       arrow::field("numPartitions", arrow::int32()), arrow::field("minBatchId", arrow::int64()),
       arrow::field("maxBatchId", arrow::int64())});
}

/// Columns of the list under construction.
struct ListRows {
  arrow::Int32Builder ids, partitions;
  arrow::StringBuilder names, keys, values;
  arrow::Int64Builder counts, bytes, firsts, lasts;
};

/// Schemas, entries and bytes of an operator; NULL where its state cannot be described or no batch
/// is committed.
Status AppendState(stream::StateCheckpoint* checkpoint, int id,
                   const std::optional<stream::StateCheckpoint::BatchRange>& batches,
                   ListRows* rows) {
  const std::string options = "operatorId=" + std::to_string(id);
  const auto state = checkpoint->Open(id, options);
  std::unique_ptr<stream::StateView> view;
  if (state.ok()) {
    stream::StoreSelection selection;
    if (state->rows[0] != nullptr) selection.join_side = "left";
    selection.all_variables = state->has_variables();
    auto made = checkpoint->MakeView(*state, selection, options);
    if (made.ok()) view = made.MoveValueUnsafe();
  }
  if (view != nullptr) {
    const auto& values =
        state->rows[0] != nullptr ? state->schema.value_fields : view->value_fields();
    ARROW_RETURN_NOT_OK(rows->keys.Append(SchemaToDdl(arrow::Schema(view->key_fields()))));
    ARROW_RETURN_NOT_OK(rows->values.Append(SchemaToDdl(arrow::Schema(values))));
  } else {
    ARROW_RETURN_NOT_OK(rows->keys.AppendNull());
    ARROW_RETURN_NOT_OK(rows->values.AppendNull());
  }
  if (!batches) {
    ARROW_RETURN_NOT_OK(rows->counts.AppendNull());
    return rows->bytes.AppendNull();
  }
  ARROW_ASSIGN_OR_RAISE(const auto files, checkpoint->FilesAfter(batches->last, id));
  ARROW_ASSIGN_OR_RAISE(const int64_t bytes, checkpoint->SizeOf(files, id));
  ARROW_RETURN_NOT_OK(rows->bytes.Append(bytes));
  if (view == nullptr) return rows->counts.AppendNull();
  ARROW_RETURN_NOT_OK(view->Apply(files));
  return rows->counts.Append(view->size());
}

Result<Batch> ListOperators(const session::Session& session, const std::string& path) {
  // The registry lives as long as the session.
  const std::shared_ptr<const functions::FunctionRegistry> functions(std::shared_ptr<const void>(),
                                                                     &session.functions());
  stream::StateCheckpoint checkpoint(session.file_system(), NormalizePath(path), functions);
  ARROW_ASSIGN_OR_RAISE(const auto operators, checkpoint.Operators());
  ARROW_ASSIGN_OR_RAISE(const auto batches, checkpoint.Batches());
  if (operators.empty() && !batches) {
    return MakeError("STDS_COMMITTED_BATCH_UNAVAILABLE", {{"checkpointLocation", path}});
  }
  ListRows rows;
  for (const auto& [id, recorded] : operators) {
    ARROW_RETURN_NOT_OK(rows.ids.Append(id));
    ARROW_RETURN_NOT_OK(rows.names.Append(recorded.name));
    ARROW_RETURN_NOT_OK(AppendState(&checkpoint, id, batches, &rows));
    ARROW_RETURN_NOT_OK(rows.partitions.Append(
        recorded.stores.empty() ? 0 : recorded.stores.front().num_partitions));
    ARROW_RETURN_NOT_OK(rows.firsts.Append(batches ? batches->first : -1));
    ARROW_RETURN_NOT_OK(rows.lasts.Append(batches ? batches->last : -1));
  }
  Batch list;
  list.num_rows = rows.ids.length();
  for (arrow::ArrayBuilder* builder : std::initializer_list<arrow::ArrayBuilder*>{
           &rows.ids, &rows.names, &rows.keys, &rows.values, &rows.counts, &rows.bytes,
           &rows.partitions, &rows.firsts, &rows.lasts}) {
    ARROW_ASSIGN_OR_RAISE(auto column, builder->Finish());
    list.columns.push_back(std::move(column));
  }
  return list;
}

Status Print(const StateArguments& arguments) {
  session::SessionOptions options;
  options.cancels_batches = &interrupt_flag();
  ARROW_ASSIGN_OR_RAISE(const auto session, session::Session::Make(options));
  ProgressDisplay display(ProgressDisplay::Mode::kOff);
  TextOutput output(stdout, &display);
  const OutputFormat format = *ParseOutputFormat(arguments.format);
  if (!arguments.dumps && arguments.changes.empty()) {
    ARROW_ASSIGN_OR_RAISE(const Batch list, ListOperators(*session, arguments.checkpoint));
    ARROW_ASSIGN_OR_RAISE(const auto printer,
                          MakeRowPrinter(format, session.get(), ListSchema(), &output));
    ARROW_RETURN_NOT_OK(printer->Write(list));
    return printer->EndBlock();
  }
  ARROW_ASSIGN_OR_RAISE(const auto plan, session->Analyze(MakeRelation(arguments)));
  ARROW_ASSIGN_OR_RAISE(const auto printer,
                        MakeRowPrinter(format, session.get(), plan::OutputSchema(*plan), &output));
  ARROW_RETURN_NOT_OK(session->RunBatchPlan(
      plan, [&](const Batch& batch) -> Status { return printer->Write(batch); }));
  return printer->EndBlock();
}

}  // namespace

CLI::App* AddStateCommand(CLI::App* app, StateArguments* arguments) {
  CLI::App* command = app->add_subcommand("state", "Look into the state of a streaming query");
  command->add_option("checkpoint", arguments->checkpoint, "The query's checkpoint directory")
      ->required();
  command->add_option("--operator", arguments->operator_id, "Id of the operator")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  auto* dump = command->add_flag("--dump", arguments->dumps, "Print the operator's entries");
  command->add_option("--batch", arguments->batch, "The entries after this batch [the newest]")
      ->check(CLI::NonNegativeNumber)
      ->needs(dump);
  command->add_option("--changes", arguments->changes, "Print what these batches changed")
      ->type_name("FROM..[TO]")
      ->excludes(dump)
      ->check([](const std::string& text) {
        std::string from, to;
        return SplitRange(text, &from, &to) ? std::string()
                                            : "'" + text + "' is not of the form FROM..TO";
      });
  command->add_option("--join-side", arguments->join_side, "Rows of this side of a join")
      ->type_name("SIDE")
      ->check(CLI::IsMember({"left", "right"}))
      ->needs(dump);
  command->add_option("--store", arguments->store, "A store of a join, by the name Spark gives it")
      ->type_name("NAME");
  auto* variable = command->add_option("--variable", arguments->variable,
                                       "A state variable of transformWithState [all]");
  variable->type_name("NAME");
  command->add_flag("--timers", arguments->timers, "The timers of transformWithState")
      ->excludes(variable);
  command->add_flag("--whole", arguments->whole, "Lists and maps whole, not element by element")
      ->needs(variable);
  command->add_option("--format", arguments->format, "How rows are printed: table, csv, json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->footer(kFooter);
  return command;
}

int RunStateCommand(const StateArguments& arguments) {
  InstallInterruptHandlers(/*second_exits=*/true);
  const Status status = Print(arguments);
  if (status.ok()) return kExitDone;
  PrintError(status);
  return kExitFailed;
}

}  // namespace thalweg::cli
