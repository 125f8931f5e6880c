#pragma once

// One streaming query of the fault campaign with its file system, input and output, which it keeps
// while runs of the query come and go.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "thalweg/connectors/memory/memory_stream.h"
#include "thalweg/session/session.h"
#include "thalweg/testing/fault_injecting_file_system.h"
#include "thalweg/testing/manual_clock.h"
#include "workload.h"

namespace thalweg::tests {

/// Rows of one batch as sorted texts.
using BatchRows = std::vector<std::string>;

/// One thread. Input lies in /in, the checkpoint in /checkpoint, the file sink in /out.
class QueryRun {
 public:
  QueryRun(const Workload& workload, testing::FaultInjectingFileSystem* file_system);
  ~QueryRun();

  /// Starts a run of the query in a session of its own. `settings` are set besides the workload's.
  /// `through`: the file system it sees, if not the run's own.
  Status Start(const std::map<std::string, std::string>& settings, FileSystem* through = nullptr);
  /// Waits until the run has nothing left to do, or `gives_up` holds; the run's failure.
  Status AwaitIdle(const std::function<bool()>& gives_up = nullptr);
  /// Hands the next step's input over.
  void Feed();
  /// All but the closing step, which is for a run without faults: what a run that has no new data
  /// leaves open, batches without data close.
  bool fed_all() const { return next_step_ + 1 >= workload_.steps.size(); }
  bool fed_closing_step() const { return next_step_ == workload_.steps.size(); }
  size_t next_step() const { return next_step_; }
  /// Makes streams in memory hold the first `steps` steps, as if they had been fed.
  void Refeed(size_t steps);
  bool IsActive() const { return query_ != nullptr && query_->IsActive(); }
  /// Ends the run without its doing anything more.
  void Stop();
  /// Leaves the run alone as a second one, so that another can be started beside it; called again,
  /// the two change places.
  void SwapRuns();

  /// The last batch that a run has reported as done; -1 before the first.
  int64_t acknowledged_batch() const { return acknowledged_batch_; }
  /// Rows in the state of each stateful operator after the last batch of this run; empty: it ran
  /// none.
  const std::vector<int64_t>& state_rows() const { return state_rows_; }
  /// Output by batch; what a batch gave again must be what it gave before. Of the file sink all
  /// rows are under batch 0 when its manifest no longer tells batches apart.
  Result<std::map<int64_t, BatchRows>> Output();
  /// Where a batch gave other rows the second time; empty: nowhere.
  std::string repeated_otherwise() const;
  /// Rows that come now are of a process that is gone.
  void IgnoreOutput(std::function<bool()> ignore) { ignore_output_ = std::move(ignore); }

 private:
  Status MakeSession(const std::map<std::string, std::string>& settings, FileSystem* file_system);
  Status MakeView(const std::string& name, size_t stream);
  Result<plan::spec::RelationPtr> MakeRelation();
  Result<plan::spec::RelationPtr> MakeRelationBelow();
  void AddRows(size_t stream, const std::vector<InputRow>& rows);
  Status TakeBatches(const session::Session& session, const std::vector<Batch>& batches,
                     int64_t epoch);
  Result<std::map<int64_t, BatchRows>> FileOutput();
  void NoteProgress();

  const Workload& workload_;
  testing::FaultInjectingFileSystem* file_system_;
  testing::ManualClock clock_;
  SchemaPtr input_schema_;
  std::vector<std::shared_ptr<connectors::MemoryStream>> streams_;
  std::shared_ptr<session::Session> session_;
  std::shared_ptr<stream::StreamingQuery> query_;
  std::shared_ptr<session::Session> other_session_;
  std::shared_ptr<stream::StreamingQuery> other_query_;
  std::function<bool()> ignore_output_;
  size_t next_step_ = 0;
  int64_t acknowledged_batch_ = -1;
  std::vector<int64_t> state_rows_;
  mutable std::mutex mutex_;
  std::map<int64_t, BatchRows> rows_;  // guarded by mutex_
  std::string repeated_otherwise_;     // guarded by mutex_
};

}  // namespace thalweg::tests
