#pragma once

// Durable keyed state of one stateful operator (architecture, decisions 8 and 9).
//
// A StateStore holds one table per worker: a StateTable, or what the operator brings instead. Each
// epoch a worker appends its touched entries to one change file; from time to time a snapshot is
// made while epochs go on: commits take a few milliseconds each to put entries into buffers, a
// thread of its own writes and syncs them, and once all is durable the next commit names the
// snapshot instead of the change files that it covers. The commit record lists the files that count
// (StateManifest); nothing else is ever read. An epoch that changed nothing writes nothing. File
// bytes: docs/formats/state.md.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/file_system.h"
#include "thalweg/base/status.h"
#include "thalweg/state/background_writer.h"
#include "thalweg/state/durable_state_table.h"
#include "thalweg/state/snapshot_policy.h"

namespace thalweg::state {

/// Files that together are the state of one operator after an epoch, in the order to apply them.
/// Recorded in the commit log under the operator id.
struct StateManifest {
  /// Paths relative to <checkpoint>/state/<operator id>/.
  std::vector<std::string> snapshots;
  std::vector<std::string> changes;
};

/// Where one operator's files lie and what names them.
struct StateLocation {
  FileSystem* file_system = nullptr;
  std::string directory;     // <checkpoint>/state/<operator id>
  int num_key_groups = 200;  // spark.sql.shuffle.partitions, pinned at first start
};

struct StateStoreOptions {
  StateLocation location;
  StateTableOptions table;
  /// Makes the table of a worker for operators whose state is no StateTable; `table` is not read.
  std::function<std::unique_ptr<DurableTable>(int worker)> make_table;
  int num_workers = 1;
  SnapshotPolicy snapshots;
};

/// The durable state of one stateful operator. Order of calls: [Load], then per epoch table() used
/// by the workers, WriteChanges per worker, FinishCommit. Errors of a commit, among them those that
/// the writing of a snapshot met since the last one, are final: the store must not be used again.
/// Its end waits for the write under way; an unfinished snapshot is garbage that nothing names.
class StateStore {
 public:
  explicit StateStore(StateStoreOptions options);
  ~StateStore();

  /// The entries whose key group modulo the number of workers is `worker`.
  DurableTable* durable(int worker) const { return workers_[worker]->table.get(); }
  /// The same as a StateTable; null if `make_table` made it.
  StateTable* table(int worker) const { return workers_[worker]->state_table; }
  int num_workers() const { return options_.num_workers; }

  /// Fills empty tables with what `manifest` describes, whatever number of workers wrote it.
  /// Errors: CANNOT_LOAD_STATE_STORE.*, STATE_STORE_{KEY,VALUE}_SCHEMA_NOT_COMPATIBLE.
  Status Load(const StateManifest& manifest);
  /// The same in two steps: each worker reads all files for its own entries; different workers may
  /// call it at the same time. Then FinishLoad, one thread.
  Status LoadWorker(int worker, const StateManifest& manifest);
  void FinishLoad(const StateManifest& manifest);

  /// Writes and syncs the change file of one worker, and puts a slice of a running snapshot into
  /// buffers. Different workers may call it at the same time.
  Status WriteChanges(int worker, int64_t epoch);

  /// Makes the files of the epoch findable after a power cut; gives what the state now consists of.
  /// After all WriteChanges of the epoch, one thread.
  Result<StateManifest> FinishCommit(int64_t epoch);

  /// Looks at all files of the directory: what `commits` (by epoch) name and the state no longer
  /// consists of is kept until DeleteFilesBefore; what neither names is removed, except files of
  /// later epochs than any named, which are another run's. Once in a run, after its first commit.
  Status ClaimFiles(const std::map<int64_t, StateManifest>& commits);

  /// Removes files that no commit of an epoch from `oldest_retained` on names: at most so many in
  /// one call that no commit waits for it, but more than commits bring.
  Status DeleteFilesBefore(int64_t oldest_retained);

  /// Waits until what was made of a snapshot is written: for tests.
  void WaitForWrites() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct File {
    std::string name;
    int64_t epoch = 0;
    int64_t bytes = 0;
  };
  struct Worker {
    std::unique_ptr<DurableTable> table;
    StateTable* state_table = nullptr;
    std::vector<File> new_changes;
    bool created_file = false;
    std::vector<File> loaded;
    std::unique_ptr<StateFileWriter> snapshot;
    std::string snapshot_name;
    bool snapshot_done = false;  // all of it is with background_
    Clock::time_point last_slice;
  };

  StateFileHeader MakeHeader(StateFileKind kind, int64_t epoch) const;
  Status CheckHeader(const StateFileHeader& header, const std::string& path) const;
  Status LoadFile(int worker, const std::string& name);
  std::string PathOf(const std::string& name) const;
  int64_t EstimateRecords(const StateManifest& manifest) const;
  Status WriteSnapshotSlice(Worker* worker);
  Status EnsureDirectory();
  bool SnapshotIsDue() const;
  bool ChangesPileUp() const;
  void StartSnapshot(int64_t epoch);
  Result<bool> SnapshotIsDurable() const;
  void FinishSnapshot(int64_t epoch);

  StateStoreOptions options_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex directory_mutex_;
  bool directory_ready_ = false;
  std::vector<File> snapshots_;
  std::vector<File> changes_;
  bool snapshot_running_ = false;
  int64_t snapshot_epoch_ = 0;
  int64_t snapshot_covers_ = 0;  // change files from before the running snapshot
  bool snapshot_late_ = false;   // it takes so long that change files pile up
  std::multimap<int64_t, std::string> dropped_;   // first epoch whose commit does not name the file
  std::unique_ptr<BackgroundWriter> background_;  // while a snapshot is made
};

}  // namespace thalweg::state
