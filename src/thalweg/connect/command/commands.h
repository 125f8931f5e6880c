#pragma once

// How the plans of ExecutePlan are carried out: one function per kind. All run on task threads,
// translate with a Translator of their own, and send their responses by the execution.

#include "thalweg/connect/execution/execution.h"
#include "thalweg/connect/service/server_state.h"

namespace thalweg::connect {

/// Whether an execution is over when its function returns; else somebody else completes it.
enum class Outcome { kFinished, kContinues };

/// Carries the plan out to its end and completes or fails the execution.
void RunPlan(ServerState* state, const ExecutionPtr& execution, const proto::Plan& plan);

// run_relation.cc
Status RunRelation(Execution* execution, const proto::Relation& relation);
// sql_command.cc
Status RunSqlCommand(Execution* execution, const proto::SqlCommand& command);
// function_command.cc
Status RegisterFunction(Execution* execution,
                        const proto::CommonInlineUserDefinedFunction& command);
Status RegisterTableFunction(Execution* execution,
                             const proto::CommonInlineUserDefinedTableFunction& command);
// data_source_command.cc
Status RegisterDataSource(Execution* execution,
                          const proto::CommonInlineUserDefinedDataSource& command);
// view_command.cc
Status CreateDataFrameView(Execution* execution, const proto::CreateDataFrameViewCommand& command);
// checkpoint_command.cc
Status RunCheckpoint(Execution* execution, const proto::CheckpointCommand& command);
// write_command.cc
Status RunWrite(Execution* execution, const proto::WriteOperation& write);
Status RunWriteTo(Execution* execution, const proto::WriteOperationV2& write);
/// No table takes it: Spark's error.
Status RunMerge(Execution* execution, const proto::MergeIntoTableCommand& merge);
// stream_start.cc
Status StartStream(ServerState* state, Execution* execution,
                   const proto::WriteStreamOperationStart& start);
/// Gives a query that was started to its session; stops it when the session has been closed
/// meanwhile (INVALID_HANDLE.SESSION_CLOSED).
Status KeepQuery(ConnectSession* session, const std::shared_ptr<stream::StreamingQuery>& query);
// stream_query.cc
Result<Outcome> RunQueryCommand(ServerState* state, const ExecutionPtr& execution,
                                const proto::StreamingQueryCommand& command);
// stream_manager.cc
Result<Outcome> RunManagerCommand(ServerState* state, const ExecutionPtr& execution,
                                  const proto::StreamingQueryManagerCommand& command);
Result<Outcome> RunListenerCommand(const ExecutionPtr& execution,
                                   const proto::StreamingQueryListenerBusCommand& command);

/// Why a query failed, with its cause. `query` has failed.
ErrorChain DescribeQueryFailure(const stream::StreamingQuery& query);

}  // namespace thalweg::connect
